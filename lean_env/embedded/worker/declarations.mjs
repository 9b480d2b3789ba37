// Constants of an environment as data records of a term table, and the export text they make.
//
// A record: ['thm' | 'def' | 'opq' | 'ax' | 'ind', name, [level parameters], type, ...]. Ids are the table's. The order of an export is such
// that every constant comes after those it uses. Only safe constants have records; plain inductive types (one type, not nested) are
// written with their constructors, and the kernel makes their recursors again.
import { CONSTANT, LeanError } from './objects.mjs';
import { findConstant } from './tactics.mjs';
import { TermBuilder, TermReader, TermTable } from './terms.mjs';

const FORMAT = 'entail-export', VERSION = 1;
const SAFE = 1; // DefinitionSafety: unsafe, safe, partial

export class DeclarationReader {
  constructor(lean, table) { this.lean = lean; this.table = table; this.terms = new TermReader(lean, table); }

  // Record of a constant (ConstantInfo, borrowed); `lookup(nameObject)` -> owned ConstantInfo or 0, for an inductive type's constructors.
  read(info, lookup) {
    const { lean, terms } = this, kind = lean.tag(info), value = lean.field(info, 0), constant = lean.field(value, 0);
    const name = terms.name(lean.field(constant, 0)), levels = terms.names(lean.field(constant, 1)), type = terms.expression(lean.field(constant, 2));
    const refuse = what => { throw new LeanError(`${this.table.nameText(name)} is ${what}, which a proof may not add`); };
    switch (kind) {
      case CONSTANT.axiom: return ['ax', name, levels, type];
      case CONSTANT.theorem: return ['thm', name, levels, type, terms.expression(lean.field(value, 1))];
      case CONSTANT.opaque:
        if (lean.scalarByte(value, 0) !== 0) refuse('unsafe');
        return ['opq', name, levels, type, terms.expression(lean.field(value, 1))];
      case CONSTANT.definition:
        if (lean.scalarByte(value, 0) !== SAFE) refuse('unsafe or partial');
        return ['def', name, levels, type, terms.expression(lean.field(value, 1)), this.#hints(lean.field(value, 2))];
      case CONSTANT.inductive: return this.#inductive(value, name, levels, type, lookup, refuse);
      default: return refuse('a constructor, a recursor or a quotient primitive');
    }
  }

  #hints(hints) { // -1 opaque, -2 abbreviation, else the definitional height; a matter of speed only
    const { lean } = this, tag = lean.tag(hints);
    return tag === 0 ? -1 : tag === 1 ? -2 : lean.scalarWord(hints, 0);
  }

  #inductive(value, name, levels, type, lookup, refuse) {
    const { lean, terms } = this;
    if (lean.listItems(lean.field(value, 3)).length !== 1) refuse('a mutual inductive type');
    if (lean.natText(lean.field(value, 5)) !== '0') refuse('a nested inductive type');
    if (lean.scalarByte(value, 1) !== 0) refuse('unsafe');
    const constructors = lean.listItems(lean.field(value, 4)).map(constructor => {
      const info = lookup(constructor);
      if (!info) throw new LeanError(`constructor ${lean.nameText(constructor)} is missing`);
      return lean.taking(info, o => [terms.name(constructor), terms.expression(lean.field(lean.field(lean.field(o, 0), 0), 2))]);
    });
    return ['ind', name, levels, type, Number(lean.natText(lean.field(value, 1))), constructors];
  }
}

// The expressions of a record: type and value, or an inductive type's type and its constructors' types.
export const expressionsOf = record => record[0] === 'ind' ? [record[3], ...record[5].map(constructor => constructor[1])] : record.slice(3, 5);

// Ids of the names of the constants that a record uses.
export const usedNames = (table, record) => usedByExpressions(table, expressionsOf(record));

export function usedByExpressions(table, expressions) {
  const names = new Set(), seen = new Set(), stack = [...expressions];
  while (stack.length) {
    const id = stack.pop();
    if (seen.has(id)) continue;
    seen.add(id);
    const node = table.records[id];
    if (node[0] === 'ec' || node[0] === 'ej') names.add(node[1]);
    stack.push(...table.references(id).filter(other => table.sorts[other] === 'expression'));
  }
  return names;
}

// Everything that a theorem needs beyond the environment `base`, as export text. All arguments are borrowed; `theorem` is its
// ConstantInfo, which `environment` need not hold yet.
export function exportProof(lean, base, environment, theorem) {
  const table = new TermTable(), reader = new DeclarationReader(lean, table), builder = new TermBuilder(lean, table);
  const held = [], order = [], visited = new Set(); // readers remember addresses, so what they read is held to the end
  const lookup = name => { const found = findConstant(lean, environment, name); if (found) held.push(lean.inc(found)); return found; };
  const add = (id, info) => {
    const record = reader.read(info, lookup);
    for (const used of usedNames(table, record)) if (used !== id) visit(used);
    order.push(record);
  };
  const visit = id => {
    if (visited.has(id)) return;
    visited.add(id);
    const name = builder.build(id), known = findConstant(lean, base, name);
    if (known) { lean.dec(known); return; }
    const info = lookup(name);
    if (!info) throw new LeanError(`unknown constant ${table.nameText(id)}`);
    lean.dec(info); // held
    const parent = generatedBy(lean, info);
    if (parent) visit(reader.terms.name(parent)); else add(id, info);
  };
  try {
    const id = reader.terms.name(lean.field(lean.field(lean.field(theorem, 0), 0), 0));
    visited.add(id);
    add(id, theorem);
    return serialize(table, order);
  } finally { builder.release(); for (const o of held) lean.dec(o); }
}

// Constructors and recursors come with their inductive type: its name (borrowed), or 0 for any other constant.
function generatedBy(lean, info) {
  const value = lean.field(info, 0);
  switch (lean.tag(info)) {
    case CONSTANT.constructor: return lean.field(value, 1);
    case CONSTANT.recursor: return lean.field(lean.field(value, 1), 0); // the first of `all`
    default: return 0;
  }
}

function serialize(table, declarations) {
  const lines = [JSON.stringify([FORMAT, VERSION])];
  for (let id = 2; id < table.records.length; id++) lines.push(JSON.stringify(table.records[id]));
  for (const record of declarations) lines.push(JSON.stringify(record));
  lines.push(JSON.stringify(['end', declarations.length]));
  return `${lines.join('\n')}\n`;
}
