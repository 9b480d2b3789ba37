// Which inductive types a proof may bring: plain ones, recognised by their syntax alone.
//
// The kernel of this Lean's time decides by reduction whether an inductive type is a proposition (lean4#14613, #14807), which fields of
// a constructor are recursive (#14806) and what stands at a nested occurrence (#14576, #14582, #14616). Each of these decisions can be
// led astray to a proof of False. Where sort, parameters and recursive occurrences are what they are as written, none is left to make.
const NEVER_ZERO = { ls: () => true, lm: (left, right) => left || right, li: (_, right) => right };

// Why the sort that the type of an inductive type ends in, as written, may be Prop in disguise; null if it is Prop or never Prop.
export function whySortUnclear(table, type) {
  let end = type;
  while (table.records[end][0] === 'ep') end = table.records[end][2];
  const [tag, level] = table.records[end];
  if (tag !== 'es') return 'its type does not end in a sort as written';
  return level === table.zero || isNeverZero(table, level) ? null : 'its universe may or may not be Prop';
}

function isNeverZero(table, level) {
  const [tag, ...parts] = table.records[level];
  return tag in NEVER_ZERO && NEVER_ZERO[tag](...parts.map(part => tag !== 'ls' && isNeverZero(table, part)));
}

// Why a declaration record ['ind', ...] is not plain, or null.
export function whyNotPlain(table, record) {
  const [, name, levels, type, parameters, constructors] = record, unclear = whySortUnclear(table, type);
  if (unclear) return unclear;
  const occurrences = new Occurrences(table, name, levels, parameters, binders(table, type));
  for (const [constructor, constructorType] of constructors) {
    const why = occurrences.whyBad(constructorType);
    if (why) return `${table.nameText(constructor)} ${why}`;
  }
  return null;
}

function binders(table, type) {
  let count = 0;
  for (; table.records[type][0] === 'ep'; type = table.records[type][2]) count++;
  return count;
}

// Where a type under declaration occurs in its constructors: as `T parameters indices`, the result or strictly positive, and nowhere else.
class Occurrences {
  #mentions = new Map();
  constructor(table, name, levels, parameters, arity) { Object.assign(this, { table, name, levels, parameters, arity }); }

  whyBad(type) {
    let e = type, depth = 0;
    for (; this.#tag(e) === 'ep'; e = this.table.records[e][2], depth++)
      if (this.#mentionsType(this.table.records[e][1]) && (depth < this.parameters || !this.#isRecursive(this.table.records[e][1], depth)))
        return `mentions the type in argument ${depth + 1} in another way than as a strictly positive recursive argument`;
    return depth >= this.parameters && this.#isApplied(e, depth) ? null : 'does not end in the type applied to its parameters';
  }

  #tag(e) { return this.table.records[e][0]; }

  #isRecursive(e, depth) {
    for (; this.#tag(e) === 'ep'; e = this.table.records[e][2], depth++) if (this.#mentionsType(this.table.records[e][1])) return false;
    return this.#isApplied(e, depth);
  }

  #isApplied(e, depth) { // below `depth` binders, the first of which are the parameters
    const args = [];
    for (; this.#tag(e) === 'ea'; e = this.table.records[e][1]) args.unshift(this.table.records[e][2]);
    const [tag, name, levels] = this.table.records[e];
    if (tag !== 'ec' || name !== this.name || args.length !== this.arity) return false;
    if (levels.length !== this.levels.length || !levels.every((level, i) => this.#isRecord(level, 'lp', this.levels[i]))) return false;
    return args.every((arg, i) => i < this.parameters ? this.#isRecord(arg, 'eb', String(depth - 1 - i)) : !this.#mentionsType(arg));
  }
  #isRecord(id, tag, argument) { return this.#tag(id) === tag && this.table.records[id][1] === argument; }

  #mentionsType(e) {
    let found = this.#mentions.get(e);
    if (found === undefined) {
      const [tag, name] = this.table.records[e];
      found = ((tag === 'ec' || tag === 'ej') && name === this.name)
        || this.table.references(e).some(part => this.table.sorts[part] === 'expression' && this.#mentionsType(part));
      this.#mentions.set(e, found);
    }
    return found;
  }
}
