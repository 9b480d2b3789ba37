// Draws the tree of the page from the data inside it. Only rows that were opened exist, so thousands of nodes cost nothing.
// Every text is set as text, never as markup.
"use strict";

const SYMBOLS = { proved: "✓", open: "◐", dead: "✗", failed: "✗", waiting: "○" };
const MEANING = {
  proved: "proved",
  open: "open: tried, not yet proved",
  dead: "dead: everything below it failed",
  failed: "failed: refused by Lean, or over a limit",
  waiting: "waiting: not tried yet",
};
const EXPAND_ROWS = 300;
const BEST_GOALS = 8;

const data = JSON.parse(document.getElementById("data").textContent);
const text = (index) => data.strings[index];
const nodes = data.nodes.map(([id, goals, status, depth, priority, proofEdge, edges]) => ({
  id, goals: goals.map(text), status: text(status), depth, priority, proofEdge,
  edges: edges.map(([tactic, logprob, edgeStatus, children, message]) => (
    { tactic: text(tactic), logprob, status: text(edgeStatus), children, message: text(message) })),
}));
const byId = (id) => document.getElementById(id);
const tree = byId("tree");
let selected = null;

function make(tag, classes, content) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (content !== undefined) element.textContent = content;
  return element;
}

// ---- Rows. A row is a goal (node), a tactic (node + edge; with one child it stands for that child too), or a fold of failures.

function makeRow(parts, parent) {
  return { node: null, edge: null, folded: null, again: false, ...parts, parent, level: parent ? parent.level + 1 : 0,
    open: false, children: null, element: null };
}

/** The node that a row shows the tactics of, or null. */
function subject(row) {
  if (row.folded) return null;
  return row.edge ? (row.edge.children.length === 1 ? nodes[row.edge.children[0]] : null) : row.node;
}

/** True where `node` is shown further up: a path that came back to where it began. */
function isAbove(row, node) {
  for (let above = row; above; above = above.parent) if (subject(above) === node) return true;
  return false;
}

function tacticRow(node, edge, parent) {
  const row = makeRow({ node, edge }, parent);
  row.again = edge.children.length === 1 && isAbove(parent, nodes[edge.children[0]]);
  return row;
}

function childRows(row) {
  if (row.again) return [];
  if (row.folded) return row.folded.map((edge) => tacticRow(row.node, edge, row));
  const node = subject(row);
  if (!node) {
    return row.edge.children.map((child) => {
      const again = isAbove(row, nodes[child]);
      return makeRow({ node: nodes[child], again }, row);
    });
  }
  const failed = node.edges.filter((edge) => edge.status === "failed");
  const rows = node.edges.filter((edge) => edge.status !== "failed").map((edge) => tacticRow(node, edge, row));
  if (failed.length) rows.push(makeRow({ node, folded: failed }, row));
  return rows;
}

function childrenOf(row) {
  row.children ??= childRows(row);
  return row.children;
}

function mayOpen(row) {
  if (row.children) return row.children.length > 0;
  if (row.folded) return true;
  if (row.again) return false;
  const node = subject(row);
  return node ? node.edges.length > 0 : row.edge.children.length > 0;
}

/** True on the way from the root to the proof; the same node shown elsewhere is not. */
function onPath(row) {
  if (row.folded || (row.parent && !onPath(row.parent))) return false;
  return row.edge ? row.node.edges[row.node.proofEdge] === row.edge : row.node.proofEdge >= 0;
}

// ---- Drawing.

/** A goal on one line: its case, its last few hypotheses, its target. */
function brief(goal, hypotheses) {
  const lines = goal.split(/\n(?=\S)/); // a line that begins with a blank continues the one above
  const tag = lines[0].startsWith("case ") ? lines.shift() : "";
  const target = lines.findIndex((line) => line.startsWith("⊢"));
  const context = lines.slice(0, Math.max(target, 0)).slice(hypotheses ? -hypotheses : lines.length);
  return [tag, context.join(", "), lines.slice(Math.max(target, 0)).join(" ")].join(" ").replace(/\s+/g, " ").trim();
}

function summary(node, hypotheses = 0) {
  const rest = node.goals.length - 1;
  return node.goals.length ? brief(node.goals[0], hypotheses) + (rest > 0 ? ` (and ${rest} more)` : "") : "no goals";
}

function draw(row) {
  const status = row.folded ? "failed" : row.edge ? row.edge.status : row.node.status;
  const element = make("div", `row${row.edge ? " tried" : ""}${onPath(row) ? " path" : ""}`);
  element.role = "treeitem";
  element.tabIndex = -1;
  element.style.setProperty("--level", row.level);
  element.ariaLevel = row.level + 1;
  element.ariaSelected = "false";
  element.append(make("span", "twisty", mayOpen(row) ? "▸" : ""));
  const symbol = make("span", `symbol ${status}`, SYMBOLS[status]);
  symbol.role = "img";
  symbol.ariaLabel = status;
  symbol.title = MEANING[status];
  element.append(symbol);
  if (row.folded) {
    element.append(make("span", "note", `${row.folded.length} failed ${row.folded.length === 1 ? "tactic" : "tactics"}`));
  } else if (row.edge) {
    drawTactic(row, element);
  } else {
    element.append(make("span", "goal", summary(row.node, 1)));
  }
  if (row.again) element.append(make("span", "note", "↺ shown above"));
  if (row.edge && row.edge.logprob !== null) element.append(make("span", "logprob", row.edge.logprob.toFixed(2)));
  if (mayOpen(row)) element.ariaExpanded = String(row.open);
  element.row = row;
  row.element = element;
  return element;
}

function drawTactic(row, element) {
  element.append(make("code", "tactic", row.edge.tactic.replace(/\s*\n\s*/g, " ↵ ")));
  const count = row.edge.children.length;
  if (row.edge.status === "failed") element.append(make("span", "goal", row.edge.message.split("\n")[0]));
  else if (count === 1) element.append(make("span", "goal", summary(nodes[row.edge.children[0]])));
  else if (count > 1) element.append(make("span", "note", `${count} goals`));
  else if (row.edge.status === "proved") element.append(make("span", "note", "closes it"));
}

function drawBelow(row, fragment) {
  for (const child of childrenOf(row)) {
    fragment.append(draw(child));
    if (child.open) drawBelow(child, fragment);
  }
}

function open(row) {
  if (row.open || !mayOpen(row)) return;
  row.open = true;
  row.element.ariaExpanded = "true";
  const fragment = document.createDocumentFragment();
  drawBelow(row, fragment);
  row.element.after(fragment);
}

function close(row) {
  if (!row.open) return;
  row.open = false;
  row.element.ariaExpanded = "false";
  for (let next = row.element.nextElementSibling; next && next.row.level > row.level; next = row.element.nextElementSibling) {
    if (next.row === selected) select(row);
    next.remove();
  }
}

function select(row, focus) {
  if (selected && selected.element) {
    selected.element.ariaSelected = "false";
    selected.element.tabIndex = -1;
  }
  selected = row;
  row.element.ariaSelected = "true";
  row.element.tabIndex = 0;
  if (focus) {
    row.element.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
  }
  showPanel(row);
}
