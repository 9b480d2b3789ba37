// Preloaded into a worker: when the worker asks for its first request, so with everything loaded, tries what code that has broken out
// of WebAssembly would try, and tells on stderr how each attempt ended.
//
// usage: node --import escapes.mjs FLAGS main.mjs ENGINE_FOLDER FOLDER_WITH_SECRETS
import fs from 'node:fs';
import childProcess from 'node:child_process';
import inspector from 'node:inspector';
import path from 'node:path';
import { createRequire } from 'node:module';

const within = name => path.join(process.argv[3], name);
const ATTEMPTS = {
  'read a file': () => fs.readFileSync(within('secret')),
  'list a folder': () => fs.readdirSync(within('')),
  'load a script': () => createRequire(import.meta.url)(within('script.cjs')),
  'write a file': () => fs.writeFileSync(within('written'), 'x'),
  'link to a file': () => fs.symlinkSync(within('secret'), within('link')),
  'remove a file': () => fs.rmSync(within('secret')),
  'start a program': () => childProcess.spawnSync('/bin/sh', ['-c', 'exit 0']),
  'be inspected': () => inspector.open(0),
};

const readSync = fs.readSync, STDIN = 0;
fs.readSync = (...args) => {
  if (args[0] !== STDIN) return readSync(...args); // node's own loader reads with this function too
  fs.readSync = readSync;
  const outcomes = Object.entries(ATTEMPTS).map(([name, attempt]) => {
    try { attempt(); return [name, 'done']; } catch (error) { return [name, error.code ?? error.message]; }
  });
  process.stderr.write(`${JSON.stringify({ outcomes: Object.fromEntries(outcomes), environment: Object.keys(process.env) })}\n`);
  return readSync(...args);
};
