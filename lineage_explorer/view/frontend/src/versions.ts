// The versions of a schema, the newest first: what each added, dropped and retyped.

import { h } from "./dom";
import { plain } from "./plain";
import { localTime, utcTime } from "./ticks";

type Json = Record<string, unknown>;
const SIGNS: Record<string, readonly [sign: string, name: string, word: string]> = {
  "+": ["+", "added", "added"],
  "-": ["−", "dropped", "dropped"],
  "Δ": ["Δ", "retyped", "retyped"],
};

const word = (value: unknown): string => (typeof value === "string" ? plain(value) : "");

export function historyBlock(block: Json): HTMLElement {
  const items = Array.isArray(block["items"]) ? (block["items"] as unknown[]) : [];
  const list = h("ol", "lx-versions");
  items.forEach((item, i) => {
    const version = (typeof item === "object" && item !== null ? item : {}) as Json;
    list.append(entry(version, i === 0));
  });
  const note = word(block["note"]);
  const title = h("h3", "lx-heading", {}, "Versions", h("span", "lx-muted", {}, ` ${items.length}`));
  return h("div", "lx-block", {}, title, list, ...(note ? [h("p", "lx-note", {}, note)] : []));
}

function entry(version: Json, newest: boolean): HTMLElement {
  const time = typeof version["time"] === "number" ? version["time"] : null;
  const when = time === null ? "time not known" : localTime(time);
  const columns = Number(version["fields"]) || 0;
  const facts = [`${columns} column${columns === 1 ? "" : "s"}`, word(version["where"])].filter(Boolean).join(" · ");
  const head = h(
    "div",
    "lx-version-head",
    { title: time === null ? "" : utcTime(time) },
    h("strong", "", {}, when),
    h("span", "lx-muted", {}, newest ? " newest" : ""),
  );
  const changes = Array.isArray(version["changes"]) ? (version["changes"] as unknown[]) : [];
  const rows = changes.map((change) => {
    const [sign, field, type] = Array.isArray(change) ? (change as unknown[]).map(word) : ["", "", ""];
    const [mark, name, says] = SIGNS[sign] ?? ["", "same", ""];
    return h(
      "div",
      `lx-change lx-change-${name}`,
      {},
      h("b", "lx-change-sign", { "aria-hidden": "true" }, mark),
      h("span", "lx-offscreen", {}, says),
      h("span", "lx-change-field", {}, field),
      h("span", "lx-muted", {}, type),
    );
  });
  const first = version["first"] === true ? [h("div", "lx-muted", {}, "first seen")] : [];
  const same = !rows.length && !first.length ? [h("div", "lx-muted", {}, "another order of columns")] : [];
  return h("li", "lx-version", {}, head, h("div", "lx-where", {}, facts), ...rows, ...first, ...same);
}
