// The panel beside the tree: the selected row in full.

function showPanel(row) {
  const panel = byId("panel");
  panel.replaceChildren();
  panel.scrollTop = 0;
  if (row.folded) {
    panel.append(make("h2", "", "Failed tactics"), make("p", "", "Open the row to see what Lean said about each of them."));
    return;
  }
  if (row.edge) {
    panel.append(make("h2", "", "Tactic"), copyable(row.edge.tactic));
    const rank = row.edge.logprob === null ? "" : ` · log-probability ${row.edge.logprob}`;
    panel.append(state(row.edge.status, rank));
    if (row.edge.message) {
      const message = copyable(row.edge.message);
      message.classList.add("message");
      panel.append(make("h2", "", "Lean says"), message);
    }
    row.edge.children.forEach((child) => showNode(panel, nodes[child], "Leaves"));
    showNode(panel, row.node, "Tried on");
  } else {
    showNode(panel, row.node, "Goal");
  }
}

function showNode(panel, node, heading) {
  panel.append(make("h2", "", node.goals.length > 1 ? `${heading}: ${node.goals.length} goals that share unknowns` : heading));
  node.goals.forEach((goal) => panel.append(copyable(goal, paintGoal)));
  const priority = node.priority === null ? "" : ` · priority ${node.priority}`;
  panel.append(state(node.status, ` · node ${node.id} · depth ${node.depth}${priority}`));
}

function state(status, rest) {
  const line = make("p", "note");
  line.append(make("span", `state ${status}`, `${SYMBOLS[status]} ${status}`), rest);
  return line;
}

/** Hypothesis names, the case and the target set apart; the text stays what Lean printed. */
function paintGoal(goal, pre) {
  goal.split("\n").forEach((line, index) => {
    if (index) pre.append("\n");
    const names = /^([^\s:⊢][^:]*?)( :)(?=\s|$)/.exec(line);
    if (line.startsWith("⊢")) pre.append(make("span", "turnstile", "⊢"), make("span", "target", line.slice(1)));
    else if (line.startsWith("case ")) pre.append(make("span", "case", line));
    else if (names) pre.append(make("span", "names", names[1]), line.slice(names[1].length));
    else pre.append(line);
  });
}

function copyable(content, paint) {
  const box = make("div", "copyable");
  const pre = make("pre");
  if (paint) paint(content, pre);
  else pre.textContent = content;
  const button = make("button", "", "Copy");
  button.type = "button";
  button.addEventListener("click", () => copy(content, pre, button));
  box.append(pre, button);
  return box;
}

async function copy(content, pre, button) {
  try {
    await navigator.clipboard.writeText(content);
    button.textContent = "Copied";
  } catch { // a page opened as a file may not have the clipboard: leave the text selected for the reader's own keys
    getSelection().selectAllChildren(pre);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}
