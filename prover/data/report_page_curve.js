// The curve: solved in one attempt against seconds, steps or expansions, with its interval; a second run beside it if two are compared.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 46, right: 14, top: 10, bottom: 36 };
const HEIGHT = 260;
const UNIT = { seconds: "seconds of an attempt", steps: "steps of an attempt", expansions: "expansions of an attempt" };
const curve = { measure: "seconds", at: -1 };

function draw(tag, attributes, content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (content !== undefined) element.textContent = content;
  return element;
}

/** How budgets and shares become places. `points` are [budget, share, low, high] of all runs shown. */
function scales(points, width, log) {
  const budgets = points.map(([budget]) => budget).filter((budget) => budget > 0 || !log);
  const high = Math.max(...points.map((point) => point[3]), 0.01);
  const top = Math.min(1, Math.ceil(high * 20) / 20);
  const last = Math.max(...budgets, log ? 1e-9 : 0);
  const first = log ? Math.min(...budgets, last / 2) : 0;
  const place = log ? (value) => Math.log(Math.max(value, first) / first) / Math.log(last / first) : (value) => value / (last || 1);
  return {
    first, last, top,
    x: (value) => MARGIN.left + place(value) * (width - MARGIN.left - MARGIN.right),
    y: (share) => HEIGHT - MARGIN.bottom - (share / top) * (HEIGHT - MARGIN.bottom - MARGIN.top),
  };
}

/** Round numbers between two: 1, 2, 5 times powers of ten on a log axis, even steps on a linear one. */
function ticks(first, last, log) {
  if (!(last > first)) return [last];
  const found = [];
  if (log) {
    const steps = last / first > 3000 ? [1] : last / first > 20 ? [1, 3] : [1, 2, 5];
    for (let power = Math.floor(Math.log10(first)); 10 ** power <= last; power += 1) {
      for (const step of steps) found.push(Number((step * 10 ** power).toPrecision(3)));
    }
  } else {
    const rough = (last - first) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
    for (let value = 0; value <= last * 1.0001; value += step) found.push(Number(value.toPrecision(6)));
  }
  return found.filter((value) => value >= first * 0.9999 && value <= last * 1.0001);
}

/** A staircase: the share holds until the next budget at which something more is solved. */
function stairs(points, to, index, end) {
  let path = "", before = null;
  for (const point of points) {
    const x = to.x(point[0]).toFixed(1), y = to.y(point[index]).toFixed(1);
    path += before === null ? `M${x} ${y}` : `H${x}V${y}`;
    before = y;
  }
  return `${path}H${end.toFixed(1)}`;
}

function band(points, to, end) {
  const corners = points.flatMap((point, index) => {
    const next = index + 1 < points.length ? to.x(points[index + 1][0]) : end;
    return [[to.x(point[0]), point], [next, point]];
  });
  const line = (list, index) => list.map(([x, point]) => `${x.toFixed(1)} ${to.y(point[index]).toFixed(1)}`).join("L");
  return `M${line(corners, 3)}L${line(corners.reverse(), 2)}Z`;
}

function drawAxes(svg, to, width, log) {
  for (const share of ticks(0, to.top, false)) {
    const y = to.y(share);
    svg.append(draw("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y, y2: y, class: "grid" }));
    svg.append(draw("text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, `${Math.round(share * 1000) / 10} %`));
  }
  for (const value of ticks(to.first, to.last, log)) {
    const x = to.x(value);
    svg.append(draw("line", { x1: x, x2: x, y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "grid" }));
    svg.append(draw("text", { x, y: HEIGHT - MARGIN.bottom + 15, "text-anchor": "middle" }, number(value)));
  }
  const middle = (MARGIN.left + width - MARGIN.right) / 2;
  svg.append(draw("text", { x: middle, y: HEIGHT - 4, "text-anchor": "middle" }, UNIT[curve.measure]));
}

function drawCurve() {
  const box = byId("curve"), log = byId("log").checked;
  const points = data.curves[curve.measure] ?? [], old = (data.before && data.before[curve.measure]) || [];
  box.replaceChildren();
  byId("reading").textContent = "";
  curve.at = -1;
  if (!points.length && !old.length) {
    box.append(make("p", "dim", "Nothing was solved, or not every problem has an attempt yet."));
    return;
  }
  const width = Math.max(280, box.clientWidth);
  const to = scales([...points, ...old], width, log), end = width - MARGIN.right;
  const svg = draw("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, tabindex: 0, role: "img" });
  svg.setAttribute("aria-label", `Share solved in one attempt against ${UNIT[curve.measure]}; arrow keys read the values`);
  drawAxes(svg, to, width, log);
  for (const [list, kind] of [[old, "old"], [points, "new"]]) {
    if (!list.length) continue;
    svg.append(draw("path", { d: band(list, to, end), class: `band ${kind}` }));
    svg.append(draw("path", { d: stairs(list, to, 1, end), class: `line ${kind}` }));
  }
  const cursor = draw("line", { y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom, class: "cursor", visibility: "hidden" });
  const dot = draw("circle", { r: 4, class: "dot", visibility: "hidden" });
  svg.append(cursor, dot);
  listenToCurve(svg, points.length ? points : old, to, width, cursor, dot);
  box.append(svg);
  if (old.length) box.append(legendOfTwo());
}

function legendOfTwo() {
  const line = make("p", "dim");
  line.append(make("span", "key new"), ` ${data.names[0]}  `, make("span", "key old"), ` ${data.names[1]}`);
  return line;
}

function listenToCurve(svg, points, to, width, cursor, dot) {
  const show = (index) => {
    curve.at = Math.max(0, Math.min(points.length - 1, index));
    const [budget, share, low, high] = points[curve.at];
    for (const element of [cursor, dot]) element.setAttribute("visibility", "visible");
    cursor.setAttribute("x1", to.x(budget));
    cursor.setAttribute("x2", to.x(budget));
    dot.setAttribute("cx", to.x(budget));
    dot.setAttribute("cy", to.y(share));
    byId("reading").textContent = `${number(budget)} ${curve.measure}: ${percent(share)} (${percent(low)} to ${percent(high)})`;
  };
  svg.addEventListener("pointermove", (event) => {
    const frame = svg.getBoundingClientRect();
    const x = ((event.clientX - frame.left) / frame.width) * width;
    let index = 0;
    while (index + 1 < points.length && to.x(points[index + 1][0]) <= x) index += 1;
    show(index);
  });
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show(curve.at + step);
  });
}

function startCurve() {
  for (const measure of Object.keys(UNIT)) {
    const button = make("button", "", measure);
    button.type = "button";
    button.ariaPressed = String(measure === curve.measure);
    button.addEventListener("click", () => {
      curve.measure = measure;
      for (const other of byId("measures").children) other.ariaPressed = String(other === button);
      drawCurve();
    });
    byId("measures").append(button);
  }
  byId("log").addEventListener("change", drawCurve);
  let width = byId("curve").clientWidth;
  addEventListener("resize", () => {
    if (byId("curve").clientWidth !== width) drawCurve();
    width = byId("curve").clientWidth;
  });
  drawCurve();
}
