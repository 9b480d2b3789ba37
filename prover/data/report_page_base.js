// What every part of the report's page shares: its data, and how elements are made. Every text is set as text, never as markup.
"use strict";

const OUTCOMES = { // by letter: name, symbol, class for the colour
  P: ["proved", "✓", "proved"],
  R: ["refuted", "¬", "open"],
  J: ["rejected by the check", "✗", "dead"],
  E: ["exhausted", "○", "waiting"],
  B: ["out of budget", "◷", "waiting"],
  N: ["not run", "–", "dead"],
};

const byId = (id) => document.getElementById(id);
const parsed = new Map();

/** What one of the page's data elements holds; the large ones are read when they are first asked for. */
function read(id) {
  if (!parsed.has(id)) parsed.set(id, JSON.parse(byId(id).textContent));
  return parsed.get(id);
}

const data = read("data");
const rows = data.rows.map(([name, category, solved, attempts, letters, seconds, steps, lines, suspect, change], index) => (
  { index, name, category, solved, attempts, letters, seconds, steps, lines, suspect, change, low: `${name} ${category}`.toLowerCase() }));

function make(tag, classes, content) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  if (content !== undefined) element.textContent = content;
  return element;
}

const percent = (value) => `${(100 * value).toFixed(1)} %`;
const number = (value) => (value === null ? "" : Number(value.toPrecision(4)).toLocaleString("en"));

function mark(letter) {
  const [name, symbol, colour] = OUTCOMES[letter];
  const element = make("span", `mark ${colour}`, symbol);
  element.title = name;
  element.role = "img";
  element.ariaLabel = name;
  return element;
}
