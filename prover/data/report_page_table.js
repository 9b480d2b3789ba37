// The table of problems: filter, sort, open. Rows are made as they are scrolled to, so ten thousand cost nothing. Runs last.

const CHUNK = 200;
const PRINTED = 2000;
const STRIP = 16; // attempts shown one by one; beyond, counted

const COLUMNS = [ // title, what it sorts by (missing values last), how it is shown
  ["problem", (row) => row.low, nameCell],
  ["category", (row) => row.category, (row) => row.category],
  ["solved", (row) => -row.solved / Math.max(1, row.attempts), (row) => `${row.solved}/${row.attempts}`],
  ["attempts", (row) => row.letters, attemptsCell],
  ["best s", (row) => row.seconds, (row) => number(row.seconds)],
  ["steps", (row) => row.steps, (row) => number(row.steps)],
  ["lines", (row) => row.lines, (row) => number(row.lines)],
];
const NUMBERS = new Set(["solved", "best s", "steps", "lines"]);
const view = { matching: rows, drawn: 0, column: -1, backwards: false };
const tableBody = () => byId("table").tBodies[0];

const FILTERS = { // beside those for each outcome
  "": ["all", () => true],
  solved: ["solved", (row) => row.solved > 0],
  unsolved: ["not solved", (row) => row.solved === 0],
  sometimes: ["solved in some attempts only", (row) => row.solved > 0 && row.solved < row.attempts],
  suspect: ["suspect statement", (row) => row.suspect !== ""],
  gained: ["gained", (row) => row.change === "gained"],
  lost: ["lost", (row) => row.change === "lost"],
};

function nameCell(row) {
  const button = make("button", "name", row.name);
  button.type = "button";
  button.ariaExpanded = "false";
  const cell = document.createDocumentFragment();
  cell.append(button);
  if (row.suspect) cell.append(tag("suspect", row.suspect));
  if (row.change) cell.append(tag(row.change, "compared with the run before"));
  return cell;
}

function tag(word, title) {
  const element = make("span", `tag ${word}`, word);
  element.title = title;
  return element;
}

function attemptsCell(row) {
  const cell = make("span", "strip");
  if (row.letters.length <= STRIP) {
    for (const letter of row.letters) cell.append(mark(letter));
    return cell;
  }
  for (const letter of Object.keys(OUTCOMES)) {
    const count = row.letters.split(letter).length - 1;
    if (count) cell.append(mark(letter), `${count} `);
  }
  return cell;
}

function drawRow(row) {
  const line = make("tr", row.solved ? "problem is-solved" : "problem");
  line.row = row;
  COLUMNS.forEach(([title, , show]) => {
    const cell = make("td", NUMBERS.has(title) ? "number" : "");
    cell.append(show(row));
    line.append(cell);
  });
  return line;
}

// ---- Which rows, and in which order.

function refresh() {
  const wanted = byId("find").value.trim().toLowerCase().split(/\s+/);
  const choice = byId("outcome").value;
  const fits = choice.length === 1 ? (row) => row.letters.includes(choice) : FILTERS[choice][1];
  view.matching = rows.filter((row) => fits(row) && wanted.every((word) => row.low.includes(word)));
  if (view.column >= 0) view.matching.sort(order(COLUMNS[view.column][1], view.backwards ? -1 : 1));
  byId("found").textContent = view.matching.length === rows.length ? `${rows.length} problems`
    : `${view.matching.length} of ${rows.length} problems`;
  view.drawn = 0;
  tableBody().replaceChildren();
  drawMore();
}

const letters = new Intl.Collator("en", { numeric: true });

function order(value, sign) {
  return (one, other) => {
    const a = value(one), b = value(other);
    if (a === null || b === null) return (a === null) - (b === null) || one.index - other.index;
    return sign * (typeof a === "string" ? letters.compare(a, b) : a - b) || one.index - other.index;
  };
}

function drawMore(upTo = view.drawn + CHUNK) {
  const fragment = document.createDocumentFragment();
  for (const row of view.matching.slice(view.drawn, upTo)) fragment.append(drawRow(row));
  tableBody().append(fragment);
  view.drawn = Math.min(upTo, view.matching.length);
  byId("more").hidden = view.drawn === view.matching.length;
  byId("more").textContent = `${view.matching.length - view.drawn} more rows`;
}

