// Warms a worker on a varied workload and writes V8's code cache: optimised code of the hot functions, so that a new worker's first
// tactics run at full speed.
//
// usage: node FLAGS train_code_cache.mjs --engine FOLDER --seconds N --out FILE     (N: processor time of the main thread)
import fs from 'node:fs';
import v8 from 'node:v8';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { boot, serializeModule } from './runtime.mjs';
import { restoreImage } from './image.mjs';
import { Engine } from './engine.mjs';

const STATEMENTS = [
  'theorem t (p q : Prop) (a b : Nat) (h : a = b) (hp : p) (hq : q) : (p ∧ q) ∧ (b = a ∧ a + 0 = b)',
  'theorem t (a b c : Nat) (h : a < b) (h2 : b < c) : a + 1 ≤ c + 7',
  'theorem t (x y : Int) (h : x * y = 6) (h2 : x + y = 5) : x^2 + y^2 = 13',
  'theorem t {α : Type} (xs ys : List α) : (xs ++ ys).length = ys.length + xs.length',
  'theorem t (n : Nat) (h : n % 5 = 3) : (2 * n) % 5 = 1',
  'theorem t (n : Nat) : 3 ∣ n^3 + 2*n',
  'theorem t (f : Nat → Nat) (h : ∀ x, f x = 5 * x + 4) : f 1 = 9',
  'theorem t : (2^100) % 7 = 2',
  'theorem t (b : Bool) (p q : Nat → Prop) (h : ∃ x, p x ∧ q x) : (b && true) = b ∧ ∃ x, p x',
];
const TACTICS = ['rfl', 'omega', 'simp', 'simp_all', 'grind', 'decide', 'constructor', 'intro x', 'induction n', 'cases b', 'exact h', 'assumption', 'refine ⟨?_, ?_⟩',
  'induction n with\n| zero => simp\n| succ k ih => grind', 'have h3 : a ≤ b := by omega', 'subst h', 'rw [h]', 'simp [Nat.pow_succ, Nat.mul_mod, Nat.add_mod]', 'obtain ⟨x, h1, h2⟩ := h',
  'rcases (by omega : n % 3 = 0 ∨ n % 3 = 1 ∨ n % 3 = 2) with h | h | h', 'apply And.intro', 'contradiction', 'nonsense'];
// Functions that are not optimised when the cache is written are compiled again, all of them, by every worker that starts from it. So
// while training, optimise what runs at all; V8 refuses a cache written under other flags, so the default is put back before writing.
const EAGER_TIERING = '--wasm-tiering-budget=500000', DEFAULT_TIERING = '--wasm-tiering-budget=13000000';
const LIMITS = { heartbeats: 400, soft_ms: 0 };

const { values } = parseArgs({ options: { engine: { type: 'string' }, seconds: { type: 'string' }, out: { type: 'string' } } });
v8.setFlagsFromString(EAGER_TIERING);
const { lean, internals, module } = await boot(values.engine, { useCodeCache: false });
const roots = restoreImage({ lean, internals }, values.engine);
const engine = new Engine({ lean, internals }, roots);
const end = mainThreadMs() + 1000 * Number(values.seconds);
do {
  for (const signature of STATEMENTS) {
    const { name, part } = engine.open(signature, 1, 0);
    if (name === undefined) throw Error(`a training statement does not elaborate: ${signature}`);
    for (const text of TACTICS) release(engine.step(part.state, { text, ...LIMITS }, 0));
    engine.free([part.state], []);
    engine.outline(`${signature} := sorry`, 0, 0);
    const { env } = engine.run(`${signature} := by first | omega | grind | simp_all | (constructor <;> simp_all)`, 1, 0);
    const exported = engine.export(signature, env, 1, 0);
    if (exported.text) engine.judge(signature, 0, exported.text, 0);
    engine.free([], [env]);
  }
} while (mainThreadMs() < end); // at least one round: V8 has nothing to write without optimised code
await compiled();
v8.setFlagsFromString(DEFAULT_TIERING);
fs.writeFileSync(values.out, Buffer.from(serializeModule(module)));
process.exit(0);

function release(result) {
  if (result.type === 'advanced') engine.free([result.state, ...result.parts.map(part => part.state)], []);
}

// Processor time and not the clock: on a busy machine the same work has to be done, it only takes longer.
function mainThreadMs() { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000; }

// V8 optimises on threads of its own: wait until these have nothing left to do.
async function compiled() {
  for (let quiet = 0; quiet < 3;) {
    const before = process.cpuUsage();
    await sleep(200);
    const { user, system } = process.cpuUsage(before);
    quiet = user + system < 10_000 ? quiet + 1 : 0; // microseconds
  }
}
