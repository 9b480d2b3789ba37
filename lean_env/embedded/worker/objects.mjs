// Lean objects in linear memory, as JavaScript sees them: addresses of 32-bit objects with explicit reference counts.
//
// The one rule of calling Lean: `lean.call(name, ...)` prefers `X___boxed`, whose arguments are all boxed and OWNED (consumed);
// where no boxed variant exists, all parameters of X are owned objects already. Results are owned by the caller. Calling an
// unboxed function with the wrong ownership corrupts memory silently, so nothing in this folder does.
//
// Layout (Lean 4.28, wasm32): header of 8 bytes = reference count i32 (0 = persistent, negative = shared between threads),
// size u16, number of object fields u8, tag u8; then the payload. A value with its lowest bit set is a boxed scalar.

const HEADER = 8;
const ARRAY_DATA = 16;
const STRING_DATA = 20;
const CLOSURE_ARGUMENTS = 16;
const TAG_CLOSURE = 245;
const TAG_ARRAY = 246;
const WORLD = 1; // box(0): the erased token of IO functions, kept by `___boxed` variants

export const EXPR = { bvar: 0, fvar: 1, mvar: 2, sort: 3, const: 4, app: 5, lam: 6, forall: 7, let: 8, lit: 9, mdata: 10, proj: 11 };
export const LEVEL = { zero: 0, succ: 1, max: 2, imax: 3, param: 4, mvar: 5 };
export const CONSTANT = { axiom: 0, definition: 1, theorem: 2, opaque: 3, quotient: 4, inductive: 5, constructor: 6, recursor: 7 };
export const BINDER = { default: 0, implicit: 1, strictImplicit: 2, instance: 3 };

export class LeanError extends Error {} // what Lean itself answers (an exception value), never a fault of ours

