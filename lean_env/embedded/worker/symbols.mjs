// Names of the compiled Lean runtime -> function table slots and data addresses.
//
// The rewritten lean.wasm exports only what its glue needs; the other 200,000 functions sit in fixed slots of the function
// table, listed in symbols.bin (its layout is documented where it is written, in ../wasm.py).
import fs from 'node:fs';

export class Symbols {
  #bytes; #count; #offsets; #values; #names; #cache = new Map();

  constructor(file) {
    const bytes = this.#bytes = fs.readFileSync(file);
    const count = this.#count = bytes.readUInt32LE(0);
    this.#offsets = new Uint32Array(bytes.buffer, bytes.byteOffset + 4, count + 1);
    this.#values = new Uint32Array(bytes.buffer, bytes.byteOffset + 4 + 4 * (count + 1), count);
    this.#names = 4 + 4 * (2 * count + 1);
  }

  // Encoded value of `name`: slot << 1 for a function, address << 1 | 1 for data, -1 if there is none. The glue's dlsym calls this too.
  find(name) {
    const known = this.#cache.get(name);
    if (known !== undefined) return known;
    const key = Buffer.from(name);
    let low = 0, high = this.#count - 1, value = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.#bytes.compare(key, 0, key.length, this.#names + this.#offsets[middle], this.#names + this.#offsets[middle + 1]);
      if (order === 0) { value = this.#values[middle]; break; }
      if (order < 0) low = middle + 1; else high = middle - 1;
    }
    this.#cache.set(name, value);
    return value;
  }
}
