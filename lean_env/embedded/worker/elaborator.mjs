// The monads of Lean's elaborator as plain values: frozen states, thawed references, calls into Core, Meta and Term.
//
// A `Frozen` holds the three state values and three contexts of TermElabM. States are immutable, so keeping an old one is
// backtracking; `thaw` puts fresh references around them for one tactic.
import { LeanError } from './objects.mjs';
import { exceptionText, isErrorMessage, noMessages, readMessages } from './commands.mjs';

const CORE_CONTEXT = { initHeartbeats: 8, maxHeartbeats: 9, cancelToken: 12 };   // object fields of Core.Context
const CORE_STATE = { environment: 0, messages: 6 };                              // of Core.State
const META_STATE = { metavariables: 0 };                                         // of Meta.State
const META_CONTEXT = { localContext: 2, localInstances: 3 };                     // object fields of Meta.Context
const HEARTBEATS_PER_UNIT = 1000;                                                // as the option maxHeartbeats counts

const FROZEN_PARTS = ['termContext', 'metaContext', 'coreContext', 'termState', 'metaState', 'coreState'];

export class Elaborator {
  constructor(lean) { this.lean = lean; }

  // -- frozen states ----------------------------------------------------------------------------------------------------
  freezeOwned({ termContext, metaContext, coreContext, termState, metaState, coreState }) { // consumes the six objects of inTermElab
    const { lean } = this, read = ref => lean.taking(ref, r => lean.readRef(r));
    return { termContext, metaContext, coreContext, termState: read(termState), metaState: read(metaState), coreState: read(coreState) };
  }
  share(frozen) { return Object.fromEntries(FROZEN_PARTS.map(part => [part, this.lean.inc(frozen[part])])); }
  release(frozen) { for (const part of FROZEN_PARTS) this.lean.dec(frozen[part]); }
  environment(frozen) { return this.lean.field(frozen.coreState, CORE_STATE.environment); } // borrowed
  metavariables(frozen) { return this.lean.field(frozen.metaState, META_STATE.metavariables); } // borrowed

  // -- thawed states: references that one elaboration may write ----------------------------------------------------------
  thaw(frozen, { heartbeats = 0, token = 0 } = {}) {
    const { lean } = this, context = { [CORE_CONTEXT.initHeartbeats]: lean.call('lean_io_get_num_heartbeats') };
    context[CORE_CONTEXT.maxHeartbeats] = lean.nat(heartbeats * HEARTBEATS_PER_UNIT); // 0 = no limit, for Lean too
    context[CORE_CONTEXT.cancelToken] = token ? lean.some(lean.inc(token)) : lean.none;
    return {
      termContext: lean.inc(frozen.termContext), metaContext: lean.inc(frozen.metaContext), coreContext: lean.copyWith(frozen.coreContext, context),
      termState: lean.newRef(lean.inc(frozen.termState)), metaState: lean.newRef(lean.inc(frozen.metaState)),
      coreState: lean.newRef(lean.copyWith(frozen.coreState, { [CORE_STATE.messages]: noMessages(lean) })),
    };
  }
  freeze(thawed) { // borrows; the new state is owned
    const { lean } = this;
    return {
      termContext: lean.inc(thawed.termContext), metaContext: lean.inc(thawed.metaContext), coreContext: lean.inc(thawed.coreContext),
      termState: lean.readRef(thawed.termState), metaState: lean.readRef(thawed.metaState), coreState: lean.readRef(thawed.coreState),
    };
  }
  heartbeatsUsed(thawed) {
    const { lean } = this, now = lean.call('lean_io_get_num_heartbeats');
    return (lean.unbox(now) - lean.unbox(lean.field(thawed.coreContext, CORE_CONTEXT.initHeartbeats))) / HEARTBEATS_PER_UNIT;
  }
  errors(thawed) { // texts of the errors that were logged instead of thrown
    const { lean } = this;
    return lean.taking(lean.readRef(thawed.coreState), state =>
      readMessages(lean, lean.field(state, CORE_STATE.messages)).filter(isErrorMessage).map(message => message.data));
  }

  // -- calls; arguments consumed, results owned, Lean's exceptions thrown as LeanError ---------------------------------------
  unwrap(result) {
    const { lean } = this, value = lean.ownedField(result, 0), failed = lean.tag(result) !== 0;
    lean.dec(result);
    if (!failed) return value;
    const heartbeats = lean.unbox(lean.call('l_Lean_Exception_isMaxHeartbeat', lean.inc(value))) === 1;
    const internal = lean.tag(value) === 1; // Exception.internal: its text is in the message log
    throw Object.assign(new LeanError(exceptionText(lean, value)), { heartbeats, internal });
  }
  term(x, fn, ...args) { return this.unwrap(this.lean.call(fn, ...args, ...this.six(x))); }
  meta(x, fn, ...args) { return this.unwrap(this.lean.call(fn, ...args, ...this.six(x).slice(2))); }
  six(x) { return [x.termContext, x.termState, x.metaContext, x.metaState, x.coreContext, x.coreState].map(o => this.lean.inc(o)); }
  taking(x, use) { try { return use(x); } finally { this.release(x); } }

  // Borrow `x` with the local context of a goal, so that its types can be looked at in MetaM.
  inContext(x, localContext, localInstances) {
    const { lean } = this;
    const metaContext = lean.copyWith(x.metaContext, { [META_CONTEXT.localContext]: lean.inc(localContext), [META_CONTEXT.localInstances]: lean.inc(localInstances) });
    return { ...x, metaContext };
  }
  instantiate(x, expression) { // consumes the expression; assigned metavariables replaced
    const { lean } = this;
    return lean.taking(lean.readRef(x.metaState), state => {
      const pair = lean.call('l_Lean_instantiateMVarsCore', lean.ownedField(state, META_STATE.metavariables), expression);
      return lean.taking(pair, o => lean.ownedField(o, 0));
    });
  }
}
