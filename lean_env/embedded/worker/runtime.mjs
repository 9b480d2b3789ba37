// Boots the Lean runtime in this thread: glue, WebAssembly module (from V8's code cache if there is one), instance.
//
// No thread is ever created: tasks run synchronously (patched when the engine is derived), so one JavaScript stack is
// the whole of Lean.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { Symbols } from './symbols.mjs';
import { LeanObjects } from './objects.mjs';

const require = createRequire(import.meta.url);
const STACK_BYTES = 64 << 20;
// Where Lean believes that it is (the glue says the same): the image remembers both, and no folder of the host's.
const LIBRARY_IN_LEAN = '/lib/lean', PROGRAM_FOLDER_IN_LEAN = '/bin';
// What Emscripten's JavaScript does for C code, and no worker does for Lean code, which can call every function of the runtime by declaring
// one of its name: start a program, load a library (its JavaScript would be run), hand out JavaScript functions, start a thread, connect.
const REFUSED_IMPORTS = ['_emscripten_system', '_dlopen_js', '_emscripten_dlopen_js', '_dlsym_catchup_js', '_emscripten_receive_on_main_thread_js', '__pthread_create_js',
  '__syscall_socket', '__syscall_connect', '__syscall_bind', '__syscall_listen', '__syscall_accept4'];

// V8 intrinsics exist only under --allow-natives-syntax; a direct `%Name` would be a syntax error in this module without it.
export const serializeModule = module => new Function('module', 'return %SerializeWasmModule(module)')(module);
const deserializeModule = (cache, bytes) => new Function('cache', 'bytes', 'return %DeserializeWasmModule(cache, bytes)')(cache, bytes);

// Both files are large: mapped where the addon is there, read where it is not.
function contents(folder, name) {
  const file = path.join(folder, name), addon = path.join(folder, 'map_memory.node');
  if (fs.existsSync(addon)) return require(addon).mapFile(file);
  const bytes = fs.readFileSync(file);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
}

function compile(folder, useCodeCache) {
  const bytes = contents(folder, 'lean.wasm');
  if (useCodeCache && fs.existsSync(path.join(folder, 'code.cache'))) {
    const cached = deserializeModule(contents(folder, 'code.cache'), new Uint8Array(bytes));
    if (cached) return cached; // undefined if the cache belongs to another V8 or other flags
  }
  return new WebAssembly.Module(bytes);
}

// -> {lean, internals, module}: the object layer, the glue's internals (memory, table, stack, file system), the compiled module.
export function boot(folder, { useCodeCache = true } = {}) {
  return new Promise((resolve, reject) => {
    const symbols = new Symbols(path.join(folder, 'symbols.bin'));
    let module;
    const toStderr = line => { if (!/^(\[DEBUG|  - |  mainModule)/.test(line)) process.stderr.write(`${line}\n`); }; // the package's own chatter
    // The glue prints on these too when C code asks for it, and Lean code can make C code ask: redirected for good.
    for (const method of ['log', 'info', 'debug']) console[method] = toStderr;
    process.binding = () => ({ fs: fs.constants }); // all that the glue asks of it; node's own is shut under --permission
    globalThis.LeanModule = {
      poolSize: 0, symbols, noInitialRun: true, thisProgram: 'lean', print: toStderr, printErr: toStderr, // stdout belongs to our protocol
      instantiateWasm(imports, done) {
        for (const name of REFUSED_IMPORTS) imports.env[name] = () => { throw Error(`Lean code asked for ${name}`); };
        module = compile(folder, useCodeCache);
        done(new WebAssembly.Instance(module, imports), module);
      },
      onRuntimeInitialized() {
        try {
          const { internals } = globalThis.LeanModule;
          resolve({ lean: new LeanObjects(internals, symbols), internals, module });
        } catch (error) { reject(error); }
      },
    };
    try { require(path.join(folder, 'lean.cjs')); } catch (error) { reject(error); }
  });
}

// Initialise Lean from nothing and import modules from a folder of .olean files; only the snapshot's maker does this.
// -> {environment, options, stack}: owned objects and the limits of the shadow stack.
export function importLibrary({ lean, internals }, libraryFolder, imports) {
  const { FS, NODEFS, ENV } = internals;
  ENV.LEAN_PATH = LIBRARY_IN_LEAN;
  FS.mkdirTree(LIBRARY_IN_LEAN);
  FS.mount(NODEFS, { root: libraryFolder }, LIBRARY_IN_LEAN);
  FS.mkdirTree(PROGRAM_FOLDER_IN_LEAN); // lean_init_search_path asks for the real path of its own program's folder
  const low = lean.native('malloc')(STACK_BYTES), high = (low + STACK_BYTES) & ~15;
  // The build computes the main thread's stack size as end - base, which is negative, so Lean would never notice deep recursion:
  // give it a real size while it looks, then the true limits.
  const setLimits = lean.native('emscripten_stack_set_limits');
  setLimits(0, STACK_BYTES - (1 << 20));
  lean.native('_emscripten_stack_restore')(high);
  lean.native('lean_initialize')();
  setLimits(high, low);
  lean.native('lean_io_mark_end_initialization')();
  lean.io(lean.native('lean_init_search_path')());
  lean.native('lean_enable_initializer_execution')();
  lean.native('lean_init_task_manager_using')(1); // 0 would leave the manager null; no thread is spawned anyway
  const options = lean.constant('l_Lean_Options_empty');
  const modules = lean.array(imports.map(name => lean.construct(0, [lean.name(name)], [0, 1, 0]))); // importAll, isExported, isMeta
  const trustLevel = lean.uint32(1024), plugins = lean.array([]), yes = lean.box(1), privateLevel = lean.box(2), noArtifacts = lean.box(1);
  const environment = lean.io(lean.call('l_Lean_importModules', modules, lean.inc(options), trustLevel, plugins, yes, yes, privateLevel, noArtifacts));
  return { environment, options, stack: [high, low] };
}
