// Imports the library, elaborates the prelude and the lemma library, and writes the memory image that workers start from.
//
// usage: node FLAGS make_snapshot.mjs --engine FOLDER --library FOLDER_OF_OLEANS --imports Init,Std --out FILE
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { boot, importLibrary } from './runtime.mjs';
import { saveImage } from './image.mjs';
import { initialState, isErrorMessage, runCommands } from './commands.mjs';

const { values } = parseArgs({ options: { engine: { type: 'string' }, library: { type: 'string' }, imports: { type: 'string' }, out: { type: 'string' } } });
const { lean, internals } = await boot(values.engine, { useCodeCache: false });
const { environment, options, stack } = importLibrary({ lean, internals }, values.library, values.imports.split(','));

// Environment 0: library and prelude (notation and options). Environment 1: the lemma library on top.
const prelude = elaborateFile(initialState(lean, environment, options), 'prelude.lean');
const lemmas = elaborateFile(prelude, 'lemmas.lean');
saveImage({ internals }, values.out, { stack, roots: { options, commandStates: [prelude, lemmas] } });
process.exit(0);

function elaborateFile(state, name) {
  const source = fs.readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
  const { state: next, messages } = runCommands(lean, state, source);
  const errors = messages.filter(isErrorMessage);
  if (errors.length) throw Error(`${name}: ${errors.map(e => `${e.pos?.line}:${e.pos?.column} ${e.data}`).join('\n')}`);
  return next;
}
