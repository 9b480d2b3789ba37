// The embedded Lean worker: requests in frames on stdin, one reply each on stdout, until stdin ends.
//
// usage: node FLAGS main.mjs ENGINE_FOLDER
// A request is {op, hard_ms, soft_ms, ...}; a reply is {ok: ...}, or {bad_request: text} for one that makes no sense. Anything else that goes
// wrong (a trap, a stack overflow, memory) leaves Lean's runtime in an unknown state: the process says why on stderr and ends.
import { boot } from './runtime.mjs';
import { restoreImage } from './image.mjs';
import { Engine } from './engine.mjs';
import { LeanError } from './objects.mjs';
import { theorems } from './library.mjs';
import { Watchdog } from './watchdog.mjs';
import { readFrames, writeFrame } from './frames.mjs';

for (const name of Object.keys(process.env)) delete process.env[name]; // the user's keys are no business of what runs here

const STDIN = 0, STDOUT = 1, CRASHED = 3;
const folder = process.argv[2], started = performance.now();

// soft_ms and hard_ms apply to the whole request, except in `step`, where each tactic has its own.
const operations = {
  run: (engine, { source, env, inert }, token) => engine.run(source, env, inert, token),
  outline: (engine, { source, env }, token) => engine.outline(source, env, token),
  open: (engine, { signature, env }, token) => engine.open(signature, env, token),
  finish: (engine, { state }) => engine.finish(state),
  export: (engine, { signature, env, scope }, token) => engine.export(signature, env, scope, token),
  judge: (engine, { signature, env, text, inert }, token) => engine.judge(signature, env, text, inert, token),
  theorems: (engine, { offset, count }) => theorems(engine, offset, count),
  free: (engine, { states, envs }) => { engine.free(states, envs); return {}; },
  stats: engine => engine.stats(),
};

function step(engine, watchdog, { state, tactics, until_closed }) {
  const results = [];
  for (const tactic of tactics) {
    const result = watchdog.guard(tactic.soft_ms, tactic.hard_ms, token => engine.step(state, tactic, token));
    results.push(result);
    if (until_closed && result.type === 'advanced' && result.parts.length === 0) break;
  }
  return results;
}

const { lean, internals } = await boot(folder);
const engine = new Engine({ lean, internals }, restoreImage({ lean, internals }, folder));
const watchdog = new Watchdog(lean, internals.mem);
writeFrame(STDOUT, JSON.stringify({ ready: true, ms: Math.round(performance.now() - started) }));

let requests = 0;
for (const payload of readFrames(STDIN)) {
  const stack = internals.stackSave();
  let reply;
  requests++;
  try {
    const request = JSON.parse(payload), operation = operations[request.op];
    const ok = request.op === 'step' ? step(engine, watchdog, request)
      : operation ? watchdog.guard(request.soft_ms ?? 0, request.hard_ms ?? 0, token => operation(engine, request, token))
      : null;
    reply = ok === null ? { bad_request: `no operation ${request.op}` } : { ok: request.op === 'stats' ? { ...ok, requests } : ok };
  } catch (error) {
    if (!(error instanceof LeanError)) {
      process.stderr.write(`the Lean runtime broke: ${error?.stack ?? error}\n`);
      process.exit(CRASHED);
    }
    reply = { bad_request: error.message };
  }
  internals.stackRestore(stack); // a C++ exception that came through leaves the shadow stack where it was thrown
  writeFrame(STDOUT, JSON.stringify(reply));
}
process.exit(0);