export class LeanObjects {
  #internals; #symbols; #exports = new Map(); #callables = new Map(); #pointers = new Map();
  #buffer; #bytes; #words;
  #encoder = new TextEncoder();
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true }); // "ignore" means keep: a text that begins with U+FEFF is another text

  constructor(internals, symbols) { this.#internals = internals; this.#symbols = symbols; }

  // -- memory ---------------------------------------------------------------------------------------------------------
  get bytes() { this.#refresh(); return this.#bytes; }
  get words() { this.#refresh(); return this.#words; }
  #refresh() { // a grown memory has a new buffer
    const buffer = this.#internals.mem.buffer;
    if (buffer !== this.#buffer) { this.#buffer = buffer; this.#bytes = new Uint8Array(buffer); this.#words = new Int32Array(buffer); }
  }

  // -- functions and constants by name ----------------------------------------------------------------------------------
  #lookup(name) { // a function, {value: address} for data, or null
    let found = this.#exports.get(name);
    if (found !== undefined) return found;
    found = this.#internals.ex[name];
    if (found === undefined) {
      const encoded = this.#symbols.find(name);
      found = encoded < 0 ? null : (encoded & 1) ? { value: encoded >>> 1 } : this.#internals.table.get(encoded >>> 1);
    }
    this.#exports.set(name, found);
    return found;
  }

  native(name) { // a C function of the runtime, called with raw values; the caller knows its ownership
    const found = this.#lookup(name);
    if (typeof found !== 'function') throw Error(`the runtime has no function ${name}`);
    return found;
  }

  call(name, ...args) {
    let callable = this.#callables.get(name);
    if (!callable) {
      callable = this.#lookup(`${name}___boxed`) ?? this.#lookup(name);
      if (typeof callable !== 'function') throw Error(`the runtime has no function ${name}`);
      this.#callables.set(name, callable);
    }
    if (callable.length === args.length + 1) args.push(WORLD);
    else if (callable.length !== args.length) throw Error(`${name} takes ${callable.length} arguments, got ${args.length}`);
    return callable(...args);
  }

  constant(name) { // a closed Lean constant (borrowed): the symbol is a variable that holds the object's address
    const found = this.#lookup(name);
    if (!found) throw Error(`the runtime has no constant ${name}`);
    return this.words[found.value >> 2];
  }

  functionPointer(name) {
    let pointer = this.#pointers.get(name);
    if (pointer === undefined) {
      const boxed = `${name}___boxed`;
      const encoded = this.#symbols.find(boxed);
      pointer = (encoded >= 0 ? encoded : this.#symbols.find(name)) >>> 1;
      this.#pointers.set(name, pointer);
    }
    return pointer;
  }

  // -- reading --------------------------------------------------------------------------------------------------------
  box(n) { return (n << 1) | 1; }
  unbox(o) { return o >>> 1; }
  isScalar(o) { return (o & 1) === 1; }
  isPersistent(o) { return this.words[o >> 2] === 0; } // lives as long as the process: safe to remember by address
  tag(o) { return this.isScalar(o) ? this.unbox(o) : this.bytes[o + 7]; } // constructor index
  fieldCount(o) { return this.bytes[o + 6]; }
  field(o, i) { return this.words[(o + HEADER + 4 * i) >> 2]; }           // borrowed
  ownedField(o, i) { return this.inc(this.field(o, i)); }
  scalarByte(o, offset) { return this.bytes[o + HEADER + 4 * this.fieldCount(o) + offset]; }
  scalarWord(o, offset) { // unaligned u32
    const at = o + HEADER + 4 * this.fieldCount(o) + offset, b = this.bytes;
    return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
  }
  arrayLength(o) { return this.words[(o + 8) >> 2]; }
  arrayItem(o, i) { return this.words[(o + ARRAY_DATA + 4 * i) >> 2]; }
  arrayItems(o) { return Array.from({ length: this.arrayLength(o) }, (_, i) => this.arrayItem(o, i)); }
  listItems(o) { const items = []; for (; !this.isScalar(o); o = this.field(o, 1)) items.push(this.field(o, 0)); return items; }
  text(o) { const size = this.words[(o + 8) >> 2]; return this.#decoder.decode(this.bytes.slice(o + STRING_DATA, o + STRING_DATA + size - 1)); }
  natText(o) { // decimal text of a Nat, small or big (borrows)
    if (this.isScalar(o)) return String(this.unbox(o));
    const shown = this.call('l_Nat_reprFast', this.inc(o)), text = this.text(shown);
    this.dec(shown);
    return text;
  }
  nameText(name) { // for people and for keys inside trusted data; structural comparison is done on objects
    const parts = [];
    for (; !this.isScalar(name); name = this.field(name, 0))
      parts.push(this.tag(name) === 1 ? this.text(this.field(name, 1)) : this.natText(this.field(name, 1)));
    return parts.reverse().join('.');
  }

  // -- reference counts -------------------------------------------------------------------------------------------------
  inc(o) {
    if (!this.isScalar(o)) {
      const words = this.words, count = words[o >> 2];
      if (count > 0) words[o >> 2] = count + 1; else if (count < 0) Atomics.sub(words, o >> 2, 1);
    }
    return o;
  }
  dec(o) {
    if (this.isScalar(o)) return;
    const words = this.words, count = words[o >> 2];
    if (count > 1) words[o >> 2] = count - 1; else if (count !== 0) this.native('lean_dec_ref_cold')(o);
  }
  taking(o, use) { // run `use` on an owned object and release it
    try { return use(o); } finally { this.dec(o); }
  }

  // -- building (all arguments consumed, results owned) --------------------------------------------------------------------
  #allocate(tag, fields, payload) {
    const size = (HEADER + payload + 7) & ~7, o = this.native('lean_alloc_object')(size);
    this.bytes.fill(0, o + HEADER, o + size);
    this.words[o >> 2] = 1;
    const bytes = this.bytes;
    bytes[o + 4] = size & 255; bytes[o + 5] = size >> 8; bytes[o + 6] = fields; bytes[o + 7] = tag;
    return o;
  }
  construct(tag, fields, scalars = []) {
    const o = this.#allocate(tag, fields.length, 4 * fields.length + scalars.length), words = this.words;
    fields.forEach((value, i) => { words[(o + HEADER + 4 * i) >> 2] = value; });
    this.bytes.set(scalars, o + HEADER + 4 * fields.length);
    return o;
  }
  some(o) { return this.construct(1, [o]); }
  get none() { return this.box(0); }
  list(items) { return items.reduceRight((tail, head) => this.construct(1, [head, tail]), this.box(0)); }
  array(items) {
    const n = items.length, o = this.native('lean_alloc_object')((ARRAY_DATA + 4 * n + 7) & ~7), words = this.words, bytes = this.bytes;
    words[o >> 2] = 1; bytes[o + 6] = 0; bytes[o + 7] = TAG_ARRAY;
    words[(o + 8) >> 2] = n; words[(o + 12) >> 2] = n;
    items.forEach((value, i) => { words[(o + ARRAY_DATA + 4 * i) >> 2] = value; });
    return o;
  }
  string(text) {
    const encoded = this.#encoder.encode(text), buffer = this.native('malloc')(encoded.length + 1);
    this.bytes.set(encoded, buffer);
    this.bytes[buffer + encoded.length] = 0;
    const o = this.native('lean_mk_string_from_bytes')(buffer, encoded.length);
    this.native('free')(buffer);
    return o;
  }
  nat(decimal) { // from decimal text or a small number
    const value = BigInt(decimal);
    if (value < 2n ** 31n) return this.box(Number(value));
    const digits = this.#encoder.encode(String(decimal)), buffer = this.native('malloc')(digits.length + 1);
    this.bytes.set(digits, buffer);
    this.bytes[buffer + digits.length] = 0;
    const o = this.native('lean_cstr_to_nat')(buffer);
    this.native('free')(buffer);
    return o;
  }
  uint32(n) { return this.construct(0, [], [n & 255, (n >> 8) & 255, (n >> 16) & 255, (n >>> 24) & 255]); }
  nameString(prefix, part) { return this.call('l_Lean_Name_str___override', prefix, this.string(part)); }
  nameNumber(prefix, part) { return this.call('l_Lean_Name_num___override', prefix, this.nat(part)); }
  name(dotted) { return dotted.split('.').reduce((prefix, part) => this.nameString(prefix, part), this.box(0)); } // plain components only
  closure(pointer, arity) {
    const o = this.#allocate(TAG_CLOSURE, 0, CLOSURE_ARGUMENTS - HEADER), words = this.words;
    words[(o + 8) >> 2] = pointer;
    words[(o + 12) >> 2] = arity;
    return o;
  }
  // Shallow copy of a constructor object (borrowed) with some object fields replaced (consumed) and scalars kept.
  copyWith(o, fields) {
    const n = this.fieldCount(o), size = this.bytes[o + 4] | (this.bytes[o + 5] << 8), values = [];
    for (let i = 0; i < n; i++) values.push(i in fields ? fields[i] : this.ownedField(o, i));
    const scalars = [...this.bytes.slice(o + HEADER + 4 * n, o + Math.max(size, HEADER + 4 * n))];
    return this.construct(this.tag(o), values, scalars);
  }

  // -- references and IO --------------------------------------------------------------------------------------------------
  newRef(value) { return this.native('lean_st_mk_ref')(value); }                                         // consumes
  readRef(ref) { return this.native('lean_st_ref_get')(ref); }                                           // borrows, result owned
  writeRef(ref, value) { this.dec(this.native('lean_st_ref_swap')(ref, value)); }                        // borrows ref, consumes value
  io(result) { // value of an IO result (consumed); throws what it raised
    if (this.tag(result) === 0) { const value = this.ownedField(result, 0); this.dec(result); return value; }
    const text = this.text(this.native('lean_io_error_to_string')(this.ownedField(result, 0)));
    this.dec(result);
    throw new LeanError(text);
  }
}
