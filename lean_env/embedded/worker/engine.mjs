// One Lean worker's state: the runtime, the handles it gave out, and the operations on them. No protocol, no process.
import { LeanError, CONSTANT } from './objects.mjs';
import { environmentOf, runCommands } from './commands.mjs';
import { Elaborator } from './elaborator.mjs';
import { GoalRenderer } from './goals.mjs';
import { Tactics, elaborateStatement, findConstant } from './tactics.mjs';
import { exportProof } from './declarations.mjs';
import { judge } from './judge.mjs';
import { outline } from './outline.mjs';
import { isInert } from './inert.mjs';
import { kindOf } from './syntax.mjs';

class Handles { // number -> Lean value with its release; numbers are never used again
  #items = new Map(); #next; #release;
  constructor(release, first) { this.#release = release; this.#next = first; }
  add(item) { this.#items.set(this.#next, item); return this.#next++; }
  get(handle, what) {
    const item = this.#items.get(handle);
    if (item === undefined) throw new LeanError(`unknown ${what} ${handle}`);
    return item;
  }
  free(handles) { for (const handle of handles) { const item = this.#items.get(handle); if (item !== undefined) { this.#items.delete(handle); this.#release(item); } } }
  get size() { return this.#items.size; }
}

export class Engine {
  // `commandStates` are owned; the first is the library with the prelude, handle 0.
  constructor({ lean, internals }, { commandStates, options }) {
    Object.assign(this, { lean, internals, options });
    this.elaborator = new Elaborator(lean);
    this.goals = new GoalRenderer(lean, this.elaborator);
    this.tactics = new Tactics(this);
    this.environments = new Handles(state => lean.dec(state), 0);
    this.states = new Handles(state => state.release(), 1); // 0 means "none" on the wire
    for (const state of commandStates) this.environments.add(state);
    this.permanent = commandStates.length; // these are never freed
    this.libraryEnvironment = environmentOf(lean, commandStates[0]);
  }

  // If `inert`, the first command that may run code of its own ends it with an error.
  run(source, env, inert, token) {
    let refused = null;
    const observe = syntax => { if (inert && !isInert(this.lean, syntax)) { refused = kindOf(this.lean, syntax); return 'stop'; } return 'go on'; };
    const { state, messages, interrupted } = runCommands(this.lean, this.environments.get(env, 'environment'), source, { token, observe });
    if (refused !== null) messages.push({ severity: 'error', data: `a command that may run code (${refused})`, pos: null, end_pos: null });
    return { env: this.environments.add(state), messages, interrupted };
  }
  outline(source, env, token) { return outline(this, this.environments.get(env, 'environment'), source, token); }
  open(signature, env, token) { return this.tactics.open(this.environments.get(env, 'environment'), signature, token); }
  step(state, tactic, token) { return this.tactics.step(this.states.get(state, 'state'), tactic, token); }

  // What the proof that led to a finished state added. -> {text} or {refused}
  finish(state) {
    const proved = this.states.get(state, 'state');
    return this.#orRefused(() => {
      const { lean } = this, { theorem, value, environment } = this.tactics.assemble(proved);
      const constant = lean.construct(0, [lean.inc(theorem.name), lean.inc(theorem.levels), lean.inc(theorem.type)]);
      const all = lean.list([lean.inc(theorem.name)]);
      const info = lean.construct(CONSTANT.theorem, [lean.construct(0, [constant, value, all])]);
      try { return exportProof(lean, this.libraryEnvironment, environment, info); } finally { lean.dec(info); lean.dec(environment); }
    });
  }

  // What the theorem of `signature` (as stated in environment `scope`), proved in environment `env`, needs beyond `scope`.
  export(signature, env, scope, token) {
    const { lean } = this, stated = elaborateStatement(lean, this.environments.get(scope, 'environment'), signature, token);
    if (stated.messages) return stated;
    const { theorem, state } = stated, environmentAt = handle => environmentOf(lean, this.environments.get(handle, 'environment'));
    const environment = environmentAt(env);
    return this.#orRefused(() => {
      const info = findConstant(lean, environment, theorem.name);
      for (const o of [theorem.name, theorem.levels, theorem.type, state]) lean.dec(o);
      if (!info) throw new LeanError(`there is no theorem ${theorem.text}`);
      return lean.taking(info, o => {
        if (lean.tag(o) !== CONSTANT.theorem) throw new LeanError(`${theorem.text} is not a theorem`);
        return exportProof(lean, environmentAt(scope), environment, o);
      });
    });
  }
  #orRefused(make) {
    try { return { text: make() }; } catch (error) { if (!(error instanceof LeanError)) throw error; return { refused: error.message }; }
  }

  judge(signature, env, exported, inert, token) { return judge(this, this.environments.get(env, 'environment'), signature, exported, inert, token); }

  free(states, envs) { this.states.free(states); this.environments.free(envs.filter(handle => handle >= this.permanent)); }
  stats() {
    return { rss_mib: process.memoryUsage().rss / 2 ** 20, heap_mib: this.internals.mem.buffer.byteLength / 2 ** 20, states: this.states.size, envs: this.environments.size };
  }
}
