// The blocks of the panel that tell what changed: lists of nodes, and both sides of each change.

import { h } from "./dom";
import type { Answer, Question } from "./host";
import type { Listing } from "./listed";
import { counted, plain } from "./plain";
import { diffLines, diffWords, type Piece } from "./worddiff";

export interface ChangeActions {
  select(id: string): void;
  hover(id: string): void;
  ask(question: Question): Promise<Answer>;
  /** Back to the list of all changes. */
  back(): void;
}

type Json = Record<string, unknown>;

const PAGE = 100;
const text = (value: unknown): string => (typeof value === "string" ? plain(value) : "");
const TONES: Readonly<Record<string, string>> = { "+": "added", "-": "gone", "\u2212": "gone", Δ: "changed" };
/** What a mark means: added, gone or changed; nothing where it is none of these. */
export const toneName = (mark: string): string => TONES[mark.split(" ", 1)[0]] ?? "";
const toneOf = (mark: string): string => (toneName(mark) ? ` lx-tone-${toneName(mark)}` : "");

export function numberMark(number: number | string): HTMLElement {
  return h("span", "lx-parting", { "aria-hidden": "true" }, String(number));
}

/** A list of nodes with what changed there; a click goes to the node. */
export function changesBlock(title: string, listing: Listing, actions: ChangeActions): HTMLElement {
  const at = (name: string) => listing.columns.indexOf(name) + 1;
  const [mark, number, name, above, caption, severity] = COLUMNS.map(at);
  const list = h("div", "lx-changes", { role: "list" });
  const add = (rows: readonly (readonly string[])[]) => {
    for (const row of rows) {
      const [id] = row;
      const cell = (column: number) => (column > 0 ? plain(row[column] ?? "") : "");
      const words = [cell(name), cell(caption), cell(severity) && `${cell(severity)} severity`].filter(Boolean);
      const tone = h("span", `lx-change-mark${toneOf(cell(mark))}`, { "aria-hidden": "true" }, cell(mark));
      const button = h(
        "button",
        "lx-change",
        { type: "button", title: id, "data-node": id, "aria-label": words.join(", ") },
        tone,
        h(
          "span",
          "lx-change-words",
          {},
          h(
            "span",
            "lx-change-head",
            {},
            ...(cell(number) ? [numberMark(cell(number))] : []),
            h("span", "lx-change-name", {}, cell(name)),
            ...(cell(severity) ? [h("span", `lx-severity lx-severity-${cell(severity)}`, {}, cell(severity))] : []),
          ),
          h("span", "lx-muted lx-change-caption", {}, cell(caption)),
          h("span", "lx-offscreen", {}, cell(above)),
        ),
      );
      button.addEventListener("click", () => actions.select(id));
      for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => actions.hover(id));
      for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => actions.hover(""));
      list.append(h("div", "", { role: "listitem" }, button));
    }
  };
  const count = h("span", "lx-muted", {}, ` ${counted(listing.total)}`);
  const element = h("div", "lx-block", {}, h("h3", "lx-heading", {}, title, count), list);
  add(listing.rows);
  if (listing.total > listing.rows.length) element.append(moreButton(listing, actions, add));
  if (listing.total === 0) list.append(h("p", "lx-note", {}, "Nothing differs"));
  return element;
}

const COLUMNS = ["mark", "number", "name", "above", "caption", "severity"] as const;

function moreButton(
  listing: Listing,
  actions: ChangeActions,
  add: (rows: readonly (readonly string[])[]) => void,
): HTMLElement {
  let shown = listing.rows.length;
  const button = h("button", "lx-link", { type: "button" });
  const say = () =>
    (button.textContent = `Show ${Math.min(PAGE, listing.total - shown)} more of ${counted(listing.total - shown)}`);
  say();
  button.addEventListener("click", () => {
    actions.ask({ what: "rows", list: listing.list, about: listing.about, from: shown, count: PAGE }).then(
      ({ data }) => {
        const rows = Array.isArray(data["rows"]) ? (data["rows"] as unknown[]) : [];
        add(rows.map((row) => (Array.isArray(row) ? row.map(String) : [])));
        shown += rows.length;
        if (shown >= listing.total || rows.length === 0) button.remove();
        else say();
      },
      (error: unknown) => (button.textContent = error instanceof Error ? error.message : "No answer"),
    );
  });
  return button;
}

