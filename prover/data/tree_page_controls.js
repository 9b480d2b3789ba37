// Moving about: opening the way to a node, the buttons, the keys, the search field, the head of the page. Runs last.

/** Opens the way to a node, or to one of its tactics, and selects it. */
function reveal(node, edge) {
  let row = root;
  for (const step of wayTo(node)) {
    open(row);
    row = childrenOf(row).find((child) => child.edge === step.edge);
    if (step.edge.children.length > 1) {
      open(row);
      row = childrenOf(row).find((child) => child.node === step.node);
    }
  }
  if (edge) {
    open(row);
    const rows = childrenOf(row);
    const fold = rows.find((child) => child.folded && child.folded.includes(edge));
    if (fold) open(fold);
    row = (fold ? childrenOf(fold) : rows).find((child) => child.edge === edge);
  }
  select(row);
  row.element.scrollIntoView({ block: "center" });
}

/** How each node was first reached from the root, in breadth: Map from node to {from, edge}. */
function firstReached() {
  const reached = new Map(nodes.length ? [[nodes[0], null]] : []);
  for (const node of reached.keys()) { // a Map that grows while it is walked is walked to its new end
    for (const edge of node.edges) {
      for (const child of edge.children) {
        if (!reached.has(nodes[child])) reached.set(nodes[child], { from: node, edge });
      }
    }
  }
  return reached;
}

function wayTo(node) {
  const steps = [];
  for (let at = node; reached.get(at); at = reached.get(at).from) steps.unshift({ node: at, edge: reached.get(at).edge });
  return steps;
}

function showProof(row) {
  open(row);
  for (const child of row.open ? childrenOf(row) : []) if (onPath(child)) showProof(child);
}

/** Opens everything below a row, in breadth, until a screenful of screens is there. */
function expandBelow(row) {
  const queue = [row];
  for (let shown = 0; queue.length && shown < EXPAND_ROWS;) {
    const next = queue.shift();
    if (next.folded && next !== row) continue;
    open(next);
    if (!next.open) continue;
    shown += childrenOf(next).length;
    queue.push(...childrenOf(next));
  }
}

function collapseAll() {
  close(root);
  root.children = null; // forget what was open inside
  select(root);
}

/** Each place where a text occurs, in the order of the nodes. */
function occurrences(query) {
  const wanted = query.toLowerCase();
  const places = [];
  for (const node of reached.keys()) {
    if (node.goals.some((goal) => goal.toLowerCase().includes(wanted))) places.push([node, null]);
    for (const edge of node.edges) if (edge.tactic.toLowerCase().includes(wanted)) places.push([node, edge]);
  }
  return places;
}

function listenToFind() {
  const input = byId("find");
  let query = "", places = [], at = -1;
  const forget = () => { query = ""; byId("found").textContent = ""; };
  input.addEventListener("input", forget);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !input.value.trim()) return;
    if (input.value !== query) [query, places, at] = [input.value, occurrences(input.value.trim()), -1];
    if (places.length) {
      at = (at + (event.shiftKey ? places.length - 1 : 1)) % places.length;
      reveal(...places[at]);
    }
    byId("found").textContent = places.length ? `${at + 1} of ${places.length}` : "not found";
  });
}

function listenToTree() {
  tree.addEventListener("click", (event) => {
    const element = event.target.closest(".row");
    if (!element) return;
    const wasSelected = element.row === selected;
    select(element.row, true);
    if (event.target.classList.contains("twisty") || wasSelected || !element.row.open) toggle(element.row);
  });
  tree.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const step = {
      ArrowDown: () => move(selected.element.nextElementSibling),
      ArrowUp: () => move(selected.element.previousElementSibling),
      ArrowRight: () => (selected.open ? move(selected.element.nextElementSibling) : open(selected)),
      ArrowLeft: () => (selected.open ? close(selected) : selected.parent && select(selected.parent, true)),
      Home: () => move(tree.firstElementChild),
      End: () => move(tree.lastElementChild),
      Enter: () => toggle(selected),
      " ": () => toggle(selected),
    }[event.key];
    if (!step) return;
    event.preventDefault();
    step();
  });
}

function move(element) {
  if (element) select(element.row, true);
}

function toggle(row) {
  if (row.open) close(row);
  else open(row);
}

// ---- The head of the page.

const OUTCOME_STATUS = { PROVED: "proved", REFUTED: "proved", REJECTED: "dead", EXHAUSTED: "dead", OUT_OF_BUDGET: "open" };

function fillHead() {
  byId("title").textContent = data.title;
  byId("outcome").textContent = data.outcome.replaceAll("_", " ");
  byId("outcome").classList.add(OUTCOME_STATUS[data.outcome] ?? "waiting");
  byId("statement").textContent = data.statement;
  for (const [name, value] of data.facts) {
    const fact = make("div");
    fact.append(make("dt", "", name), make("dd", "", value));
    byId("facts").append(fact);
  }
  for (const status of ["proved", "open", "waiting", "dead"]) {
    const entry = make("li");
    entry.append(make("span", status, SYMBOLS[status]), ` ${status}`);
    entry.title = MEANING[status];
    byId("legend").append(entry);
  }
  if (data.proof !== null) {
    byId("proof").hidden = false;
    byId("proof").querySelector(".copyable").replaceWith(copyable(data.proof));
  }
}

/** Where the search stood when it stopped: what it would have tried next. */
function listBest() {
  const best = [...reached.keys()].filter((node) => node.status === "waiting" && node.priority !== null)
    .sort((a, b) => b.priority - a.priority).slice(0, BEST_GOALS);
  if (data.proof !== null || !best.length) return;
  byId("best").hidden = false;
  for (const node of best) {
    const button = make("button");
    button.type = "button";
    button.append(make("code", "", summary(node, Infinity)));
    button.addEventListener("click", () => reveal(node));
    const entry = make("li");
    entry.append(button);
    byId("best").querySelector("ol").append(entry);
  }
}

const reached = firstReached();
const root = nodes.length ? makeRow({ node: nodes[0] }, null) : null;
fillHead();
listBest();
if (root) {
  tree.append(draw(root));
  select(root);
  if (root.node.proofEdge >= 0) showProof(root);
  else open(root);
  byId("show-proof").hidden = root.node.proofEdge < 0;
  byId("show-proof").addEventListener("click", () => { collapseAll(); showProof(root); });
  byId("expand").addEventListener("click", () => expandBelow(selected));
  byId("collapse").addEventListener("click", collapseAll);
  listenToFind();
  listenToTree();
} else {
  byId("search").replaceChildren(make("p", "help", "The search had not begun."));
}
