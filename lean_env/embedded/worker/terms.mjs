// Names, levels and expressions as plain data, hash-consed: equal things have equal ids, whoever wrote them.
//
// This is what crosses from the worker that ran a proof to the worker that judges it. There is no node for free variables or
// metavariables, numerals are decimal text, names are lists of components: what cannot be written here cannot be smuggled.
// Binder names, binder kinds and metadata mean nothing to the kernel and are left out.
import { EXPR, LEVEL, LeanError } from './objects.mjs';

const DECIMAL = /^(0|[1-9][0-9]*)$/;
const MAX_DECIMAL_DIGITS = 100_000;
const MAX_INDEX_DIGITS = 6; // of a bound variable or a field: Lean keeps the former in 20 bits and panics past them

// Record shapes. Ids are indices into `records`: `i` an id, `I` a list of them, `t` text, `d` a decimal numeral, `x` one of few digits.
// Without a prototype, so that no text but these is a tag.
const ARITY = { __proto__: null, ns: 'it', nn: 'id', ls: 'i', lm: 'ii', li: 'ii', lp: 'i', eb: 'x', es: 'i', ec: 'iI', ea: 'ii', el: 'ii', ep: 'ii', ez: 'iii', en: 'd', et: 't', ej: 'ixi' };
const SORT_OF = { n: 'name', l: 'level', e: 'expression' };
// sorts of the id arguments, in order
const WANTS = { ns: 'n', nn: 'n', ls: 'l', lm: 'll', li: 'll', lp: 'n', es: 'l', ec: 'nL', ea: 'ee', el: 'ee', ep: 'ee', ez: 'eee', ej: 'ne' };
const SORT_BY_LETTER = { n: 'name', l: 'level', L: 'level', e: 'expression' };

const isNumeral = (value, digits) => typeof value === 'string' && value.length <= digits && DECIMAL.test(value);

export class TermTable {
  records = [['n0'], ['l0']]; sorts = ['name', 'level']; #ids = new Map();
  get anonymous() { return 0; }
  get zero() { return 1; }

  // Id of a record whose id arguments are ids of this table. Throws LeanError on a malformed one.
  intern(record) {
    const key = JSON.stringify(record), known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#validate(record);
    const id = this.records.push(record) - 1;
    this.sorts.push(SORT_OF[record[0][0]]);
    this.#ids.set(key, id);
    return id;
  }

  #validate([tag, ...args]) {
    const bad = why => { throw new LeanError(`malformed export: ${String(tag).slice(0, 40)}: ${why}`); }, shape = typeof tag === 'string' && ARITY[tag];
    if (!shape || args.length !== shape.length) bad('no such record');
    const ids = [];
    args.forEach((value, i) => {
      switch (shape[i]) {
        case 't': if (typeof value !== 'string' || !value.isWellFormed()) bad('expected text'); break; // a lone surrogate is no character
        case 'd': case 'x': if (!isNumeral(value, shape[i] === 'x' ? MAX_INDEX_DIGITS : MAX_DECIMAL_DIGITS)) bad('expected a decimal numeral'); break;
        case 'I': if (!Array.isArray(value)) bad('expected a list'); ids.push(...value); break;
        default: ids.push(value);
      }
    });
    const wanted = WANTS[tag] ?? '';
    ids.forEach((id, i) => {
      const letter = wanted[Math.min(i, wanted.length - 1)];
      if (!Number.isInteger(id) || this.sorts[id] !== SORT_BY_LETTER[letter]) bad(`reference ${id} is not a ${SORT_BY_LETTER[letter]}`);
    });
  }

  // Ids of the parts that a record refers to.
  references(id) {
    const [tag, ...args] = this.records[id], shape = ARITY[tag] ?? '';
    return args.flatMap((value, i) => shape[i] === 'i' ? [value] : shape[i] === 'I' ? value : []);
  }

  nameText(id) {
    const parts = [];
    for (let record = this.records[id]; record[0] !== 'n0'; record = this.records[record[1]]) parts.unshift(record[2]);
    return parts.join('.');
  }
}

// Reads Lean objects into a table. One reader serves one pass during which its objects stay alive (it remembers addresses).
export class TermReader {
  #names = new Map(); #levels = new Map(); #expressions = new Map();
  constructor(lean, table) { this.lean = lean; this.table = table; }

