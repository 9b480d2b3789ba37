// Lists the theorems of the imported library with their statements, for retrieval and for training problems.
import { CONSTANT } from './objects.mjs';
import { inTermElab } from './commands.mjs';

const MAP_OF_IMPORTED = 0, BUCKETS = 1;            // SMap.map₁, and the buckets of a HashMap
const KEY = 0, VALUE = 1, REST = 2;                // AssocList.cons
const LINE_WIDTH = 10_000;                         // statements on one line

// Names (persistent objects) of the library's constants that could be theorems, sorted by their text. The library comes without proofs, so
// theorems and definitions that are not exposed both look like axioms; which is which shows in the type.
function candidates(engine) {
  const { lean } = engine, constants = lean.call('l_Lean_Environment_constants', lean.inc(engine.libraryEnvironment)), found = [];
  for (const bucket of lean.arrayItems(lean.field(lean.field(constants, MAP_OF_IMPORTED), BUCKETS)))
    for (let node = bucket; !lean.isScalar(node); node = lean.field(node, REST)) {
      const info = lean.field(node, VALUE), kind = lean.tag(info), name = lean.field(node, KEY);
      if (kind !== CONSTANT.axiom && kind !== CONSTANT.theorem) continue;
      if (lean.unbox(lean.call('l_Lean_Name_isInternalDetail', lean.inc(name))) === 1) continue;
      found.push({ text: lean.nameText(name), type: lean.field(lean.field(lean.field(info, 0), 0), 2) });
    }
  lean.dec(constants); // the environment keeps them alive
  return found.sort((a, b) => (a.text < b.text ? -1 : 1));
}

// -> {theorems: [[name, statement]], next: offset to go on from, or null}; `offset` counts candidates
export function theorems(engine, offset, count) {
  const { lean, elaborator } = engine, all = engine.libraryCandidates ??= candidates(engine), page = all.slice(offset, offset + count);
  const listed = inTermElab(engine, engine.environments.get(0, 'environment'), six => {
    const kept = page.filter(({ type }) => lean.unbox(elaborator.meta(six, 'l_Lean_Meta_isProp', lean.inc(type))) === 1);
    const shown = kept.map(({ text, type }) => {
      const format = elaborator.meta(six, 'l_Lean_Meta_ppExpr', lean.inc(type));
      return [text, lean.taking(lean.call('l_Std_Format_pretty', format, lean.box(LINE_WIDTH), lean.box(0), lean.box(0)), o => lean.text(o))];
    });
    elaborator.release(six);
    return shown;
  });
  return { theorems: listed, next: offset + count < all.length ? offset + count : null };
}
