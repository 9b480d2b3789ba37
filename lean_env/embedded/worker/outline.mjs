// Cuts a file into its commands with Lean's own parser, elaborating as it goes, because notation changes the grammar.
import { runCommands } from './commands.mjs';
import { children, endOf, findKind, identifierText, kindOf, startOf, theoremShape } from './syntax.mjs';

const HOLES = new Set(['Lean.Parser.Term.sorry', 'Lean.Parser.Tactic.tacticSorry']);
// Kinds through which a command would run code of the file's own while it is elaborated: metaprograms, tactics wherever they stand (after
// `by`, `decreasing_by`, `finally`), and antiquotations, which make a `notation` a program.
const RUNS_CODE = /^Lean\.(Parser\.Tactic\.|Parser\.Term\.(byElab|byTactic'?|matchExprAlt)$|Elab\.Term\.evalTerm$|runTac$|byElab$|includeStr$)|antiquot/;
// Attributes that run nothing of the file's own. Others (`macro`, `implemented_by`, `app_unexpander`, `term_parser`) hook its code into Lean.
const HARMLESS_ATTRIBUTES = new Set(['coe', 'default_instance', 'elab_as_elim', 'ext', 'grind', 'inline', 'instance', 'irreducible', 'match_pattern', 'noinline', 'reducible', 'refl',
  'semireducible', 'simp', 'specialize', 'symm', 'trans']);

// -> {commands: [{kind, start, end, runs_code, theorem}], messages}; offsets in bytes of the source.
// `theorem` is {name, start, value, end, has_sorry, plain} or null: its signature is the text from `start` to `value`.
export function outline(engine, commandState, source, token) {
  const { lean } = engine, commands = [];
  const { state, messages } = runCommands(lean, commandState, source, { token, observe: syntax => {
    const start = startOf(lean, syntax), end = endOf(lean, syntax), kind = kindOf(lean, syntax);
    if (start === null || kind === 'Lean.Parser.Command.eoi') return;
    commands.push({ kind, declares: declares(lean, syntax, kind), start, end, runs_code: runsCode(lean, syntax), theorem: theoremOf(lean, syntax) });
  } });
  lean.dec(state);
  return { commands, messages };
}

const declares = (lean, syntax, kind) => kind === 'Lean.Parser.Command.declaration' ? kindOf(lean, children(lean, syntax)[1]).replace('Lean.Parser.Command.', '') : '';

const runsCode = (lean, syntax) => findKind(lean, syntax, kind => RUNS_CODE.test(kind)) !== null || hooksCode(lean, syntax);

function hooksCode(lean, syntax) {
  if (kindOf(lean, syntax) !== 'Lean.Parser.Term.attrInstance') return children(lean, syntax).some(child => hooksCode(lean, child));
  const attribute = children(lean, syntax)[1], kind = kindOf(lean, attribute);
  const name = kind === 'Lean.Parser.Attr.simple' ? identifierText(lean, children(lean, attribute)[0]) : kind.slice(kind.lastIndexOf('.') + 1);
  return !HARMLESS_ATTRIBUTES.has(name);
}

function theoremOf(lean, syntax) {
  const shape = theoremShape(lean, syntax);
  if (shape === null || shape.value[0] === null || shape.type === null) return null;
  const has_sorry = findKind(lean, syntax, kind => HOLES.has(kind)) !== null;
  return { name: shape.name ? lean.nameText(shape.name) : '', start: shape.start, value: shape.value[0], end: shape.end,
    binders: shape.binders[0] === null ? null : shape.binders, type: shape.type, identifier: shape.identifier, has_sorry, plain: shape.plain };
}
