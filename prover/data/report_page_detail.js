// What a click on a problem shows: statement, each attempt with its effort, proof, goals left, and its search.

const SPENT = ["seconds", "steps", "expansions", "nodes", "Lean seconds", "policy seconds", "prompt tokens", "output tokens",
  "workers lost", "tries"];

function detailOf(row) {
  const [source, informal, split, cause, reason, attempts] = read("details")[row.index];
  const box = make("div", "detail-box");
  const place = [row.category, split].filter(Boolean).join(" · ");
  if (place) box.append(make("p", "dim", place));
  if (row.suspect) box.append(make("p", "alarm", `The statement is known to be wrong: ${row.suspect}`));
  if (cause) box.append(make("p", "alarm", `Not run: ${cause}${reason ? `. ${reason}` : ""}`));
  if (informal) box.append(make("p", "informal", informal));
  box.append(copyable(source));
  const list = attempts.map(unpack);
  const first = list.find((attempt) => attempt.outcome === "PROVED") ?? list[0];
  for (const attempt of list) box.append(attemptBox(row, attempt, attempt === first));
  if (!list.length && !cause) box.append(make("p", "dim", "No attempt has ended yet."));
  return box;
}

function unpack([numberOf, outcome, tier, cause, reason, spent, proof, goals, more, seed, axioms]) {
  return { number: numberOf, outcome, tier, cause, reason, spent, proof, goals, more, seed, axioms };
}

const CLAIM = { PROVED: "Proof", REFUTED: "Proof of the negation", REJECTED: "Refused by the check" };

function attemptBox(row, attempt, open) {
  const details = make("details", "attempt");
  const summary = make("summary");
  const letter = Object.keys(OUTCOMES).find((key) => OUTCOMES[key][0].startsWith(attempt.outcome.toLowerCase().replaceAll("_", " ")));
  summary.append(mark(letter), ` Attempt ${attempt.number}: ${attempt.outcome.toLowerCase().replaceAll("_", " ")}`);
  if (attempt.tier) summary.append(make("span", "tier", attempt.tier));
  summary.append(make("span", "dim", ` ${number(attempt.spent[0])} s, ${number(attempt.spent[1])} steps`));
  details.append(summary);
  details.open = open;
  const fill = () => {
    if (details.open && details.childElementCount === 1) details.append(attemptBody(row, attempt));
  };
  details.addEventListener("toggle", fill);
  fill();
  return details;
}

function attemptBody(row, attempt) {
  const body = make("div", "attempt-body");
  if (attempt.cause) body.append(make("p", "", `Cause: ${attempt.cause}`));
  if (attempt.reason) body.append(make("p", "", attempt.reason));
  const facts = make("dl", "effort");
  SPENT.forEach((name, index) => {
    if (attempt.spent[index]) facts.append(fact(name, number(attempt.spent[index])));
  });
  facts.append(fact("seed", attempt.seed));
  if (attempt.axioms.length) facts.append(fact("axioms", attempt.axioms.join(", ")));
  body.append(facts);
  if (attempt.proof) body.append(make("h3", "", CLAIM[attempt.outcome] ?? "Text"), copyable(attempt.proof));
  if (attempt.goals.length) {
    body.append(make("h3", "", "Most promising goals left"));
    attempt.goals.forEach((goal) => body.append(copyable(goal, paintGoal)));
    if (attempt.more) body.append(make("p", "dim", `and ${attempt.more} more in the records`));
  }
  const key = `${row.name}#${attempt.number}`;
  if (Object.hasOwn(read("trees"), key)) body.append(treeBox(key, attempt));
  else if (data.treesLeftOut) body.append(make("p", "dim", "The search of this attempt is not in this page."));
  return body;
}

function fact(name, value) {
  const pair = make("div");
  pair.append(make("dt", "", name), make("dd", "", value));
  return pair;
}

// ---- The search, in a frame of its own: the page of a single tree, given other data.

function treeBox(key, attempt) {
  const box = make("div", "tree");
  const { nodes, leftOut } = read("trees")[key];
  const size = `${nodes.length} ${nodes.length === 1 ? "goal" : "goals"}${leftOut ? `, ${leftOut} more were not kept` : ""}`;
  const button = make("button", "open-tree", `Show the search (${size})`);
  button.type = "button";
  button.addEventListener("click", () => {
    const frame = box.querySelector("iframe");
    if (frame) {
      frame.remove();
      button.textContent = button.textContent.replace("Hide", "Show");
    } else {
      box.append(treeFrame(key, attempt));
      button.textContent = button.textContent.replace("Show", "Hide");
    }
  });
  box.append(button);
  return box;
}

/** JSON that may stand inside a script element. */
function embeddable(value) {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function treeDocument(key, attempt) {
  const { nodes, strings } = read("trees")[key];
  const shown = { title: key, statement: "", outcome: attempt.outcome, facts: [], proof: attempt.proof || null, nodes, strings };
  // Statement, proof and goals stand above the frame already. Functions: `$` in a text must not be read as a pattern.
  return read("shell").replace("{{title}}", "search").replace("{{data}}", () => embeddable(shown))
    .replace("</head>", "<style>header, .help { display: none !important; } main { min-height: 0; }</style></head>");
}

function treeFrame(key, attempt) {
  const frame = make("iframe");
  frame.title = `Search of ${key}`;
  frame.addEventListener("load", () => { // as high as the tree opened so far, with room to open more
    frame.style.height = `${Math.max(240, frame.contentDocument.documentElement.scrollHeight + 120)}px`;
  });
  frame.srcdoc = treeDocument(key, attempt);
  return frame;
}
