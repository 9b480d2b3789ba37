// Limits in wall time. The main thread is inside Lean and cannot look at a clock, so a second thread does.
//
// At the soft limit it stores `true` into the request's IO.CancelToken, which Lean polls (not inside the kernel, not inside an
// interpreted loop). At the hard limit it ends this process, by SIGALRM to tell why: whoever asked gets a lost
// worker, never a wrong answer.
import { Worker } from 'node:worker_threads';

const SERIAL = 0, SOFT_MS = 1, HARD_MS = 2, CELL = 3, FINISHED = 4, SLOTS = 8;
const TOKEN_CELL = 8; // offset of the value inside a reference object
const FALSE = 1, TRUE = 3; // box(0), box(1)

const watch = `
const { workerData: { control, memory } } = require('node:worker_threads');
let serial = 0;
for (;;) {
  Atomics.wait(control, ${SERIAL}, serial);
  serial = Atomics.load(control, ${SERIAL});
  const soft = control[${SOFT_MS}], hard = control[${HARD_MS}], begun = Date.now();
  const finishedBefore = limit => {
    for (;;) {
      const finished = Atomics.load(control, ${FINISHED});
      if (finished >= serial) return true;
      const left = limit - (Date.now() - begun);
      if (left <= 0) return false;
      Atomics.wait(control, ${FINISHED}, finished, left);
    }
  };
  if (soft > 0 && !finishedBefore(soft)) Atomics.store(new Int32Array(memory.buffer), control[${CELL}] >> 2, ${TRUE});
  if (hard > 0 && !finishedBefore(hard)) { process.kill(process.pid, 'SIGALRM'); process.kill(process.pid, 'SIGKILL'); }
}`;

export class Watchdog {
  #lean; #control = new Int32Array(new SharedArrayBuffer(4 * SLOTS)); #serial = 0; #token;

  constructor(lean, memory) {
    this.#lean = lean;
    // One token for the life of the process: a store that comes a moment too late can then hit no freed memory. At worst it cuts
    // the next request short, which is a limit and never a wrong answer.
    this.#token = lean.call('l_IO_CancelToken_new');
    new Worker(watch, { eval: true, workerData: { control: this.#control, memory } }).unref();
  }

  // Run `body(token)` under the limits (milliseconds, 0 = none); `token` is a borrowed IO.CancelToken.
  guard(softMs, hardMs, body) {
    const control = this.#control, cell = this.#token + TOKEN_CELL, armed = softMs > 0 || hardMs > 0;
    this.#lean.words[cell >> 2] = FALSE;
    if (armed) {
      control[SOFT_MS] = softMs; control[HARD_MS] = hardMs; control[CELL] = cell;
      Atomics.store(control, SERIAL, ++this.#serial);
      Atomics.notify(control, SERIAL);
    }
    try { return body(this.#token); } finally {
      if (armed) { Atomics.store(control, FINISHED, this.#serial); Atomics.notify(control, FINISHED); }
    }
  }
}
