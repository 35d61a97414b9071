// The blocks of the side panel. Every string in them comes from a log: it is shown as text only.

import { changesBlock } from "./changelist";
import { copyButton, h } from "./dom";
import { allBlock, findingsBlock, type FindingActions } from "./findings";
import { tokens } from "./highlight";
import type { Answer, Question } from "./host";
import { listBlock, opensRun, worded, type Listing } from "./listed";
import { plain } from "./plain";
import { plotBlock, readPlot } from "./plot";
import { backBlock, columnsBlock, reasonBlock, sidesBlock, type ChangeActions } from "./sides";
import { historyBlock } from "./versions";

export interface BlockActions extends ChangeActions, FindingActions {
  select(id: string): void;
  focus(id: string): void;
  run(id: string): void;
  ask(question: Question): Promise<Answer>;
}

type Json = Record<string, unknown>;

function raw(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null || value === undefined ? "" : JSON.stringify(value);
}

const text = (value: unknown): string => plain(raw(value));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Long lists are shown a page at a time, and the button says what is left. */
export const PAGE = 100;
const EVENTS = 20;
const LONG_TEXT = 20_000;

export function makeBlock(value: unknown, actions: BlockActions): HTMLElement {
  const block = (typeof value === "object" && value !== null ? value : {}) as Json;
  switch (block["type"]) {
    case "facts":
      return facts(block);
    case "table":
      return table(block);
    case "code":
      return code(raw(block["text"]), text(block["language"]));
    case "json":
      return json(block);
    case "text":
      return h("p", "lx-text", {}, text(block["text"]));
    case "nodes":
      return nodes(block, actions);
    case "events":
      return events(block, actions);
    case "list":
      return listBlock(listing(block), listActions(actions));
    case "runs":
      return runs(block, actions);
    case "history":
      return historyBlock(block);
    case "findings":
      return findingsBlock(block, actions);
    case "all findings":
      return allBlock(block, actions);
    case "changes":
      return changesBlock(text(block["title"]), listing(block), actions);
    case "back":
      return backBlock(block, actions);
    case "reason":
      return reasonBlock(block);
    case "columns":
      return columnsBlock(block);
    case "sides":
      return sidesBlock(block);
    case "alert":
      return h("pre", "lx-alert", { tabindex: 0 }, text(block["text"]));
    default:
      // A block of a later version: shown as it came rather than left out.
      return code(JSON.stringify(value, null, 2), "json");
  }
}

function note(block: Json): HTMLElement[] {
  const words = text(block["note"]);
  return words ? [h("p", "lx-note", {}, words)] : [];
}

function facts(block: Json): HTMLElement {
  const element = h("dl", "lx-facts");
  for (const row of list(block["rows"])) {
    const [label, value] = list(row);
    const [shown, title] = worded(text(value));
    element.append(h("dt", "", {}, text(label)), h("dd", "", { title: title === shown ? undefined : title }, shown || "–"));
  }
  return element;
}

/** Append items in pages, with a button for the next one. */
function paged(
  parent: HTMLElement,
  after: HTMLElement,
  items: readonly unknown[],
  make: (item: unknown) => HTMLElement,
): void {
  let shown = 0;
  const more = h("button", "lx-link", { type: "button" });
  const next = () => {
    const page = items.slice(shown, shown + PAGE);
    parent.append(...page.map(make));
    shown += page.length;
    const rest = items.length - shown;
    more.hidden = rest === 0;
    more.textContent = `Show ${Math.min(PAGE, rest)} more of ${rest}`;
  };
  more.addEventListener("click", next);
  next();
  after.append(more);
}

function table(block: Json): HTMLElement {
  const body = h("tbody");
  const head = h(
    "thead",
    "",
    {},
    h("tr", "", {}, ...list(block["columns"]).map((name) => h("th", "", { scope: "col" }, text(name)))),
  );
  const scroll = h(
    "div",
    "lx-table",
    { tabindex: 0, role: "region", "aria-label": "Table" },
    h("table", "", {}, head, body),
  );
  const element = h("div", "lx-block", {}, scroll);
  paged(body, element, list(block["rows"]), (row) =>
    h("tr", "", {}, ...list(row).map((cell) => h("td", "", { title: text(cell) }, text(cell)))),
  );
  element.append(...note(block));
  return element;
}

function code(source: string, language: string): HTMLElement {
  const pre = h("pre", "lx-code", { tabindex: 0, "aria-label": language || "text" });
  const element = h("div", "lx-block lx-copyable", {}, pre);
  const fill = (shown: string) =>
    pre.replaceChildren(
      ...tokens(plain(shown), language).map(([kind, piece]) =>
        kind ? h("span", `lx-token-${kind}`, {}, piece) : piece,
      ),
    );
  const actions = h(
    "div",
    "lx-actions",
    {},
    copyButton("Copy", () => source),
  );
  if (source.length > LONG_TEXT) {
    fill(source.slice(0, LONG_TEXT));
    const all = h("button", "lx-link", { type: "button" }, `Show all ${source.length} characters`);
    all.addEventListener("click", () => {
      fill(source);
      all.remove();
    });
    actions.append(all);
  } else {
    fill(source);
  }
  element.append(actions);
  return element;
}