  #memo(cache, o, read) {
    let id = cache.get(o);
    if (id === undefined) { id = read(); cache.set(o, id); }
    return id;
  }
  name(o) {
    const { lean, table } = this;
    if (lean.isScalar(o)) return table.anonymous;
    return this.#memo(this.#names, o, () => {
      const prefix = this.name(lean.field(o, 0)), part = lean.field(o, 1);
      return table.intern(lean.tag(o) === 1 ? ['ns', prefix, lean.text(part)] : ['nn', prefix, lean.natText(part)]);
    });
  }
  names(list) { return this.lean.listItems(list).map(o => this.name(o)); }
  level(o) {
    const { lean, table } = this, tag = lean.tag(o), at = i => this.level(lean.field(o, i));
    return this.#memo(this.#levels, o, () => {
      switch (tag) {
        case LEVEL.zero: return table.zero;
        case LEVEL.succ: return table.intern(['ls', at(0)]);
        case LEVEL.max: return table.intern(['lm', at(0), at(1)]);
        case LEVEL.imax: return table.intern(['li', at(0), at(1)]);
        case LEVEL.param: return table.intern(['lp', this.name(lean.field(o, 0))]);
        default: throw new LeanError('a universe metavariable cannot be exported');
      }
    });
  }
  expression(o) {
    const { lean, table } = this, at = i => this.expression(lean.field(o, i));
    return this.#memo(this.#expressions, o, () => {
      switch (lean.tag(o)) {
        case EXPR.bvar: return table.intern(['eb', lean.natText(lean.field(o, 0))]);
        case EXPR.sort: return table.intern(['es', this.level(lean.field(o, 0))]);
        case EXPR.const: return table.intern(['ec', this.name(lean.field(o, 0)), lean.listItems(lean.field(o, 1)).map(l => this.level(l))]);
        case EXPR.app: return table.intern(['ea', at(0), at(1)]);
        case EXPR.lam: return table.intern(['el', at(1), at(2)]);
        case EXPR.forall: return table.intern(['ep', at(1), at(2)]);
        case EXPR.let: return table.intern(['ez', at(1), at(2), at(3)]);
        case EXPR.lit: { const literal = lean.field(o, 0), value = lean.field(literal, 0); return table.intern(lean.tag(literal) === 0 ? ['en', lean.natText(value)] : ['et', lean.text(value)]); }
        case EXPR.mdata: return at(1);
        case EXPR.proj: return table.intern(['ej', this.name(lean.field(o, 0)), lean.natText(lean.field(o, 1)), at(2)]);
        default: throw new LeanError('a free variable or metavariable cannot be exported');
      }
    });
  }
}

// Builds Lean objects from a table; keeps every object it built until `release`.
export class TermBuilder {
  #objects = new Map(); #binder;
  constructor(lean, table) { this.lean = lean; this.table = table; this.#binder = lean.name('x'); }

  build(id) { // borrowed object
    let o = this.#objects.get(id);
    if (o === undefined) { o = this.#construct(this.table.records[id]); this.#objects.set(id, o); }
    return o;
  }
  owned(id) { return this.lean.inc(this.build(id)); }
  list(ids) { return this.lean.list(ids.map(id => this.owned(id))); }
  release() { for (const o of this.#objects.values()) this.lean.dec(o); this.#objects.clear(); this.lean.dec(this.#binder); }

  #construct([tag, ...args]) {
    const { lean } = this, own = i => this.owned(args[i]), binder = () => lean.inc(this.#binder), expr = (kind, ...fields) => lean.call(`l_Lean_Expr_${kind}___override`, ...fields);
    const level = (kind, ...fields) => lean.call(`l_Lean_Level_${kind}___override`, ...fields), plain = lean.box(0);
    switch (tag) {
      case 'n0': return lean.box(0);
      case 'ns': return lean.nameString(own(0), args[1]);
      case 'nn': return lean.nameNumber(own(0), args[1]);
      case 'l0': return lean.inc(lean.constant('l_Lean_Level_zero___override'));
      case 'ls': return level('succ', own(0));
      case 'lm': return level('max', own(0), own(1));
      case 'li': return level('imax', own(0), own(1));
      case 'lp': return level('param', own(0));
      case 'eb': return expr('bvar', lean.nat(args[0]));
      case 'es': return expr('sort', own(0));
      case 'ec': return expr('const', own(0), this.list(args[1]));
      case 'ea': return expr('app', own(0), own(1));
      case 'el': return expr('lam', binder(), own(0), own(1), plain);
      case 'ep': return expr('forallE', binder(), own(0), own(1), plain);
      case 'ez': return expr('letE', binder(), own(0), own(1), own(2), plain);
      case 'en': return expr('lit', lean.construct(0, [lean.nat(args[0])]));
      case 'et': return expr('lit', lean.construct(1, [lean.string(args[0])]));
      case 'ej': return expr('proj', own(0), lean.nat(args[1]), own(2));
      default: throw Error(`no such record: ${tag}`);
    }
  }
}
