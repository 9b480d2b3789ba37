// Renders goals for the wire: Lean's own text, and the types of the local context and of the target as small trees.
//
// The tree format is documented in lean_env/term.py. Trees are views for heuristics; nothing is proved about them.
import { EXPR, LEVEL, BINDER } from './objects.mjs';

const LINE_WIDTH = 120, ONE_LINE = 100_000_000;
const MAX_WRAPPED_DEPTH = 40; // a deeper goal is not wrapped: its indentation would grow with the square of the depth
const MAX_NODES = 3000; // per goal; past it a branch is cut
const MAX_DEPTH = 120;  // so that a reader of the tree may recurse (Python allows a thousand frames)
const MAX_PRINT_STEPS = 20_000; // past it Lean prints an ellipsis; a step takes up to half a millisecond
const CORE_OPTIONS = 2;                                                        // object field of Core.Context
const METAVARIABLE = { localContext: 1, type: 2, localInstances: 4 };          // object fields of MetavarDecl
const LOCAL_CONTEXT_DECLS = 1;
const LOCAL = { id: 1, userName: 2, type: 3, value: 4 };                                // object fields of LocalDecl.cdecl (no value) and .ldecl
const SORTS = { 0: 'Prop', 1: 'Type' };

export class GoalRenderer {
  #explicitness = new Map(); // constant name's address -> binder infos of its type; persistent names only

  constructor(lean, elaborator) { this.lean = lean; this.elaborator = elaborator; }

  // `x` thawed, `goal` an MVarId, `environment` for constants' types; all borrowed -> {text, locals, target_term}
  render(x, goal, environment) {
    const { lean, elaborator } = this;
    const decl = this.#declaration(x, goal);
    const localContext = this.#sanitized(lean.field(decl, METAVARIABLE.localContext), x);
    const inside = elaborator.inContext(x, localContext, lean.field(decl, METAVARIABLE.localInstances));
    const encoder = new TermEncoder(this, environment), visible = this.#locals(localContext);
    for (const local of visible) encoder.nameLocal(lean.field(local, LOCAL.id), this.#printedName(lean.field(local, LOCAL.userName)));
    const locals = visible.map(local => {
      const type = lean.field(local, LOCAL.type), name = this.#printedName(lean.field(local, LOCAL.userName));
      return { name, accessible: !name.includes('✝'), prop: this.#isProp(inside, type), term: this.#encode(inside, encoder, type) };
    });
    const target = this.#encode(inside, encoder, lean.field(decl, METAVARIABLE.type));
    lean.dec(inside.metaContext); lean.dec(localContext); lean.dec(decl);
    const text = this.#pretty(x, goal, encoder.deepest > MAX_WRAPPED_DEPTH ? ONE_LINE : LINE_WIDTH);
    return { text, locals, target_term: target };
  }

  // Keys of the unassigned metavariables that a goal's type and hypotheses depend on, the goal itself included.
  metavariables(x, goal) {
    const { lean } = this, found = new Set([lean.nameText(goal)]), decl = this.#declaration(x, goal);
    const visit = id => {
      const key = lean.nameText(id);
      if (found.has(key)) return;
      found.add(key);
      // `fun n => ?_` is a metavariable with a delayed assignment: what it stands for is the goal under the binder.
      const pending = this.#delayedAssignment(x, id);
      if (pending) look(lean.call('l_Lean_Expr_mvar___override', pending));
    };
    const look = expression => lean.taking(this.elaborator.instantiate(x, expression), e => visitMetavariables(lean, e, visit)); // consumes
    look(lean.ownedField(decl, METAVARIABLE.type));
    for (const local of this.#locals(lean.field(decl, METAVARIABLE.localContext))) {
      look(lean.ownedField(local, LOCAL.type));
      if (lean.fieldCount(local) > LOCAL.value) look(lean.ownedField(local, LOCAL.value));
    }
    lean.dec(decl);
    return found;
  }

  #delayedAssignment(x, id) { // owned MVarId that waits behind the metavariable `id`, or 0
    const { lean } = this, state = lean.readRef(x.metaState);
    const found = lean.call('l_Lean_MetavarContext_getDelayedMVarAssignmentCore_x3f', lean.ownedField(state, 0), lean.inc(id));
    lean.dec(state);
    return lean.isScalar(found) ? 0 : lean.taking(found, o => lean.ownedField(lean.field(o, 0), 1)); // {fvars, mvarIdPending}
  }
  #printedName(name) { // as ppGoal prints it: in «» where it needs them
    const { lean } = this, escape = lean.box(1);
    return lean.taking(lean.call('l_Lean_Name_toString', lean.inc(name), escape), o => lean.text(o));
  }