/** A heading that opens; what is inside is made when it is first opened. */
function fold(summary: readonly (Node | string)[], open: boolean, make: () => HTMLElement): HTMLElement {
  const element = h("details", "lx-fold", {}, h("summary", "", {}, ...summary));
  let made = false;
  const fill = () => {
    if (made || !element.open) return;
    made = true;
    element.append(make());
  };
  element.addEventListener("toggle", fill);
  element.open = open;
  fill();
  return element;
}

function json(block: Json): HTMLElement {
  return fold([text(block["name"])], block["open"] === true, () => code(raw(block["text"]), "json"));
}

function nodes(block: Json, actions: BlockActions): HTMLElement {
  const items = list(block["items"]);
  const element = h(
    "div",
    "lx-block",
    {},
    h("h3", "lx-heading", {}, text(block["title"]), h("span", "lx-muted", {}, ` ${items.length}`)),
  );
  const box = h("div", "lx-nodes");
  element.append(box);
  paged(box, element, items, (item) => {
    const [id, label, above, kind] = list(item)
      .map(raw)
      .map((part, at) => (at === 0 ? part : plain(part)));
    const row = h(
      "button",
      "lx-node-row",
      { type: "button", title: id },
      h("span", "lx-node-name", {}, label),
      h("span", "lx-muted", {}, [above, kind].filter(Boolean).join(" · ")),
    );
    row.addEventListener("click", () => actions.select(id));
    row.addEventListener("dblclick", () => actions.focus(id));
    return row;
  });
  if (items.length === 0) box.append(h("p", "lx-note", {}, "None shown in these events"));
  element.append(...note(block));
  return element;
}

function listing(block: Json): Listing {
  const rows = list(block["rows"]).map((row) => list(row).map(raw));
  return {
    list: raw(block["list"]),
    about: raw(block["about"]),
    columns: list(block["columns"]).map(text),
    rows,
    total: Math.max(rows.length, Number(block["total"]) || 0),
  };
}

const listActions = (actions: BlockActions) => ({
  ask: (question: Question) => actions.ask(question),
  open: (name: string, key: string) => (opensRun(name) ? actions.run(key) : actions.select(key)),
});

function runs(block: Json, actions: BlockActions): HTMLElement {
  const bars = readPlot(block["plot"]);
  const plot = bars.length > 0 ? [plotBlock(bars, text(block["plot_note"]), (run) => actions.run(run))] : [];
  return h("div", "lx-block lx-stack", {}, ...plot, listBlock(listing(block), listActions(actions)));
}

/** The events, a page at a time; the text of one is asked for when it is opened. */
function events(block: Json, actions: BlockActions): HTMLElement {
  const { list: name, about, rows, total } = listing(block);
  const box = h("div", "lx-events");
  const element = h("div", "lx-block", {}, box);
  const add = (more: readonly (readonly string[])[]) => {
    box.append(...more.map((row) => event(row, actions)));
  };
  add(rows.slice(0, EVENTS));
  let shown = Math.min(EVENTS, rows.length);
  if (shown >= total) return element;
  const button = h("button", "lx-link", { type: "button" });
  const say = () => (button.textContent = `Show ${Math.min(PAGE, total - shown)} more of ${total - shown}`);
  say();
  const next = async (): Promise<readonly (readonly string[])[]> => {
    if (shown < rows.length) return rows.slice(shown, shown + PAGE);
    const { data } = await actions.ask({ what: "rows", list: name, about, from: shown, count: PAGE });
    return list(data["rows"]).map((row) => list(row).map(raw));
  };
  button.addEventListener("click", () => {
    next().then(
      (more) => {
        add(more);
        shown += more.length;
        if (shown >= total || more.length === 0) button.remove();
        else say();
      },
      (error: unknown) => (button.textContent = error instanceof Error ? error.message : "No answer"),
    );
  });
  element.append(button);
  return element;
}

function event([id, title, where]: readonly string[], actions: BlockActions): HTMLElement {
  const words = plain(title).replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/, (time) => worded(time)[0]);
  const head = [h("span", "", { title: plain(title) }, words), h("span", "lx-where", {}, plain(where))];
  return fold(head, false, () => {
    const box = h("div", "lx-block", {}, h("p", "lx-note", {}, "…"));
    actions.ask({ what: "event", event: id }).then(
      ({ data }) => box.replaceChildren(code(raw(data["text"]), "json")),
      (error: unknown) => box.replaceChildren(h("p", "lx-note", {}, error instanceof Error ? error.message : "")),
    );
    return box;
  });
}
