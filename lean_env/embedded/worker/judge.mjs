// The clean side of the check: rebuilds an exported proof from data and lets the kernel judge every declaration of it.
//
// This runs in a worker that never executed a byte of the candidate. What it relies on: the imported library, Lean's elaborator for
// the challenge text (which is the user's own), and the kernel. Kernel bugs of this Lean's time that are reachable are closed here:
// open terms cannot be written in the format (lean4#14484), constants have as many universes as they were declared with (lean4#10577),
// and only plain inductive types are admitted (inductives.mjs).
import { CONSTANT, LeanError } from './objects.mjs';
import { environmentOf } from './commands.mjs';
import { DeclarationReader, expressionsOf, usedByExpressions, usedNames } from './declarations.mjs';
import { whyNotPlain, whySortUnclear } from './inductives.mjs';
import { elaborateStatement, findConstant } from './tactics.mjs';
import { TermBuilder, TermReader, TermTable } from './terms.mjs';

const STANDARD_AXIOMS = ['propext', 'Classical.choice', 'Quot.sound'];
// The library's other axioms that are not marked unsafe, and the constants whose trust axiom is invisible in a library without proofs. The
// kernel would run compiled code for the latter, so they are refused before it sees anything.
const REFUSED = ['sorryAx', 'Lean.reduceBool', 'Lean.reduceNat', 'Lean.ofReduceBool', 'Lean.ofReduceNat', 'Lean.trustCompiler'];
const MAX_RECORDS = 10_000_000; // Lean counts the depth of a level in 24 bits: no chain of records may be longer
const DECLARATIONS = new Map([['ax', 3], ['thm', 4], ['opq', 4], ['def', 5], ['ind', 5]]); // and how many arguments each has

class Rejection extends Error { constructor(reason, message) { super(message); this.reason = reason; } }

// `commandState` = library + the challenge's own context (borrowed); `inert`: the signature may hold nothing that runs code. -> {verdict: 'accepted', theorem, axioms, declarations} or
// {verdict: 'rejected', reason, message} or {stage, messages} when the challenge itself does not elaborate.
export function judge(engine, commandState, signature, exported, inert, token) {
  const { lean } = engine, challenge = elaborateStatement(lean, commandState, signature, token, inert);
  if (challenge.messages) return challenge;
  const { theorem, state } = challenge, trial = new Trial(engine, environmentOf(lean, commandState), token);
  try {
    return { verdict: 'accepted', theorem: theorem.text, ...trial.run(theorem, environmentOf(lean, state), exported) };
  } catch (error) {
    if (error instanceof Rejection) return { verdict: 'rejected', reason: error.reason, message: error.message };
    if (error instanceof LeanError || error instanceof SyntaxError) return { verdict: 'rejected', reason: 'malformed', message: error.message };
    throw error;
  } finally {
    trial.release();
    for (const o of [theorem.name, theorem.levels, theorem.type, state]) lean.dec(o);
  }
}

class Trial {
  #table = new TermTable(); #held = []; #levelCounts = new Map(); #adopted = new Set();

