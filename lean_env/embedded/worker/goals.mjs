// Renders goals for the wire: Lean's own text, and the types of the local context and of the target as small trees.
//
// The tree format is documented in lean_env/term.py. Trees are views for heuristics; nothing is proved about them.
import { EXPR, LEVEL, BINDER } from './objects.mjs';

const LINE_WIDTH = 120;
const MAX_NODES = 3000; // per goal; past it a branch is cut
const METAVARIABLE = { localContext: 1, type: 2, localInstances: 4 };          // object fields of MetavarDecl
const LOCAL_CONTEXT_DECLS = 1;
const LOCAL = { id: 1, userName: 2, type: 3 };                                 // object fields of LocalDecl.cdecl and .ldecl
const SORTS = { 0: 'Prop', 1: 'Type' };

export class GoalRenderer {
  #explicitness = new Map(); // constant name's address -> binder infos of its type; persistent names only

  constructor(lean, elaborator) { this.lean = lean; this.elaborator = elaborator; }

  // `x` thawed, `goal` an MVarId, `environment` for constants' types; all borrowed -> {text, locals, target_term}
  render(x, goal, environment) {
    const { lean, elaborator } = this;
    const text = this.#pretty(x, goal), decl = this.#declaration(x, goal);
    const localContext = this.#sanitized(lean.field(decl, METAVARIABLE.localContext), x);
    const inside = elaborator.inContext(x, localContext, lean.field(decl, METAVARIABLE.localInstances));
    const encoder = new TermEncoder(this, environment), visible = this.#locals(localContext);
    for (const local of visible) encoder.nameLocal(lean.field(local, LOCAL.id), lean.nameText(lean.field(local, LOCAL.userName)));
    const locals = visible.map(local => {
      const type = lean.field(local, LOCAL.type), name = lean.nameText(lean.field(local, LOCAL.userName));
      return { name, accessible: !name.includes('✝'), prop: this.#isProp(inside, type), term: this.#encode(inside, encoder, type) };
    });
    const target = this.#encode(inside, encoder, lean.field(decl, METAVARIABLE.type));
    lean.dec(inside.metaContext); lean.dec(localContext); lean.dec(decl);
    return { text, locals, target_term: target };
  }

  // Keys of the unassigned metavariables in a goal's type and hypotheses, the goal itself included.
  metavariables(x, goal) {
    const { lean } = this, found = new Set([lean.nameText(goal)]), decl = this.#declaration(x, goal);
    const look = type => lean.taking(this.elaborator.instantiate(x, lean.inc(type)), e => collectMetavariables(lean, e, found));
    look(lean.field(decl, METAVARIABLE.type));
    for (const local of this.#locals(lean.field(decl, METAVARIABLE.localContext))) look(lean.field(local, LOCAL.type));
    lean.dec(decl);
    return found;
  }

  #pretty(x, goal) {
    const { lean } = this, format = this.elaborator.meta(x, 'l_Lean_Meta_ppGoal', lean.inc(goal));
    const shown = lean.call('l_Std_Format_pretty', format, lean.box(LINE_WIDTH), lean.box(0), lean.box(0));
    return lean.taking(shown, o => lean.text(o));
  }
  #declaration(x, goal) { // owned MetavarDecl
    const { lean } = this, state = lean.readRef(x.metaState);
    const found = lean.call('l_Lean_MetavarContext_getDecl', lean.ownedField(state, 0), lean.inc(goal));
    lean.dec(state);
    return found;
  }
  #sanitized(localContext, x) { // owned: the names as ppGoal prints them, daggers included
    const { lean } = this, leaf = lean.box(1); // the empty NameMap
    const state = lean.construct(0, [lean.ownedField(x.coreContext, 2), leaf, leaf]);
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

function collectMetavariables(lean, expression, found, seen = new Set()) {
  const stack = [expression];
  while (stack.length) {
    const e = stack.pop(), tag = lean.tag(e);
    if (seen.has(e) || !hasMetavariable(lean, e)) continue;
    seen.add(e);
    if (tag === EXPR.mvar) found.add(lean.nameText(lean.field(e, 0)));
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
  #nodes = 0; #locals = new Map();

  constructor(renderer, environment) { this.renderer = renderer; this.lean = renderer.lean; this.environment = environment; }
  nameLocal(id, name) { this.#locals.set(this.lean.nameText(id), name); }

  // `binders`: names of the bound variables, innermost last. -> [tag, name, type, ...arguments]
  encode(e, binders) {
    const { lean } = this;
    if (++this.#nodes > MAX_NODES) return ['…', '', ''];
    const below = (o, name) => this.encode(o, name === undefined ? binders : [...binders, name]);
    switch (lean.tag(e)) {
      case EXPR.bvar: case EXPR.fvar: case EXPR.const: case EXPR.mvar: case EXPR.app: return this.#application(e, binders);
      case EXPR.sort: return ['sort', SORTS[sortLevel(lean, lean.field(e, 0))] ?? 'Sort', ''];
      case EXPR.lam: { const name = lean.nameText(lean.field(e, 0)); return ['λ', name, '', below(lean.field(e, 1)), below(lean.field(e, 2), name)]; }
      case EXPR.forall: return this.#forall(e, below);
      case EXPR.let: { const name = lean.nameText(lean.field(e, 0)); return ['let', name, '', below(lean.field(e, 1)), below(lean.field(e, 2)), below(lean.field(e, 3), name)]; }
      case EXPR.lit: { const literal = lean.field(e, 0), value = lean.field(literal, 0); return lean.tag(literal) === 0 ? ['#', lean.natText(value), 'Nat'] : ['"', lean.text(value), '']; }
      case EXPR.mdata: return below(lean.field(e, 1));
      case EXPR.proj: return ['proj', lean.nameText(lean.field(e, 0)), lean.natText(lean.field(e, 1)), below(lean.field(e, 2))];
      default: throw Error(`no such expression: tag ${lean.tag(e)}`);
    }
  }

  #forall(e, below) {
    const { lean } = this, domain = lean.field(e, 1), body = lean.field(e, 2), name = lean.nameText(lean.field(e, 0));
    return looseBound(lean, body) ? ['∀', name, '', below(domain), below(body, name)] : ['→', '', '', below(domain), below(body, name)];
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
    while (lean.tag(e) === EXPR.app) e = lean.field(e, 0);
    return lean.tag(e) === EXPR.const ? lean.nameText(lean.field(e, 0)) : '';
  }
}

const sortLevel = (lean, level) => lean.tag(level) === LEVEL.zero ? 0 : lean.tag(level) === LEVEL.succ && lean.tag(lean.field(level, 0)) === LEVEL.zero ? 1 : 2;
// looseBVarRange: the top 20 of Expr.Data's 64 bits
const looseBound = (lean, e) => (lean.scalarWord(e, 4) >>> 12) > 0;