function sortBy(column) {
  view.backwards = view.column === column && !view.backwards;
  view.column = column;
  [...byId("table").tHead.rows[0].cells].forEach((cell, index) => {
    cell.ariaSort = index !== column ? "none" : view.backwards ? "descending" : "ascending";
  });
  refresh();
}

// ---- Opening.

const isOpen = (line) => Boolean(line.nextElementSibling && line.nextElementSibling.className === "detail");

function toggle(line) {
  const opening = !isOpen(line);
  line.querySelector(".name").ariaExpanded = String(opening);
  if (!opening) {
    line.nextElementSibling.remove();
    return;
  }
  const detail = make("tr", "detail");
  const cell = make("td");
  cell.colSpan = COLUMNS.length;
  cell.append(detailOf(line.row));
  detail.append(cell);
  line.after(detail);
}

/** Opens a problem by its name, whatever the filter hides. */
function reveal(name) {
  const row = rows.find((candidate) => candidate.name === name);
  if (!row) return;
  if (!view.matching.includes(row)) {
    byId("find").value = "";
    byId("outcome").value = "";
    refresh();
  }
  const at = view.matching.indexOf(row);
  if (at >= view.drawn) drawMore(at + CHUNK);
  const line = [...tableBody().rows].find((candidate) => candidate.row === row);
  if (!isOpen(line)) toggle(line);
  line.querySelector(".name").focus({ preventScroll: true });
  line.scrollIntoView({ block: "start" });
}

/** `#open=NAME&find=WORDS&outcome=CHOICE`, so that a place in a report can be sent to somebody. */
function followHash() {
  const asked = new URLSearchParams(location.hash.slice(1));
  if (asked.has("find")) byId("find").value = asked.get("find");
  const choice = asked.get("outcome");
  if (choice && [...byId("outcome").options].some((option) => option.value === choice)) byId("outcome").value = choice;
  if (asked.has("find") || choice) refresh();
  if (asked.has("open")) reveal(asked.get("open"));
}

function fillControls() {
  const offered = Object.entries(FILTERS).filter(([key, [, fits]]) => !key || rows.some(fits)).map(([key, [title]]) => [key, title]);
  const seen = Object.keys(OUTCOMES).filter((letter) => rows.some((row) => row.letters.includes(letter)));
  for (const [value, title] of [...offered, ...seen.map((letter) => [letter, `an attempt ${OUTCOMES[letter][0]}`])]) {
    const option = make("option", "", title);
    option.value = value;
    byId("outcome").append(option);
  }
  for (const letter of seen) {
    const entry = make("li");
    entry.append(mark(letter), ` ${OUTCOMES[letter][0]}`);
    byId("legend").append(entry);
  }
  COLUMNS.forEach(([title], column) => {
    const cell = make("th", NUMBERS.has(title) ? "number" : "");
    const button = make("button", "", title);
    button.type = "button";
    button.addEventListener("click", () => sortBy(column));
    cell.append(button);
    cell.ariaSort = "none";
    byId("table").tHead.rows[0].append(cell);
  });
}

function listen() {
  byId("find").addEventListener("input", refresh);
  byId("outcome").addEventListener("change", refresh);
  byId("more").addEventListener("click", () => drawMore());
  new IntersectionObserver((seen) => {
    if (seen.some((entry) => entry.isIntersecting)) drawMore();
  }, { rootMargin: "600px" }).observe(byId("more"));
  addEventListener("hashchange", followHash);
  addEventListener("beforeprint", () => drawMore(Math.max(view.drawn, PRINTED)));
  tableBody().addEventListener("click", (event) => {
    const line = event.target.closest("tr.problem");
    if (line && getSelection().isCollapsed) toggle(line);
  });
  tableBody().addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("name")) return;
    const side = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!side) return;
    event.preventDefault();
    let line = event.target.closest("tr")[side];
    while (line && !line.row) line = line[side];
    if (line) line.querySelector(".name").focus();
  });
}
