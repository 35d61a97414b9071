// The list of changed nodes beside the graph, and what of it is asked for: how grave, what, words.

import { h, listen } from "./dom";
import type { Listing } from "./listed";
import { counted, plain } from "./plain";
import { numberMark, toneOf, type ChangeActions } from "./sides";

/** What of the list is wanted; an empty text wants all. */
export interface Wanted {
  readonly severity: string;
  readonly kind: string;
  readonly words: string;
}

type Row = readonly string[];

const PAGE = 100;
const ALL: Wanted = { severity: "", kind: "", words: "" };
const SEVERITIES = ["info", "low", "medium", "high"];
const GRAVE: readonly (readonly [string, string])[] = [
  ["", "Any severity"],
  ["low", "Low or graver"],
  ["medium", "Medium or graver"],
  ["high", "High"],
];
const KINDS: readonly (readonly [string, string])[] = [
  ["", "Any kind"],
  ["structure", "Inputs, outputs, jobs"],
  ["schema", "Schema"],
  ["columns", "Column lineage"],
  ["numbers", "Rows, bytes, files"],
  ["time", "Time"],
  ["quality", "Quality"],
  ["run", "Runs"],
  ["code", "Code and parameters"],
  ["data", "Data read and written"],
  ["words", "Owners, tags, words"],
  ["unknown", "Not told"],
];
const COLUMNS = ["mark", "number", "name", "above", "caption", "severity", "kinds"] as const;

/** The cells of a row by the names of their columns; the node is `id`. */
function cells(listing: Listing, row: Row): Record<(typeof COLUMNS)[number] | "id", string> {
  const of = (name: string) => {
    const at = listing.columns.indexOf(name);
    return at < 0 ? "" : plain(row[at + 1] ?? "");
  };
  const [mark, number, name, above, caption, severity, kinds] = COLUMNS.map(of);
  return { id: row[0] ?? "", mark, number, name, above, caption, severity, kinds };
}

/** Whether a row is one of those that are wanted. */
export function isWanted(listing: Listing, row: Row, wanted: Wanted): boolean {
  const { id, name, caption, severity, kinds } = cells(listing, row);
  if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(wanted.severity || "info")) return false;
  if (wanted.kind && !kinds.split(" ").includes(wanted.kind)) return false;
  const words = wanted.words.trim().toLowerCase();
  return [id, name, caption].some((text) => text.toLowerCase().includes(words));
}

const isAll = ({ severity, kind, words }: Wanted): boolean => !severity && !kind && !words.trim();

/** What was wanted last, so that the way back from a node leads to the same list. */
const kept = new WeakMap<ChangeActions, Wanted>();

/** A list of nodes with what changed there; a click goes to the node. */
export function changesBlock(title: string, listing: Listing, actions: ChangeActions): HTMLElement {
  return new ChangeList(title, listing, actions).element;
}

class ChangeList {
  readonly element: HTMLElement;
  private readonly list = h("div", "lx-changes", { role: "list" });
  private readonly count = h("span", "lx-muted", { role: "status" });
  private readonly more = h("button", "lx-link", { type: "button", hidden: true });
  private readonly note = h("p", "lx-note", { hidden: true });
  private wanted = ALL;
  private shown = 0;
  private total = 0;
  private turn = 0;

  constructor(
    title: string,
    private readonly listing: Listing,
    private readonly actions: ChangeActions,
  ) {
    const filtered = listing.list === "changes" && listing.total > 1;
    this.element = h(
      "div",
      "lx-block",
      {},
      h("h3", "lx-heading", {}, title, " ", this.count),
      ...(filtered ? [this.filter()] : []),
      this.list,
      this.note,
      this.more,
    );
    this.more.addEventListener("click", () => this.next());
    this.begin();
  }

  private filter(): HTMLElement {
    this.wanted = kept.get(this.actions) ?? ALL;
    const words = h("input", "lx-find", {
      type: "search",
      value: this.wanted.words,
      placeholder: "Find",
      "aria-label": "Find among the changes",
      spellcheck: "false",
      autocomplete: "off",
    });
    listen(words, "input", () => this.want({ words: words.value }));
    return h(
      "div",
      "lx-change-filter",
      { role: "search", "aria-label": "Which changes are listed" },
      choice("Severity", GRAVE, this.wanted.severity, (severity) => this.want({ severity })),
      choice("Kind of change", KINDS, this.wanted.kind, (kind) => this.want({ kind })),
      words,
    );
  }