export function backBlock(block: Json, actions: ChangeActions): HTMLElement {
  const button = h("button", "lx-link lx-back", { type: "button" }, `‹ ${text(block["text"])}`);
  button.addEventListener("click", () => actions.back());
  return button;
}

export function reasonBlock(block: Json): HTMLElement {
  const number = Number(block["number"]) || 0;
  return h("p", "lx-reason", {}, numberMark(number), h("span", "", {}, text(block["text"])));
}

/** The columns of both sides in one list, as a card shows them. */
export function columnsBlock(block: Json): HTMLElement {
  const rows: unknown[] = Array.isArray(block["rows"]) ? block["rows"] : [];
  const list = h("ul", "lx-both-columns");
  for (const row of rows) {
    const [mark, name, before, after] = (Array.isArray(row) ? row : []).map(text);
    const type =
      mark === "Δ" ? [h("del", "lx-gone", {}, before), " ", h("ins", "lx-come", {}, after)] : [h("span", "", {}, before)];
    const said = { "+": "new: ", "\u2212": "gone: ", Δ: "changed: " }[mark] ?? "";
    list.append(
      h(
        "li",
        toneOf(mark).trim(),
        {},
        h("span", "lx-change-mark", { "aria-hidden": "true" }, mark),
        h("span", "lx-offscreen", {}, said),
        h("span", "lx-both-name", {}, name),
        h("span", "lx-muted lx-both-type", {}, ...type),
      ),
    );
  }
  return h("div", "lx-block", {}, h("h3", "lx-heading", {}, text(block["title"])), list);
}

const pieces = (list: readonly Piece[], tag: "del" | "ins"): (Node | string)[] =>
  list.map(([part, differs]) => (differs ? h(tag, "lx-word", {}, plain(part)) : plain(part)));

/** One change: its kind, and what stood on both sides with the words that differ marked. */
export function sidesBlock(block: Json): HTMLElement {
  const severity = text(block["severity"]);
  const where = [text(block["field"]), text(block["by"]) && `by ${text(block["by"])}`].filter(Boolean).join(" · ");
  const head = h(
    "div",
    "lx-side-head",
    {},
    h("span", "lx-side-kind", { title: text(block["meaning"]) }, text(block["change"])),
    ...(where ? [h("span", "lx-mono lx-side-field", { title: where }, where)] : []),
    h("span", `lx-severity lx-severity-${severity}`, {}, severity),
  );
  const [before, after] = [block["before"], block["after"]];
  const both = typeof before === "string" && typeof after === "string";
  const element = h("section", "lx-sides", { "aria-label": text(block["change"]) }, head);
  const deviation = text(block["deviation"]);
  if (both && (before.includes("\n") || after.includes("\n"))) element.append(unified(before, after));
  else element.append(pair(before, after));
  if (deviation) element.append(h("p", "lx-note", {}, `${deviation} times its usual spread`));
  return element;
}

function pair(before: unknown, after: unknown): HTMLElement {
  const list = h("dl", "lx-pair");
  const both = typeof before === "string" && typeof after === "string";
  const [one, other] = both ? diffWords(before, after) : [null, null];
  for (const [label, tag, value, words] of [
    ["before", "del", before, one],
    ["after", "ins", after, other],
  ] as const) {
    if (typeof value !== "string") {
      list.append(h("dt", "", {}, label), h("dd", "lx-muted", {}, "not there"));
      continue;
    }
    list.append(h("dt", "", {}, label), h("dd", "", {}, ...(words ? pieces(words, tag) : [plain(value)])));
  }
  return list;
}

function unified(before: string, after: string): HTMLElement {
  const lines = diffLines(before, after).map(({ sign, pieces: parts }) => {
    const tag = sign === "-" ? "del" : "ins";
    const shown = sign === "-" ? "\u2212" : sign === "+" ? "+" : sign === "gap" ? "…" : " ";
    const said = sign === "-" ? "before: " : sign === "+" ? "after: " : "";
    const tone = sign === "gap" ? " lx-muted" : toneOf(sign);
    return h(
      "span",
      `lx-line${tone}`,
      {},
      h("span", "lx-line-sign", { "aria-hidden": "true" }, shown),
      h("span", "lx-offscreen", {}, said),
      h("span", "lx-line-text", {}, ...pieces(parts, tag)),
    );
  });
  return h("div", "lx-code lx-unified", { tabindex: 0, role: "region", "aria-label": "Both sides" }, ...lines);
}
