// Tactic proofs: open a theorem, try tactics on kept states, assemble the proof term.
import { LeanError, EXPR, CONSTANT } from './objects.mjs';
import { environmentOf, inTermElab, isCancelled, isErrorMessage, namespaceOf, noMessages, runCommands, readMessages } from './commands.mjs';
import { runsCode } from './inert.mjs';
import { findKind, kindOf, someIdentifier, theoremShape } from './syntax.mjs';

const MAX_TACTIC_BYTES = 64 * 1024;
const MAX_NESTING = 400; // brackets; the parser recurses on them
const PARENTHESES = 'Lean.Parser.Tactic.paren';
const PLACEHOLDER = '\n  := sorry';
// Refused when parsed, by the kind of syntax; what a term or a macro hides is caught by the checks that count.
const FORBIDDEN = new Set(['Lean.Parser.Term.sorry', 'Lean.Parser.Tactic.tacticSorry', 'Lean.Parser.Tactic.tacticAdmit', 'Lean.Parser.Tactic.tacticStop_',
  'Lean.Parser.Tactic.nativeDecide', 'Lean.Parser.Tactic.exact?', 'Lean.Parser.Tactic.apply?', 'Lean.Parser.Tactic.rewrites?']);
// Options that switch the kernel's check off, and `decide +native`: no other name begins or ends like this in a proof.
const isForbiddenName = name => name.startsWith('debug.') || name === 'native';

export class Tactics {
  constructor(engine) { this.engine = engine; this.lean = engine.lean; this.elaborator = engine.elaborator; }