  #pretty(x, goal, width) {
    const { lean } = this, coreContext = lean.copyWith(x.coreContext, { [CORE_OPTIONS]: this.#printOptions(lean.ownedField(x.coreContext, CORE_OPTIONS)) });
    const format = lean.taking(coreContext, o => this.elaborator.meta({ ...x, coreContext: o }, 'l_Lean_Meta_ppGoal', lean.inc(goal)));
    const shown = lean.call('l_Std_Format_pretty', format, lean.box(width), lean.box(0), lean.box(0));
    return lean.taking(shown, o => lean.text(o));
  }
  #printOptions(options) { // consumes; the text of a goal is its identity in a search, so nothing may be left out
    const { lean } = this, whole = lean.call('l_Lean_KVMap_setBool', options, lean.name('pp.deepTerms'), lean.box(1));
    return lean.call('l_Lean_KVMap_setNat', whole, lean.name('pp.maxSteps'), lean.box(MAX_PRINT_STEPS));
  }
  #declaration(x, goal) { // owned MetavarDecl
    const { lean } = this, state = lean.readRef(x.metaState);
    const found = lean.call('l_Lean_MetavarContext_getDecl', lean.ownedField(state, 0), lean.inc(goal));
    lean.dec(state);
    return found;
  }
  #sanitized(localContext, x) { // owned: the names as ppGoal prints them, daggers included
    const { lean } = this, leaf = lean.box(1); // the empty NameMap
    const state = lean.construct(0, [lean.ownedField(x.coreContext, CORE_OPTIONS), leaf, leaf]);
    return lean.taking(lean.call('l_Lean_LocalContext_sanitizeNames', lean.inc(localContext), state), pair => lean.ownedField(pair, 0));
  }
  #locals(localContext) { // borrowed LocalDecls that ppGoal shows: neither auxiliary nor implementation detail
    const { lean } = this, decls = lean.call('l_Lean_PersistentArray_toArray___redArg', lean.ownedField(localContext, LOCAL_CONTEXT_DECLS));
    return lean.taking(decls, array => lean.arrayItems(array).filter(o => !lean.isScalar(o)).map(o => lean.field(o, 0))
      .filter(local => lean.scalarByte(local, 1) === 0)); // the kind is the second scalar byte of both constructors; 0 = default
  }
  #isProp(x, type) {
    const { lean } = this;
    return lean.unbox(this.elaborator.meta(x, 'l_Lean_Meta_isProp', lean.inc(type))) === 1;
  }
  #encode(x, encoder, type) {
    const { lean } = this;
    return lean.taking(this.elaborator.instantiate(x, lean.inc(type)), e => encoder.encode(e, []));
  }

  // Binder infos of a constant's type, outermost first (borrows).
  binderInfos(environment, name) {
    const { lean } = this, known = this.#explicitness.get(name);
    if (known) return known;
    const infos = [], found = lean.call('l_Lean_Environment_find_x3f', lean.inc(environment), lean.inc(name), lean.box(0));
    if (!lean.isScalar(found)) {
      const constant = lean.field(lean.field(lean.field(found, 0), 0), 0);
      for (let type = lean.field(constant, 2); lean.tag(type) === EXPR.forall; type = lean.field(type, 2)) infos.push(lean.scalarByte(type, 8));
    }
    lean.dec(found);
    if (lean.isPersistent(name)) this.#explicitness.set(name, infos);
    return infos;
  }
}

function visitMetavariables(lean, expression, visit) { // `visit` borrows each metavariable's name
  const stack = [expression], seen = new Set();
  while (stack.length) {
    const e = stack.pop(), tag = lean.tag(e);
    if (seen.has(e) || !hasMetavariable(lean, e)) continue;
    seen.add(e);
    if (tag === EXPR.mvar) visit(lean.field(e, 0));
    else if (tag === EXPR.app) stack.push(lean.field(e, 0), lean.field(e, 1));
    else if (tag === EXPR.lam || tag === EXPR.forall) stack.push(lean.field(e, 1), lean.field(e, 2));
    else if (tag === EXPR.let) stack.push(lean.field(e, 1), lean.field(e, 2), lean.field(e, 3));
    else if (tag === EXPR.mdata) stack.push(lean.field(e, 1));
    else if (tag === EXPR.proj) stack.push(lean.field(e, 2));
  }
}
// Expr.Data: 32 bits of hash, 8 of depth, then hasFVar, hasExprMVar, ...
const hasMetavariable = (lean, e) => (lean.scalarByte(e, 5) & 2) !== 0;

class TermEncoder {
  #nodes = 0; #depth = 0; #locals = new Map();
  deepest = 0; // how deep a tree was met

