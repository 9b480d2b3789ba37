// Memory images: the linear memory of a process that has imported the library and elaborated the prelude, and its way back.
//
// An image is valid for exactly one lean.wasm and one glue (the engine's version digest sees to that). With the addon it
// is mapped copy-on-write, so workers share its pages and start in milliseconds; without, it is read.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const PAGE_BYTES = 65536;
const CHUNK_BYTES = 1 << 24;

// `roots` are addresses of owned objects that the restored process starts from.
export function saveImage({ internals }, file, { stack, roots }) {
  const memory = new Uint8Array(internals.mem.buffer), out = fs.openSync(file, 'w');
  for (let at = 0; at < memory.length; at += CHUNK_BYTES) fs.writeSync(out, memory.slice(at, at + CHUNK_BYTES)); // slice: writeSync refuses shared memory
  fs.closeSync(out);
  const layout = { bytes: memory.length, table: internals.table.length, stackPointer: internals.stackSave(), stack, roots };
  fs.writeFileSync(`${file}.json`, JSON.stringify(layout));
}

export function restoreImage({ lean, internals }, folder) {
  const file = path.join(folder, 'library.snapshot'), layout = JSON.parse(fs.readFileSync(`${file}.json`, 'utf8'));
  if (internals.table.length !== layout.table)
    throw Error(`the snapshot was taken with a function table of ${layout.table}, this runtime has ${internals.table.length}`);
  internals.mem.grow((layout.bytes - internals.mem.buffer.byteLength) / PAGE_BYTES);
  const memory = new Uint8Array(internals.mem.buffer), addon = path.join(folder, 'map_memory.node');
  if (fs.existsSync(addon)) require(addon).mapInto(memory, file, layout.bytes);
  else readInto(memory, file, layout.bytes);
  internals.FS.mount = () => { throw Error('a restored worker mounts no folder'); }; // the runtime has code that mounts the host's /home
  lean.native('emscripten_stack_set_limits')(...layout.stack);
  lean.native('_emscripten_stack_restore')(layout.stackPointer);
  return layout.roots;
}

function readInto(memory, file, bytes) {
  const input = fs.openSync(file, 'r');
  for (let at = 0; at < bytes;) {
    const count = fs.readSync(input, memory, at, Math.min(bytes - at, CHUNK_BYTES), at);
    if (count <= 0) throw Error(`${file} ends at ${at} of ${bytes} bytes`);
    at += count;
  }
  fs.closeSync(input);
}
