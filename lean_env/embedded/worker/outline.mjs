// Cuts a file into its commands with Lean's own parser, elaborating as it goes, because notation changes the grammar.
import { runCommands } from './commands.mjs';
import { declares, isInert, runsCode } from './inert.mjs';
import { endOf, findKind, kindOf, startOf, theoremShape } from './syntax.mjs';

const HOLES = new Set(['Lean.Parser.Term.sorry', 'Lean.Parser.Tactic.tacticSorry']);

// -> {commands: [{kind, declares, start, end, runs_code, inert, theorem}], messages}; offsets in bytes of the source.
// `theorem` is {name, start, value, end, has_sorry, plain} or null: its signature is the text from `start` to `value`.
export function outline(engine, commandState, source, token) {
  const { lean } = engine, commands = [];
  const { state, messages } = runCommands(lean, commandState, source, { token, observe: syntax => {
    const start = startOf(lean, syntax), end = endOf(lean, syntax), kind = kindOf(lean, syntax);
    if (start === null || kind === 'Lean.Parser.Command.eoi') return;
    commands.push({ kind, declares: declares(lean, syntax), start, end, runs_code: runsCode(lean, syntax), inert: isInert(lean, syntax), theorem: theoremOf(lean, syntax) });
  } });
  lean.dec(state);
  return { commands, messages };
}

function theoremOf(lean, syntax) {
  const shape = theoremShape(lean, syntax);
  if (shape === null || shape.value[0] === null || shape.type === null) return null;
  const has_sorry = findKind(lean, syntax, kind => HOLES.has(kind)) !== null;
  return { name: shape.name ? lean.nameText(shape.name) : '', start: shape.start, value: shape.value[0], end: shape.end,
    binders: shape.binders[0] === null ? null : shape.binders, type: shape.type, identifier: shape.identifier?.[0] == null ? null : shape.identifier, has_sorry, plain: shape.plain };
}