  // `signature` = `theorem NAME binders : type` and nothing else. -> {name, part} or {stage, messages}
  open(commandState, signature, token) {
    const { lean, elaborator } = this, stated = elaborateStatement(lean, commandState, signature, token);
    if (stated.messages) return stated;
    const { theorem, parameters, state: after } = stated;
    // Elaborating a statement may define what it uses (a `match` in it does). Then the goal only makes sense in the environment after
    // it, which has the theorem itself too, on trust; a proof that leans on that is refused by the check.
    const home = usesOnlyKnown(lean, environmentOf(lean, commandState), theorem.type) ? commandState : after;
    const frozen = inTermElab(this.engine, home, six => {
      const x = { ...six };
      const root = elaborator.meta(x, 'l_Lean_Meta_mkFreshExprSyntheticOpaqueMVar', lean.inc(theorem.type), lean.box(0));
      const introduced = elaborator.meta(x, 'l_Lean_MVarId_introNP', lean.ownedField(root, 0), lean.box(parameters));
      theorem.root = root;
      theorem.firstGoal = lean.taking(introduced, pair => lean.ownedField(pair, 1));
      return elaborator.freezeOwned(six);
    });
    lean.dec(after);
    const goals = lean.list([theorem.firstGoal]);
    const state = new ProofState(elaborator, frozen, goals, new SharedTheorem(lean, theorem));
    return { name: theorem.text, part: elaborator.taking(elaborator.thaw(frozen), x => this.#part(x, state)) };
  }

  // Run one tactic block on a state (borrowed). -> a StepResult of the wire format
  step(state, { text, heartbeats }, token) {
    const { lean, elaborator } = this;
    const tooLarge = sizeProblem(text);
    if (tooLarge) return { type: 'limit', kind: 'size', message: tooLarge, heartbeats: 0 };
    const x = elaborator.thaw(state.frozen, { heartbeats, token }), goalsRef = lean.newRef(lean.inc(state.goals));
    const context = lean.construct(0, [lean.box(0)], [0]); // Tactic.Context {elaborator := anonymous, recover := false}
    const used = () => Math.round(elaborator.heartbeatsUsed(x));
    try {
      const goals = this.#evaluate(x, state, text, context, goalsRef);
      const errors = elaborator.errors(x);
      if (errors.length) { lean.dec(goals); return { type: 'refused', message: errors.join('\n'), heartbeats: used() }; }
      return { type: 'advanced', ...this.#advance(x, state, goals), heartbeats: used() };
    } catch (error) {
      if (!(error instanceof LeanError)) throw error;
      if (isCancelled(lean, token)) return { type: 'limit', kind: 'soft_wall', message: '', heartbeats: used() };
      if (error.heartbeats) return { type: 'limit', kind: 'heartbeats', message: '', heartbeats: used() };
      const logged = elaborator.errors(x);
      return { type: 'refused', message: [...logged, ...(error.internal && logged.length ? [] : [error.message])].join('\n'), heartbeats: used() };
    } finally { lean.dec(goalsRef); lean.dec(context); elaborator.release(x); }
  }

  #evaluate(x, state, text, context, goalsRef) { // -> list of unsolved goals (owned)
    const { lean, elaborator } = this, syntax = parseTactic(lean, elaborator.environment(state.frozen), text);
    const run = (fn, ...args) => elaborator.unwrap(lean.call(fn, ...args, lean.inc(context), lean.inc(goalsRef), ...elaborator.six(x)));
    lean.dec(run('l_Lean_Elab_Tactic_evalTactic', syntax));
    lean.dec(elaborator.term(x, 'l_Lean_Elab_Term_synthesizeSyntheticMVarsNoPostponing', lean.box(0)));
    return run('l_Lean_Elab_Tactic_getUnsolvedGoals');
  }

  #advance(x, state, goals) { // consumes goals -> {state, parts}; `state` is the handle of a finished proof, else 0
    const { lean, elaborator, engine } = this, next = new ProofState(elaborator, elaborator.freeze(x), goals, state.theorem.share());
    const open = lean.listItems(goals);
    if (open.length === 0) {
      if (!this.#isHonest(x, next)) { next.release(); throw new LeanError('the tactic closed the goal with sorry'); }
      return { state: engine.states.add(next), parts: [] };
    }
    if (open.length === 1 || this.#shareMetavariables(x, open)) return { state: 0, parts: [this.#part(x, next)] };
    const parts = open.map(goal => this.#part(x, next.focused(lean.list([lean.inc(goal)]))));
    next.release();
    return { state: 0, parts };
  }

  #part(x, state) { // consumes state
    const { lean, engine, elaborator } = this;
    const goals = lean.listItems(state.goals).map(goal => engine.goals.render(x, goal, elaborator.environment(state.frozen)));
    return { state: engine.states.add(state), goals };
  }

  #shareMetavariables(x, goals) {
    const seen = new Set();
    for (const goal of goals) for (const key of this.engine.goals.metavariables(x, goal)) { if (seen.has(key)) return true; seen.add(key); }
    return false;
  }

  #isHonest(x, state) { // a first filter: `apply?` and friends can close a goal with a hidden sorry and no message
    const { lean } = this, root = state.theorem.root;
    return lean.taking(this.elaborator.instantiate(x, lean.inc(root)), term => lean.unbox(lean.call('l_Lean_Expr_hasSorry', lean.inc(term))) === 0);
  }

  // The proof term of a state without goals. -> {theorem, value (owned), environment (owned)}; throws LeanError if it is not complete
  assemble(state) {
    const { lean, elaborator } = this, { theorem } = state;
    if (!lean.isScalar(state.goals)) throw new LeanError(`${lean.listItems(state.goals).length} goals remain`);
    const value = elaborator.taking(elaborator.thaw(state.frozen), x => elaborator.instantiate(x, lean.inc(theorem.root)));
    for (const [test, what] of [['l_Lean_Expr_hasExprMVar', 'metavariables'], ['l_Lean_Expr_hasLevelMVar', 'universe metavariables']])
      if (lean.unbox(lean.call(test, lean.inc(value))) === 1) { lean.dec(value); throw new LeanError(`the proof term contains ${what}`); }
    return { theorem, value, environment: lean.inc(elaborator.environment(state.frozen)) };
  }
}

// -- statements -----------------------------------------------------------------------------------------------------------

// Elaborate `theorem NAME binders : type` with the real command elaborator. The text must be exactly one declaration without a value.
// -> {theorem: {name, text, levels, type}, parameters, state} or {stage, messages}; the objects are owned. `state` is the command state
// after the statement: it has the theorem, proved by sorry, and whatever else elaborating the statement defined.
// If `inert`, it is refused where elaborating it could run code of its author.
export function elaborateStatement(lean, commandState, signature, token, inert = false) {
  const bytes = Buffer.byteLength(signature);
  const refusal = (stage, data) => ({ stage, messages: [{ severity: 'error', data, pos: { line: 1, column: 0 }, end_pos: null }] });
  const tooLarge = sizeProblem(signature);
  if (tooLarge) return refusal('parse', tooLarge);
  let shape = null, whole = false, active = false, commands = 0, name = 0;
  const ran = runCommands(lean, commandState, signature + PLACEHOLDER, { token, observe: syntax => {
    if (commands++ > 0) return 'stop'; // the terminal command, or one that does not belong here
    shape = theoremShape(lean, syntax);
    whole = lean.unbox(lean.call('l_Lean_Syntax_hasMissing', lean.inc(syntax))) === 0;
    if (shape?.name) name = fullName(lean, namespaceOf(lean, commandState), shape.name);
    active = inert && runsCode(lean, syntax);
    return shape === null || active ? 'stop' : 'go on';
  } });
  const errors = ran.messages.filter(isErrorMessage);
  const parsed = shape !== null && shape.kind === 'theorem' && shape.value[0] !== null;
  const problem = active ? 'the statement may run code'
    : parsed && whole && shape.value[0] < bytes ? 'the statement already has a proof; give it without `:= ...`'
    : errors.length && signature.trim() ? null
    : !parsed || commands !== 2 ? 'expected one theorem: `theorem NAME binders : type`'
    : !shape.plain ? 'the theorem has modifiers or attributes; give it without them' : null;
  if (errors.length || problem) {
    lean.dec(ran.state);
    if (name) lean.dec(name);
    if (problem) return refusal('parse', problem);
    return { stage: parsed && whole ? 'elaborate' : 'parse', messages: errors.map(error => withoutPlaceholder(error, signature)) };
  }
  const found = findConstant(lean, environmentOf(lean, ran.state), name);
  if (!found) { lean.dec(name); lean.dec(ran.state); return refusal('elaborate', 'Lean accepted the statement but declared no theorem of that name'); }
  const info = lean.field(found, 0), constant = lean.field(info, 0);
  let parameters = 0; // leading lambdas of the sorried value: the header's binders, section variables included
  for (let e = lean.field(info, 1); lean.tag(e) === EXPR.lam; e = lean.field(e, 2)) parameters++;
  const theorem = { name, text: lean.nameText(name), levels: lean.ownedField(constant, 1), type: lean.ownedField(constant, 2) };
  lean.dec(found);
  if (lean.unbox(lean.call('l_Lean_Expr_hasSorry', lean.inc(theorem.type))) === 1) {
    for (const o of [theorem.name, theorem.levels, theorem.type, ran.state]) lean.dec(o);
    return refusal('elaborate', 'the statement contains sorry');
  }
  return { theorem, parameters, state: ran.state };
}

function usesOnlyKnown(lean, environment, type) {
  return lean.taking(lean.call('l_Lean_Expr_getUsedConstants', lean.inc(type)), names => lean.arrayItems(names).every(name => {
    const found = findConstant(lean, environment, name);
    if (found) lean.dec(found);
    return found !== 0;
  }));
}

// A parser that stumbles over the placeholder has met the end of the signature.
function withoutPlaceholder(message, signature) {
  const lines = signature.split('\n'), end = { line: lines.length, column: [...lines[lines.length - 1]].length };
  const within = position => position !== null && position.line > end.line ? end : position;
  const stumbled = message.end_pos !== null && message.end_pos.line > end.line;
  const data = stumbled ? message.data.replace("unexpected token ':='", 'unexpected end of input') : message.data;
  return { ...message, data, pos: within(message.pos), end_pos: within(message.end_pos) };
}

export function fullName(lean, namespace, identifier) { // owned; `_root_.x` escapes the namespace
  const parts = [];
  for (let n = identifier; !lean.isScalar(n); n = lean.field(n, 0)) parts.unshift(n);
  const isRoot = parts.length > 1 && lean.tag(parts[0]) === 1 && lean.text(lean.field(parts[0], 1)) === '_root_';
  let name = isRoot ? lean.box(0) : lean.inc(namespace);
  for (const part of isRoot ? parts.slice(1) : parts)
    name = lean.call(lean.tag(part) === 1 ? 'l_Lean_Name_str___override' : 'l_Lean_Name_num___override', name, lean.ownedField(part, 1));
  return name;
}

export function findConstant(lean, environment, name) { // borrows both -> owned ConstantInfo or 0
  const found = lean.call('l_Lean_Environment_find_x3f', lean.inc(environment), lean.inc(name), lean.box(0));
  return lean.isScalar(found) ? 0 : lean.taking(found, o => lean.ownedField(o, 0));
}

// -- tactic text ------------------------------------------------------------------------------------------------------------

function sizeProblem(text) {
  if (Buffer.byteLength(text) > MAX_TACTIC_BYTES) return `${Buffer.byteLength(text)} bytes of text; the limit is ${MAX_TACTIC_BYTES}`;
  let depth = 0, deepest = 0;
  for (const c of text) if ('([{⟨'.includes(c)) deepest = Math.max(deepest, ++depth); else if (')]}⟩'.includes(c)) depth--;
  return deepest > MAX_NESTING ? `brackets nested ${deepest} deep; the limit is ${MAX_NESTING}` : null;
}

// One tactic block that is the whole text: as it stands, else in parentheses (several lines or `t1; t2`), which give all lines one column rule.
function parseTactic(lean, environment, text) {
  let message = null;
  for (const attempt of text.includes('\n') ? [`(\n${text}\n)`] : [text, `(${text}\n)`]) {
    const parsed = lean.call('l_Lean_Parser_runParserCategory', lean.inc(environment), lean.name('tactic'), lean.string(attempt), lean.string('<tactic>'));
    const value = lean.ownedField(parsed, 0), ok = lean.tag(parsed) === 1;
    lean.dec(parsed);
    if (!ok) { message ??= lean.text(value); lean.dec(value); continue; }
    const ours = attempt === text || kindOf(lean, value) === PARENTHESES; // else the text closed our parenthesis: `a) <;> (b`
    const allowed = findKind(lean, value, kind => FORBIDDEN.has(kind)) === null && !someIdentifier(lean, value, isForbiddenName);
    if (ours && allowed) return value;
    lean.dec(value);
    throw new LeanError(ours ? 'this tactic is not allowed in a proof' : 'parse error: unbalanced parentheses');
  }
  throw new LeanError(`parse error: ${message}`);
}

// -- states -----------------------------------------------------------------------------------------------------------------

class SharedTheorem { // one per opened theorem, shared by its states
  #uses = 1; #lean;
  constructor(lean, { name, text, levels, type, root }) { this.#lean = lean; Object.assign(this, { name, text, levels, type, root }); }
  share() { this.#uses++; return this; }
  release() { if (--this.#uses === 0) for (const o of [this.name, this.levels, this.type, this.root]) this.#lean.dec(o); }
}

class ProofState {
  constructor(elaborator, frozen, goals, theorem) { Object.assign(this, { elaborator, frozen, goals, theorem }); }
  focused(goals) { return new ProofState(this.elaborator, this.elaborator.share(this.frozen), goals, this.theorem.share()); }
  release() { this.elaborator.release(this.frozen); this.elaborator.lean.dec(this.goals); this.theorem.release(); }
}