  private want(more: Partial<Wanted>): void {
    this.wanted = { ...this.wanted, ...more };
    kept.set(this.actions, this.wanted);
    this.begin();
  }

  /** The whole list is here, or all of it is wanted: nobody need be asked. */
  private get held(): readonly Row[] | null {
    const { rows, total } = this.listing;
    if (isAll(this.wanted)) return rows;
    return rows.length >= total ? this.matching() : null;
  }

  private matching(): readonly Row[] {
    return this.listing.rows.filter((row) => isWanted(this.listing, row, this.wanted));
  }

  private begin(): void {
    this.turn++;
    const { held, listing } = this;
    this.note.hidden = true;
    if (held) return this.put(held, isAll(this.wanted) ? listing.total : held.length, true);
    this.ask(0, () => {
      const found = this.matching();
      this.put(found, found.length, true);
      this.tell(`Of ${counted(listing.total)} only the first ${counted(listing.rows.length)} are here.`);
    });
  }

  private next(): void {
    this.ask(this.shown, (why) => this.tell(why));
  }

  private ask(from: number, failed: (why: string) => void): void {
    const { turn, listing, wanted } = this;
    const about = isAll(wanted) ? listing.about : JSON.stringify(wanted);
    this.actions.ask({ what: "rows", list: listing.list, about, from, count: PAGE }).then(
      ({ data }) => {
        if (turn !== this.turn) return;
        const rows = Array.isArray(data["rows"]) ? (data["rows"] as unknown[]) : [];
        const total = Number(data["total"]) || 0;
        this.put(rows.map((row) => (Array.isArray(row) ? row.map(String) : [])), total, from === 0);
      },
      (error: unknown) => {
        if (turn === this.turn) failed(error instanceof Error ? error.message : "No answer");
      },
    );
  }

  private put(rows: readonly Row[], total: number, anew: boolean): void {
    if (anew) {
      this.list.replaceChildren();
      this.shown = 0;
    }
    for (const row of rows) this.list.append(h("div", "", { role: "listitem" }, this.entry(row)));
    this.shown += rows.length;
    this.total = rows.length === 0 ? this.shown : total;
    const all = this.listing.total;
    const of = isAll(this.wanted) ? "" : `${counted(this.total)} of `;
    this.count.textContent = `${of}${counted(all)} node${all === 1 ? "" : "s"}`;
    const rest = this.total - this.shown;
    this.more.hidden = rest <= 0;
    this.more.textContent = `Show ${Math.min(PAGE, rest)} more of ${counted(rest)}`;
    if (this.shown === 0) this.tell(all === 0 ? "Nothing differs" : "None of the changes is like that");
  }

  private tell(words: string): void {
    this.note.hidden = false;
    this.note.textContent = words;
  }

  private entry(row: Row): HTMLElement {
    const { actions } = this;
    const { id, mark, number, name, above, caption, severity } = cells(this.listing, row);
    const words = [name, caption, severity && `${severity} severity`].filter(Boolean);
    const head = [
      ...(number ? [numberMark(number)] : []),
      h("span", "lx-change-name", {}, name),
      ...(severity ? [h("span", `lx-severity lx-severity-${severity}`, {}, severity)] : []),
    ];
    const button = h(
      "button",
      "lx-change",
      { type: "button", title: id, "data-node": id, "aria-label": words.join(", ") },
      h("span", `lx-change-mark${toneOf(mark)}`, { "aria-hidden": "true" }, mark),
      h(
        "span",
        "lx-change-words",
        {},
        h("span", "lx-change-head", {}, ...head),
        h("span", "lx-muted lx-change-caption", {}, caption),
        h("span", "lx-offscreen", {}, above),
      ),
    );
    button.addEventListener("click", () => actions.select(id));
    for (const event of ["pointerenter", "focus"]) button.addEventListener(event, () => actions.hover(id));
    for (const event of ["pointerleave", "blur"]) button.addEventListener(event, () => actions.hover(""));
    return button;
  }
}

function choice(
  label: string,
  entries: readonly (readonly [string, string])[],
  chosen: string,
  pick: (value: string) => void,
): HTMLElement {
  const options = entries.map(([value, words]) => h("option", "", { value, selected: value === chosen }, words));
  const select = h("select", "", { "aria-label": label }, ...options);
  listen(select, "change", () => pick(select.value));
  return select;
}
