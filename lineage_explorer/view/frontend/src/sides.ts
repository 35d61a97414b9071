// The blocks of the panel that tell what changed at a node: both sides of each change.

import { h } from "./dom";
import type { Answer, Question } from "./host";
import { plain } from "./plain";
import { diffLines, diffWords, type Piece } from "./worddiff";

export interface ChangeActions {
  select(id: string): void;
  hover(id: string): void;
  ask(question: Question): Promise<Answer>;
  /** Back to the list of all changes. */
  back(): void;
}

type Json = Record<string, unknown>;

const text = (value: unknown): string => (typeof value === "string" ? plain(value) : "");
const TONES: Readonly<Record<string, string>> = { "+": "added", "-": "gone", "\u2212": "gone", Δ: "changed" };
/** What a mark means: added, gone or changed; nothing where it is none of these. */
export const toneName = (mark: string): string => TONES[mark.split(" ", 1)[0]] ?? "";
export const toneOf = (mark: string): string => (toneName(mark) ? ` lx-tone-${toneName(mark)}` : "");

export function numberMark(number: number | string): HTMLElement {
  return h("span", "lx-parting", { "aria-hidden": "true" }, String(number));
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
