// Reads Lean syntax trees: kinds, children, positions, and the shape of a theorem declaration. Everything is borrowed.

const MISSING = 0, NODE = 1, IDENT = 3; // constructors of Syntax

export function kindOf(lean, syntax) { // dotted text of a node's kind, '' for atoms and identifiers
  return lean.tag(syntax) === NODE ? lean.nameText(lean.field(syntax, 1)) : '';
}

export function children(lean, syntax) {
  return lean.tag(syntax) === NODE ? lean.arrayItems(lean.field(syntax, 2)) : [];
}

const position = (lean, syntax, fn) => {
  const found = lean.call(fn, lean.inc(syntax), lean.box(0)); // Option String.Pos
  return lean.isScalar(found) ? null : lean.taking(found, o => lean.unbox(lean.field(o, 0)));
};
export const startOf = (lean, syntax) => position(lean, syntax, 'l_Lean_Syntax_getPos_x3f');       // byte offset or null
export const endOf = (lean, syntax) => position(lean, syntax, 'l_Lean_Syntax_getTailPos_x3f');

export const isMissing = (lean, syntax) => lean.isScalar(syntax) && lean.tag(syntax) === MISSING;

// Name of an identifier as written, '' for anything else.
export const identifierText = (lean, syntax) => lean.tag(syntax) === IDENT && !lean.isScalar(syntax) ? lean.nameText(lean.field(syntax, 2)) : '';

// First node whose kind satisfies `wanted`, depth first, or null.
export function findKind(lean, syntax, wanted) {
  const kind = kindOf(lean, syntax);
  if (kind && wanted(kind)) return syntax;
  for (const child of children(lean, syntax)) {
    const found = findKind(lean, child, wanted);
    if (found !== null) return found;
  }
  return null;
}

// Whether an identifier occurs whose name, without the marks of quotation, satisfies `wanted`.
export function someIdentifier(lean, syntax, wanted) {
  if (lean.tag(syntax) === IDENT && !lean.isScalar(syntax)) return wanted(lean.nameText(lean.field(syntax, 2)));
  return children(lean, syntax).some(child => someIdentifier(lean, child, wanted));
}

// What a command declares: {kind, name, start, end, binders, type, value} in byte offsets ([start, end] pairs), or null if it is not a
// theorem or an example. `name` is the identifier's Name object, 0 for an example.
export function theoremShape(lean, command) {
  if (kindOf(lean, command) !== 'Lean.Parser.Command.declaration') return null;
  const [modifiers, body] = children(lean, command), kind = kindOf(lean, body).replace('Lean.Parser.Command.', '');
  if (kind !== 'theorem' && kind !== 'example') return null;
  const parts = children(lean, body), [signature, value] = parts.slice(-2);
  const [binders, type] = children(lean, signature);
  const span = syntax => [startOf(lean, syntax), endOf(lean, syntax)];
  const [typeSpec] = kindOf(lean, type) === 'null' ? children(lean, type) : [type]; // an example's type is optional
  const identifier = kind === 'theorem' ? children(lean, parts[1])[0] : 0;
  return {
    kind, start: startOf(lean, body), end: endOf(lean, body), plain: startOf(lean, modifiers) === null,
    name: identifier && lean.tag(identifier) === IDENT ? lean.field(identifier, 2) : 0,
    identifier: identifier ? span(parts[1]) : null,
    binders: span(binders), type: typeSpec === undefined ? null : span(children(lean, typeSpec)[1]), value: span(value),
  };
}