  constructor(renderer, environment) { this.renderer = renderer; this.lean = renderer.lean; this.environment = environment; }
  nameLocal(id, name) { this.#locals.set(this.lean.nameText(id), name); }

  // `binders`: names of the bound variables, innermost last. -> [tag, name, type, ...arguments]
  encode(e, binders) {
    if (++this.#nodes > MAX_NODES || this.#depth >= MAX_DEPTH) return ['…', '', ''];
    this.deepest = Math.max(this.deepest, ++this.#depth);
    try { return this.#expression(e, binders); } finally { this.#depth--; }
  }

  #expression(e, binders) {
    const { lean } = this;
    const below = (o, name) => this.encode(o, name === undefined ? binders : [...binders, name]);
    switch (lean.tag(e)) {
      case EXPR.bvar: case EXPR.fvar: case EXPR.const: case EXPR.mvar: case EXPR.app: return this.#application(e, binders);
      case EXPR.sort: return ['sort', SORTS[sortLevel(lean, lean.field(e, 0))] ?? 'Sort', ''];
      case EXPR.lam: { const name = binderName(lean, e); return ['λ', name, '', below(lean.field(e, 1)), below(lean.field(e, 2), name)]; }
      case EXPR.forall: return this.#forall(e, below);
      case EXPR.let: { const name = binderName(lean, e); return ['let', name, '', below(lean.field(e, 1)), below(lean.field(e, 2)), below(lean.field(e, 3), name)]; }
      case EXPR.lit: { const literal = lean.field(e, 0), value = lean.field(literal, 0); return lean.tag(literal) === 0 ? ['#', lean.natText(value), 'Nat'] : ['"', lean.text(value), '']; }
      case EXPR.mdata: return below(lean.field(e, 1));
      case EXPR.proj: return ['proj', lean.nameText(lean.field(e, 0)), lean.natText(lean.field(e, 1)), below(lean.field(e, 2))];
      default: throw Error(`no such expression: tag ${lean.tag(e)}`);
    }
  }

  #forall(e, below) {
    const { lean } = this, domain = lean.field(e, 1), body = lean.field(e, 2), name = binderName(lean, e);
    return usesBinder(lean, body) ? ['∀', name, '', below(domain), below(body, name)] : ['→', '', '', below(domain), below(body, name)];
  }

  #application(e, binders) {
    const { lean } = this, args = [];
    let head = e;
    for (; lean.tag(head) === EXPR.app || lean.tag(head) === EXPR.mdata; head = lean.field(head, lean.tag(head) === EXPR.app ? 0 : 1))
      if (lean.tag(head) === EXPR.app) args.unshift(lean.field(head, 1));
    const all = () => args.map(o => this.encode(o, binders));
    switch (lean.tag(head)) {
      case EXPR.const: return this.#constant(lean.field(head, 0), args, binders);
      case EXPR.fvar: return ['$', this.#locals.get(lean.nameText(lean.field(head, 0))) ?? '_', '', ...all()];
      case EXPR.bvar: return ['@', binders[binders.length - 1 - Number(lean.natText(lean.field(head, 0)))] ?? '_', '', ...all()];
      case EXPR.mvar: return ['?', '', '', ...all()];
      default: return ['c', 'app', '', this.encode(head, binders), ...all()]; // a redex: function first
    }
  }

  #constant(name, args, binders) {
    const { lean } = this, text = lean.nameText(name), infos = this.renderer.binderInfos(this.environment, name);
    if (text === 'OfNat.ofNat' && args.length >= 2 && lean.tag(args[1]) === EXPR.lit)
      return ['#', lean.natText(lean.field(lean.field(args[1], 0), 0)), this.#headName(args[0])];
    const isImplicit = i => infos[i] !== undefined && infos[i] !== BINDER.default;
    const type = args.length && isImplicit(0) ? this.#headName(args[0]) : '';
    return ['c', text, type, ...args.filter((_, i) => !isImplicit(i)).map(o => this.encode(o, binders))];
  }

  #headName(e) { // 'Nat' for the type Nat, 'List' for List a, '' for anything that is not a constant applied
    const { lean } = this;
    while (lean.tag(e) === EXPR.app || lean.tag(e) === EXPR.mdata) e = lean.field(e, lean.tag(e) === EXPR.app ? 0 : 1); // `@& Nat` is metadata
    return lean.tag(e) === EXPR.const ? lean.nameText(lean.field(e, 0)) : '';
  }
}

const sortLevel = (lean, level) => lean.tag(level) === LEVEL.zero ? 0 : lean.tag(level) === LEVEL.succ && lean.tag(lean.field(level, 0)) === LEVEL.zero ? 1 : 2;
// Whether bound variable 0 occurs. looseBVarRange, the top 20 of Expr.Data's 64 bits, would also count the binders further out.
const usesBinder = (lean, body) => lean.unbox(lean.call('l_Lean_Expr_hasLooseBVar', lean.inc(body), lean.box(0))) === 1;

function binderName(lean, binding) { // a name that a macro made up ends in a dagger, as Lean prints it
  const [written, madeUp] = lean.nameText(lean.field(binding, 0)).split('._@.');
  return madeUp === undefined ? written : `${written}✝`;
}
