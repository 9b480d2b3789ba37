// Which commands can be elaborated without running code of their author.
//
// The clean worker asks this of a challenge that comes out of the very file that is to be checked. It asks its own parser: what a text is to
// the worker that ran the file may be another thing, because the file's notation and macros are at work there.
import { children, findKind, identifierText, kindOf, someIdentifier } from './syntax.mjs';

// Metaprograms, tactics wherever they stand (after `by`, `decreasing_by`, `finally`), unsafe terms and declarations (whose implementation is
// another one), and antiquotations, which make a `notation` a program.
const RUNS_CODE = /^Lean\.(Parser\.Tactic\.|Parser\.Term\.(byElab|byTactic'?|matchExprAlt|unsafe)$|Parser\.Command\.unsafe$|Elab\.Term\.evalTerm$|runTac$|byElab$|includeStr$)|antiquot/;
// The kernel runs compiled code for the first two constants; the third evaluates a definition to find the tactic to run.
const ACTIVE_NAMES = /reduce(Bool|Nat)|autoParam/i;
// Attributes that run nothing of the file's own. Others (`macro`, `implemented_by`, `app_unexpander`, `term_parser`) hook its code into Lean.
const HARMLESS_ATTRIBUTES = new Set(['coe', 'default_instance', 'elab_as_elim', 'ext', 'grind', 'inline', 'instance', 'irreducible', 'match_pattern', 'noinline', 'reducible', 'refl',
  'semireducible', 'simp', 'specialize', 'symm', 'trans']);
// Options that change what a statement means or looks like, and nothing else. With `doc.verso`, a comment would be a program.
const HARMLESS_OPTIONS = /^(autoImplicit|relaxedAutoImplicit|maxRecDepth|maxHeartbeats|exponentiation\.threshold|diagnostics|(synthInstance|linter|pp|backward|trace)\..*)$/;
// What a statement can need to stand before it: scopes, notation, and declarations of what it speaks about. Nothing that is proved.
const SCOPING = new Set(['namespace', 'section', 'end', 'open', 'variable', 'universe', 'set_option', 'mixfix', 'notation', 'export', 'deriving', 'attribute', 'eoi']);
const STATING = new Set(['def', 'abbrev', 'definition', 'structure', 'classInductive', 'inductive', 'instance', 'opaque', 'axiom']);
const COMMAND = 'Lean.Parser.Command.';

export const runsCode = (lean, syntax) => findKind(lean, syntax, kind => RUNS_CODE.test(kind)) !== null
  || someIdentifier(lean, syntax, name => ACTIVE_NAMES.test(name)) || setsOption(lean, syntax) || hooksCode(lean, syntax);

// Whether a command is of a kind that a statement can need before it, and runs no code.
export function isInert(lean, syntax) {
  const kind = kindOf(lean, syntax), declared = declares(lean, syntax);
  const known = kind.startsWith(COMMAND) && (declared ? STATING.has(declared) : SCOPING.has(kind.slice(COMMAND.length)));
  return known && !runsCode(lean, syntax);
}

// What a declaration declares: 'theorem', 'definition', ...; '' for any other command.
export const declares = (lean, syntax) => kindOf(lean, syntax) === `${COMMAND}declaration` ? kindOf(lean, children(lean, syntax)[1]).replace(COMMAND, '') : '';

// Whether an option is set, for a command or within a term, that may run code.
function setsOption(lean, syntax) {
  const parts = children(lean, syntax), isSetting = kindOf(lean, syntax).endsWith('.set_option');
  return isSetting && !HARMLESS_OPTIONS.test(identifierText(lean, parts[1])) || parts.some(part => setsOption(lean, part));
}

function hooksCode(lean, syntax) {
  if (kindOf(lean, syntax) !== 'Lean.Parser.Term.attrInstance') return children(lean, syntax).some(child => hooksCode(lean, child));
  const attribute = children(lean, syntax)[1], kind = kindOf(lean, attribute);
  const name = kind === 'Lean.Parser.Attr.simple' ? identifierText(lean, children(lean, attribute)[0]) : kind.slice(kind.lastIndexOf('.') + 1);
  return !HARMLESS_ATTRIBUTES.has(name);
}
