// The findings of a report as a list to choose from, and the way back to it.

import { h } from "./dom";
import { counted, plain } from "./plain";

export interface FindingActions {
  /** Choose a finding by its id; "" goes back to the list. */
  finding(id: string): void;
}

const PAGE = 50;

const word = (value: unknown): string => (typeof value === "string" ? value : "");

/** One row a finding: its mark and kind, what it is about, and why. */
export function findingsBlock(block: Record<string, unknown>, actions: FindingActions): HTMLElement {
  const rows = Array.isArray(block["rows"]) ? (block["rows"] as unknown[]) : [];
  const total = Math.max(rows.length, Number(block["total"]) || 0);
  const box = h("div", "lx-nodes");
  const element = h("div", "lx-block", {}, box);
  let shown = 0;
  const more = h("button", "lx-link", { type: "button" });
  const next = () => {
    box.append(...rows.slice(shown, shown + PAGE).map((row) => finding(Array.isArray(row) ? row.map(word) : [], actions)));
    shown = Math.min(rows.length, shown + PAGE);
    more.hidden = shown === rows.length;
    more.textContent = `Show ${Math.min(PAGE, rows.length - shown)} more of ${counted(total - shown)}`;
  };
  more.addEventListener("click", next);
  next();
  element.append(more);
  if (rows.length < total) element.append(h("p", "lx-note", {}, `${counted(total - rows.length)} more are in report.findings`));
  return element;
}

function finding([id, token, mark, kind, about, reason]: readonly string[], actions: FindingActions): HTMLElement {
  const row = h(
    "button",
    "lx-node-row lx-finding",
    { type: "button", title: plain(reason) },
    h("span", "lx-node-name", {}, h("b", `lx-finding-mark lx-finding-${token}`, {}, plain(mark)), ` ${plain(about)}`),
    h("span", "lx-muted", {}, `${plain(kind)} · ${plain(reason)}`),
  );
  row.addEventListener("click", () => actions.finding(id));
  return row;
}

/** Back from one finding to all of them. */
export function allBlock(block: Record<string, unknown>, actions: FindingActions): HTMLElement {
  const back = h("button", "lx-link", { type: "button" }, plain(word(block["text"])));
  back.addEventListener("click", () => actions.finding(""));
  return back;
}
