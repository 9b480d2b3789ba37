// Calls every function of the runtime that prints, as Lean code that has found its address could, in a worker that is ready.
//
// usage: node FLAGS says_everything.mjs FOLDER_OF_THE_WORKER'S_SCRIPTS ENGINE_FOLDER TEXT
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [scripts, engineFolder, text] = process.argv.slice(2);
const script = name => import(pathToFileURL(path.join(scripts, name)));
const { lean, internals } = await (await script('runtime.mjs')).boot(engineFolder);
(await script('image.mjs')).restoreImage({ lean, internals }, engineFolder);

const bytes = Buffer.from(`${text}\0`), address = lean.native('malloc')(bytes.length + 8), noArguments = address + bytes.length;
lean.bytes.set(bytes, address);
const CONSOLE = 1, WARN = 2, ERROR = 4, DEBUG = 256, INFO = 512; // flags of emscripten_log
for (const flags of [0, WARN, ERROR, CONSOLE, CONSOLE | WARN, CONSOLE | ERROR, CONSOLE | DEBUG, CONSOLE | INFO]) lean.native('emscripten_log')(flags, address, noArguments);
for (const name of ['logf', 'warnf', 'errorf', 'tracef']) lean.native(`emscripten_console_${name}`)(address, noArguments);
for (const name of ['emscripten_outf', 'emscripten_errf']) lean.native(name)(address, noArguments);
process.stderr.write('all said\n');
