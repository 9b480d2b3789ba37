// The raw side of step_throughput.py: the same batches on the same engine, called in this process with no pipe and no JSON in between.
//
// usage: node FLAGS raw_steps.mjs ENGINE_FOLDER WORKER_FOLDER
// Speaks the worker's frames: a request is {theorems: [{signature, tactics}], rounds}, a reply {ms, steps, advanced}, where `ms` is the
// time inside the loop alone.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, worker] = process.argv.slice(2), load = name => import(pathToFileURL(path.join(worker, name)));
const [{ boot }, { restoreImage }, { Engine }, { Watchdog }, { readFrames, writeFrame }] = await Promise.all(
  ['runtime.mjs', 'image.mjs', 'engine.mjs', 'watchdog.mjs', 'frames.mjs'].map(load));
const STDIN = 0, STDOUT = 1;

const { lean, internals } = await boot(folder);
const engine = new Engine({ lean, internals }, restoreImage({ lean, internals }, folder));
const watchdog = new Watchdog(lean, internals.mem);
const opened = new Map(); // signature -> state
const stateOf = signature => {
  if (!opened.has(signature)) opened.set(signature, engine.open(signature, 0, 0).part.state);
  return opened.get(signature);
};
writeFrame(STDOUT, JSON.stringify({ ready: true }));

for (const payload of readFrames(STDIN)) {
  const { theorems, rounds } = JSON.parse(payload), begun = performance.now();
  let steps = 0, advanced = 0;
  for (let round = 0; round < rounds; round++) {
    const made = [];
    for (const { signature, tactics } of theorems) {
      for (const tactic of tactics) {
        const result = watchdog.guard(tactic.soft_ms, tactic.soft_ms + 4000, token => engine.step(stateOf(signature), tactic, token));
        steps++;
        if (result.type !== 'advanced') continue;
        advanced++;
        made.push(result.state, ...result.parts.map(part => part.state));
      }
    }
    engine.free(made, []);
  }
  writeFrame(STDOUT, JSON.stringify({ ms: performance.now() - begun, steps, advanced }));
}
process.exit(0);