  constructor(engine, environment, token) {
    this.engine = engine; this.lean = engine.lean; this.token = token;
    this.environment = this.lean.inc(environment);
    this.builder = new TermBuilder(this.lean, this.#table);
    this.context = new DeclarationReader(this.lean, this.#table); // reads what this worker has itself
    this.axioms = new Set();
  }
  release() { this.builder.release(); for (const o of [this.environment, ...this.#held]) this.lean.dec(o); }

  // `stated` is the environment after the challenge was elaborated.
  run(theorem, stated, exported) {
    const terms = new TermReader(this.lean, this.#table); // the challenge first, before anything of the candidate
    const name = terms.name(theorem.name), levels = terms.names(theorem.levels), type = terms.expression(theorem.type);
    this.#adopt(stated, [type]);
    if (this.#find(name)) throw new Rejection('statement', `${theorem.text} already exists in the challenge`);
    const declarations = readExport(this.#table, exported), proof = declarations.at(-1);
    if (proof === undefined || proof[0] !== 'thm' || proof[1] !== name) throw new Rejection('statement', `the export does not end with the theorem ${theorem.text}`);
    if (JSON.stringify(proof[2]) !== JSON.stringify(levels)) throw new Rejection('statement', 'the universe parameters differ from the challenge');
    if (proof[3] !== type && !this.#mayShare(declarations, proof[3])) throw new Rejection('statement', 'the type of the theorem differs from the challenge');
    proof[3] = type;
    this.#auditUses(declarations);
    for (const record of declarations) this.#declare(record);
    return { axioms: [...this.axioms].sort(), declarations: declarations.length };
  }

  #find(id, environment = this.environment) { // held ConstantInfo or 0
    return this.#lookup(this.builder.build(id), environment);
  }
  #lookup(name, environment) {
    const found = findConstant(this.lean, environment, name);
    if (found) this.#held.push(found);
    return found;
  }
  #read(info) { return this.context.read(info, name => this.lean.inc(this.#lookup(name, this.environment))); }

  // A text that has a `match` of the statement in an earlier declaration too lets both share one function, under the other's name. Then it
  // is for the kernel to say whether the proof proves the challenge.
  #mayShare(declarations, type) {
    const own = new Set(declarations.filter(record => record[0] === 'def').map(record => record[1]));
    return this.#adopted.size > 0 && [...usedByExpressions(this.#table, [type])].some(name => own.has(name) && !this.#adopted.has(name));
  }

  // What elaborating the challenge defined on the way, such as the function behind a `match`, is part of what it says: a candidate that
  // declares something else under such a name says something else.
  #adopt(stated, expressions) {
    for (const id of usedByExpressions(this.#table, expressions)) {
      if (this.#find(id)) continue;
      const info = this.#find(id, stated), record = info ? this.#read(info) : null;
      if (!record) throw new Rejection('statement', `the challenge mentions ${this.#table.nameText(id)}, which it does not define`);
      this.#adopt(stated, expressionsOf(record));
      this.#adopted.add(id);
      this.#addToKernel(this.#declaration(record), this.#table.nameText(id));
    }
  }

  #declare(record) {
    const [kind, name, levels] = record, table = this.#table, shown = table.nameText(name);
    if (kind === 'ax') throw new Rejection('axiom', `the proof adds the axiom ${shown}`);
    const existing = this.#find(name);
    if (existing) { // in the challenge's own context: the same declaration, or somebody redefined it
      if (JSON.stringify(withoutHints(this.#read(existing))) === JSON.stringify(withoutHints(record))) return;
      throw new Rejection('redefinition', `${shown} differs from the declaration of that name in the challenge`);
    }
    if (new Set(levels).size !== levels.length) throw new Rejection('malformed', `${shown} repeats a universe parameter`);
    this.#requireSoundLevels(record, shown);
    if (kind === 'ind') this.#requirePlain(whyNotPlain(table, record), shown);
    this.#addToKernel(this.#declaration(record), shown);
  }

  // Universe parameters are declared, and constants have as many universes as they were declared with.
  #requireSoundLevels(record, shown) {
    const allowed = new Set(record[2]), seen = new Set(), stack = expressionsOf(record);
    this.#levelCounts.set(record[1], record[2].length);
    while (stack.length) {
      const id = stack.pop();
      if (seen.has(id)) continue;
      seen.add(id);
      const node = this.#table.records[id];
      if (node[0] === 'lp' && !allowed.has(node[1])) throw new Rejection('malformed', `${shown} uses an undeclared universe parameter`);
      if (node[0] === 'ec' && node[2].length !== this.#levelCount(node[1])) throw new Rejection('malformed', `${shown} uses ${this.#table.nameText(node[1])} before it is declared, or with the wrong number of universes`);
      stack.push(...this.#table.references(id).filter(other => this.#table.sorts[other] !== 'name'));
    }
  }
  #levelCount(id) { // -1 for an unknown constant
    const known = this.#levelCounts.get(id);
    if (known !== undefined) return known;
    const { lean } = this, info = this.#find(id);
    if (!info) return -1;
    const count = lean.listItems(lean.field(lean.field(lean.field(info, 0), 0), 1)).length;
    this.#levelCounts.set(id, count);
    return count;
  }

  #requirePlain(why, shown) {
    if (why) throw new Rejection('inductive', `${shown} is not a plain inductive type: ${why}`);
  }

  #declaration([kind, name, levels, type, ...rest]) { // owned Lean.Declaration
    const { lean, builder } = this, own = id => builder.owned(id);
    const constant = () => lean.construct(0, [own(name), builder.list(levels), own(type)]), all = () => builder.list([name]);
    switch (kind) {
      case 'thm': return lean.construct(2, [lean.construct(0, [constant(), own(rest[0]), all()])]);
      case 'def': return lean.construct(1, [lean.construct(0, [constant(), own(rest[0]), this.#hints(rest[1]), all()], [1])]);
      case 'opq': return lean.construct(3, [lean.construct(0, [constant(), own(rest[0]), all()], [0])]);
      case 'ind': {
        const constructors = lean.list(rest[1].map(([constructor, constructorType]) => lean.construct(0, [own(constructor), own(constructorType)])));
        const types = lean.list([lean.construct(0, [own(name), own(type), constructors])]);
        return lean.construct(6, [builder.list(levels), lean.nat(rest[0]), types], [0]);
      }
      default: throw new LeanError(`no such declaration: ${kind}`);
    }
  }
  #hints(height) {
    const { lean } = this;
    return height < 0 ? lean.box(-1 - height) : lean.construct(2, [], [height & 255, (height >> 8) & 255, (height >> 16) & 255, height >>> 24]);
  }

  // The kernel's opinion of a constant of the context, whose elaboration may have run without it (debug.skipKernelTC).
  #recheck(record, shown) {
    const { lean } = this, before = lean.inc(this.environment), copy = this.#table.intern(['ns', record[1], 'entail checks this']);
    if (usedNames(this.#table, record).has(record[1])) throw new Rejection('kernel', `${shown} of the challenge is defined by itself`);
    try { this.#addToKernel(this.#declaration([record[0], copy, ...record.slice(2)]), shown); } finally { lean.dec(this.environment); this.environment = before; }
  }

  #addToKernel(declaration, shown) {
    const { lean, engine } = this, cancel = this.token ? lean.some(lean.inc(this.token)) : lean.none, check = lean.box(1), noRecursionLimit = lean.uint32(0);
    const result = lean.call('l_Lean_Environment_addDeclCore', this.environment, noRecursionLimit, declaration, cancel, check);
    this.environment = lean.box(0);
    const value = lean.ownedField(result, 0), accepted = lean.tag(result) === 1;
    lean.dec(result);
    if (accepted) { this.environment = value; return; }
    const data = lean.call('l_Lean_Kernel_Exception_toMessageData', value, lean.inc(engine.options));
    const text = lean.taking(lean.call('l_Lean_MessageData_toString', data), o => lean.text(o));
    throw new Rejection('kernel', `the kernel refuses ${shown}: ${text}`);
  }

  // Everything that the declarations use is either one of them, which the kernel will judge, or stands in library + context. The
  // library is trusted; what the context adds is looked into, because its theorems may rest on axioms or on sorry.
  #auditUses(declarations) {
    const table = this.#table, own = new Set(declarations.flatMap(record => record[0] === 'ind' ? generatedNames(table, record) : [record[1]]));
    const standard = new Set(STANDARD_AXIOMS.map(name => this.#internName(name))), refused = new Set(REFUSED.map(name => this.#internName(name)));
    const seen = new Set(), pending = declarations.flatMap(record => [...usedNames(table, record)]);
    while (pending.length) {
      const id = pending.pop();
      if (seen.has(id)) continue;
      seen.add(id);
      if (refused.has(id)) throw new Rejection('axiom', `the proof depends on ${table.nameText(id)}`);
      if (own.has(id)) continue;
      const info = this.#auditConstant(id);
      if (standard.has(id)) this.axioms.add(table.nameText(id));
      else if (!this.#inLibrary(id)) pending.push(...this.#usedByContext(info, id));
    }
  }

  #auditConstant(id) { // ConstantInfo (held) of a constant of library + context that may be used
    const { lean } = this, shown = this.#table.nameText(id), info = this.#find(id);
    if (!info) throw new Rejection('malformed', `${shown} is used but not declared`);
    const is = fn => lean.unbox(lean.call(fn, lean.inc(info))) === 1;
    const hidden = this.#table.records[id][2] === '_unsafe_rec'; // a partial definition whose body is not exported looks like a safe axiom
    if (hidden || is('l_Lean_ConstantInfo_isUnsafe') || is('l_Lean_ConstantInfo_isPartial')) throw new Rejection('unsafe', `the proof uses ${shown}, which is unsafe or partial`);
    return info;
  }

  #inLibrary(id) {
    const { lean } = this, found = findConstant(lean, this.engine.libraryEnvironment, this.builder.build(id));
    if (found) lean.dec(found);
    return found !== 0;
  }

  #usedByContext(info, id) {
    const { lean } = this, value = lean.field(info, 0), { terms } = this.context, shown = this.#table.nameText(id);
    const type = terms.expression(lean.field(lean.field(value, 0), 2)), used = usedByExpressions(this.#table, [type]);
    switch (lean.tag(info)) {
      case CONSTANT.axiom: throw new Rejection('axiom', `the proof depends on ${shown}, an axiom of the challenge`);
      case CONSTANT.definition: case CONSTANT.theorem: case CONSTANT.opaque: {
        const record = this.#read(info);
        this.#recheck(record, shown);
        return usedNames(this.#table, record);
      }
      case CONSTANT.inductive:
        this.#requirePlain(whySortUnclear(this.#table, type), shown);
        return [...used, ...terms.names(lean.field(value, 4))]; // its constructors
      case CONSTANT.constructor: return [...used, terms.name(lean.field(value, 1))]; // its type
      default: return used; // a recursor mentions its type
    }
  }

  #internName(dotted) { return dotted.split('.').reduce((prefix, part) => this.#table.intern(['ns', prefix, part]), this.#table.anonymous); }
}

// The names that an inductive type brings with it: itself, its constructors, its recursor.
const generatedNames = (table, record) => [record[1], ...record[5].map(constructor => constructor[0]), table.intern(['ns', record[1], 'rec'])];
const withoutHints = record => record[0] === 'def' ? record.slice(0, 5) : record;

// Export text into a table -> declaration records with the table's ids. Throws LeanError on anything that is not the format.
function readExport(table, text) {
  const lines = text.split('\n'), malformed = why => { throw new LeanError(`malformed export: ${why}`); };
  if (lines.length > MAX_RECORDS) malformed(`${lines.length} lines`);
  if (lines[0] !== '["entail-export",1]') malformed('wrong first line');
  const ids = [table.anonymous, table.zero], declarations = [];
  const local = id => Number.isInteger(id) && id >= 0 && id < ids.length ? ids[id] : malformed(`reference to record ${id}`);
  const sorted = (id, sort) => table.sorts[id] === sort ? id : malformed(`record ${id} is not a ${sort}`);
  const name = id => sorted(local(id), 'name'), expression = id => sorted(local(id), 'expression'), list = value => Array.isArray(value) ? value : malformed('expected a list');
  for (let at = 1; at < lines.length; at++) {
    const [tag, ...args] = list(JSON.parse(lines[at]));
    if (tag === 'end') { if (args.length !== 1 || args[0] !== declarations.length || lines.slice(at + 1).some(line => line)) malformed('wrong end'); return declarations; }
    if (DECLARATIONS.has(tag)) declarations.push(declarationRecord(tag, args, { name, expression, list, malformed }));
    else ids.push(table.intern([tag, ...args.map((value, i) => translate(tag, value, i, local))]));
  }
  return malformed('no end');
}

const REFERENCE_ARGUMENTS = { __proto__: null, ns: [0], nn: [0], ls: [0], lm: [0, 1], li: [0, 1], lp: [0], es: [0], ec: [0, 1], ea: [0, 1], el: [0, 1], ep: [0, 1], ez: [0, 1, 2], ej: [0, 2] };
const translate = (tag, value, i, local) => (REFERENCE_ARGUMENTS[tag] ?? []).includes(i) ? (Array.isArray(value) ? value.map(local) : local(value)) : value;

function declarationRecord(tag, args, { name, expression, list, malformed }) {
  const [id, levels, type, ...rest] = args.length === DECLARATIONS.get(tag) ? args : malformed(`${tag} with ${args.length} arguments`);
  const head = [tag, name(id), list(levels).map(name), expression(type)];
  const whole = (value, least) => Number.isInteger(value) && value >= least && value < 2 ** 31 ? value : malformed(`bad number ${value}`);
  switch (tag) {
    case 'ax': return head;
    case 'thm': case 'opq': return [...head, expression(rest[0])];
    case 'def': return [...head, expression(rest[0]), whole(rest[1], -2)];
    default: return [...head, whole(rest[0], 0), list(rest[1]).map(pair => list(pair).length === 2 ? [name(pair[0]), expression(pair[1])] : malformed('a constructor is a name and a type'))];
  }
}
