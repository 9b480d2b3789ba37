// Elaborates source text as commands on top of a kept command state (environment, scopes, notation).
//
// A command state is an immutable Lean value: running commands yields a new one and leaves the old one good.
import { LeanError } from './objects.mjs';

const STATE = { environment: 0, messages: 1, scopes: 2 };                 // fields of Elab.Command.State
const SCOPE = { options: 1, namespace: 2, openDecls: 3 };                 // fields of Elab.Command.Scope
const FILE = '<input>';

export const environmentOf = (lean, state) => lean.field(state, STATE.environment);
export const namespaceOf = (lean, state) => lean.field(lean.field(lean.field(state, STATE.scopes), 0), SCOPE.namespace);
export const withEnvironment = (lean, state, environment) => // borrows state, consumes environment
  lean.copyWith(state, { [STATE.environment]: environment, [STATE.messages]: noMessages(lean) });
export const noMessages = lean => lean.inc(lean.constant('l_Lean_MessageLog_empty'));
export const isErrorMessage = message => message.severity === 'error';

export function initialState(lean, environment, options) { // consumes environment
  return lean.call('l_Lean_Elab_Command_mkState', environment, noMessages(lean), lean.inc(options));
}

export function readMessages(lean, log) { // borrows log -> messages of the wire format
  return lean.taking(lean.call('l_Lean_MessageLog_toArray', lean.inc(log)), array =>
    lean.arrayItems(array).map(message => {
      const json = lean.call('l_Lean_Json_compress', lean.call('l_Lean_Message_toJson', lean.inc(message)));
      const { severity, pos, endPos, data } = JSON.parse(lean.taking(json, o => lean.text(o)));
      return { severity, data, pos: pos ?? null, end_pos: endPos ?? null };
    }));
}

export function exceptionText(lean, exception) { // consumes
  const data = lean.call('l_Lean_Exception_toMessageData', exception);
  return lean.taking(lean.call('l_Lean_MessageData_toString', data), text => lean.text(text));
}

// Run `source` on `state` (borrowed). `observe(syntax, start)` sees each command's syntax (borrowed) before it is elaborated and may
// return 'stop' to end there. -> {state: new command state (owned), messages, interrupted}
export function runCommands(lean, state, source, { token = 0, observe = () => {} } = {}) {
  const input = lean.call('l_Lean_Parser_mkInputContext___redArg', lean.string(source), lean.string(FILE), lean.box(0), lean.box(Buffer.byteLength(source)));
  const ref = lean.newRef(lean.copyWith(state, { [STATE.messages]: noMessages(lean) }));
  let parserState = lean.construct(0, [lean.box(0)], [0]), done = false; // ModuleParserState {pos := 0, recovering := false}
  const messages = [];
  while (!done) {
    const parsed = parseCommand(lean, ref, input, parserState, messages);
    parserState = parsed.parserState;
    done = lean.unbox(lean.call('l_Lean_Parser_isTerminalCommand', lean.inc(parsed.syntax))) === 1;
    if (observe(parsed.syntax, parsed.start) === 'stop') { lean.dec(parsed.syntax); break; }
    if (!elaborate(lean, ref, input, parsed, token, messages)) done = true;
  }
  lean.dec(parserState); lean.dec(input);
  return { state: lean.taking(ref, r => lean.readRef(r)), messages, interrupted: isCancelled(lean, token) };
}

export const isCancelled = (lean, token) => token !== 0 && lean.field(token, 0) === lean.box(1); // the watchdog stored `true`

function parseCommand(lean, ref, input, parserState, messages) { // consumes parserState
  const state = lean.readRef(ref), scope = lean.field(lean.field(state, STATE.scopes), 0);
  const context = lean.construct(0, [lean.ownedField(state, STATE.environment), lean.ownedField(scope, SCOPE.options),
    lean.ownedField(scope, SCOPE.namespace), lean.ownedField(scope, SCOPE.openDecls)]);
  lean.dec(state);
  const start = lean.field(parserState, 0);
  const result = lean.call('l_Lean_Parser_parseCommand', lean.inc(input), context, parserState, noMessages(lean));
  const rest = lean.field(result, 1);
  // Parse errors are read here: elabCommandTopLevel would drop them.
  messages.push(...readMessages(lean, lean.field(rest, 1)));
  const parsed = { syntax: lean.ownedField(result, 0), parserState: lean.ownedField(rest, 0), start };
  lean.dec(result);
  return parsed;
}

function elaborate(lean, ref, input, { syntax, start }, token, messages) { // consumes syntax; false if elaboration cannot go on
  const context = commandContext(lean, lean.ownedField(input, 1), lean.ownedField(input, 2), start, token);
  const result = lean.call('l_Lean_Elab_Command_elabCommandTopLevel', syntax, context, lean.inc(ref));
  const failed = lean.tag(result) !== 0;
  if (failed) messages.push({ severity: 'error', data: exceptionText(lean, lean.ownedField(result, 0)), pos: null, end_pos: null });
  lean.dec(result);
  const state = lean.readRef(ref);
  messages.push(...readMessages(lean, lean.field(state, STATE.messages)));
  lean.writeRef(ref, lean.copyWith(state, { [STATE.messages]: noMessages(lean) }));
  lean.dec(state);
  return !failed;
}

function commandContext(lean, fileName, fileMap, position, token) { // consumes fileName and fileMap; Elab.Command.Context
  const zero = lean.box(0), firstMacroScope = lean.box(1);
  return lean.construct(0, [fileName, fileMap, zero, position, zero, lean.none, firstMacroScope, zero, lean.none,
    token ? lean.some(lean.inc(token)) : lean.none], [0]);
}

// Run `body` inside TermElabM on top of a command state (borrowed). It gets the six owned context and state objects
// {termContext, termState, metaContext, metaState, coreContext, coreState} and must consume them; its result is returned.
export function inTermElab(engine, state, body) {
  const { lean } = engine;
  let outcome, failure = null;
  engine.termCallback = six => { try { outcome = body(six); } catch (error) { failure = error; } };
  engine.termCallbackPointer ??= engine.internals.addFunction((termContext, termState, metaContext, metaState, coreContext, coreState, _world) => {
    engine.termCallback({ termContext, termState, metaContext, metaState, coreContext, coreState });
    return lean.construct(0, [lean.box(0)]); // EIO success with ()
  }, 'iiiiiiii');
  const fileMap = lean.call('l_Lean_FileMap_ofString', lean.string(''));
  const context = commandContext(lean, lean.string(FILE), fileMap, lean.box(0), 0), ref = lean.newRef(lean.inc(state));
  const result = lean.call('l_Lean_Elab_Command_liftTermElabM___redArg', lean.closure(engine.termCallbackPointer, 7), context, lean.inc(ref));
  const refusal = lean.tag(result) !== 0 ? exceptionText(lean, lean.ownedField(result, 0)) : null;
  lean.dec(result); lean.dec(ref);
  if (failure) throw failure;
  if (refusal) throw new LeanError(refusal);
  return outcome;
}
