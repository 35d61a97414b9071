// A long list in the panel: only the rows in sight are made, the others are asked for when needed.

import { h } from "./dom";
import { icon, stateGlyph, stateName } from "./glyphs";
import type { Answer, Question } from "./host";
import { counted, plain } from "./plain";
import { localTime } from "./ticks";

export interface ListActions {
  ask(question: Question): Promise<Answer>;
  /** A row was chosen by its key. */
  open(list: string, key: string): void;
}

export interface Listing {
  readonly list: string;
  readonly about: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly total: number;
}

export const ROW_HEIGHT = 23;
const PAGE = 100;
const AHEAD = 8;
const ALL_AT_ONCE = 100;

/** The rows to be made for what is in sight: a few more each way, inside the list. */
export function inSight(top: number, height: number, total: number): [from: number, to: number] {
  const from = Math.max(0, Math.floor(top / ROW_HEIGHT) - AHEAD);
  return [from, Math.min(total, Math.ceil((top + height) / ROW_HEIGHT) + AHEAD)];
}

const UTC = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/;

/** Text as it is shown, and what the hover says: times in the reader's zone, in UTC on hover. */
export function worded(text: string): [shown: string, title: string] {
  if (!UTC.test(text)) return [text, text];
  return [localTime(Date.parse(text.replace(" UTC", "Z").replace(" ", "T"))), text];
}

const RUNS = new Set(["runs of job", "runs of dataset", "children of run", "quality"]);
export const opensRun = (list: string): boolean => RUNS.has(list);

export function listBlock(listing: Listing, actions: ListActions): HTMLElement {
  const head = h(
    "thead",
    "",
    {},
    h("tr", "", {}, ...listing.columns.map((name) => h("th", "", { scope: "col" }, plain(name)))),
  );
  const body = h("tbody");
  const scroll = h(
    "div",
    "lx-table",
    { tabindex: 0, role: "region", "aria-label": `${counted(listing.total)} rows` },
    h("table", "", {}, head, body),
  );
  const note = h("p", "lx-note", { hidden: true });
  const element = h("div", "lx-block", {}, scroll, note);
  const row = (cells: readonly string[]) => makeRow(listing, cells, actions);
  if (listing.total <= ALL_AT_ONCE) {
    body.append(...listing.rows.map(row));
    return element;
  }
  note.hidden = false;
  note.textContent = `${counted(listing.total)} rows`;
  new Scrolled(listing, scroll, body, head, row, actions, (words) => (note.textContent = words));
  return element;
}

function makeRow(listing: Listing, cells: readonly string[], actions: ListActions): HTMLElement {
  const [key, ...words] = cells;
  const target = key && (opensRun(listing.list) || listing.list === "io of run") ? key : "";
  return h(
    "tr",
    "",
    {},
    ...words.map((cell, i) => {
      const [shown, title] = worded(plain(cell));
      const content: (Node | string)[] = [shown];
      const state = listing.columns[i] === "state" ? stateName(cell) : null;
      if (state) {
        const mark = icon(stateGlyph(state), 11);
        mark.classList.add(`lx-state-${state}`);
        content.unshift(mark);
        content[1] = shown.toLowerCase();
      }
      if (target && listing.columns[i] === (listing.list === "io of run" ? "name" : "started")) {
        const link = h("button", "lx-link", { type: "button" }, ...content);
        link.addEventListener("click", () => actions.open(listing.list, target));
        return h("td", "", { title }, link);
      }
      return h("td", "", { title }, ...content);
    }),
  );
}

/** Rows between two spacers; pages are fetched once and kept. */
class Scrolled {
  private readonly pages = new Map<number, readonly (readonly string[])[]>();
  private readonly asked = new Set<number>();
  private total: number;
  private frozen = false;

  constructor(
    private readonly listing: Listing,
    private readonly scroll: HTMLElement,
    private readonly body: HTMLElement,
    private readonly head: HTMLElement,
    private readonly row: (cells: readonly string[]) => HTMLElement,
    private readonly actions: ListActions,
    private readonly note: (words: string) => void,
  ) {
    this.total = listing.total;
    this.pages.set(0, listing.rows);
    scroll.classList.add("lx-long");
    scroll.addEventListener("scroll", () => this.render());
    this.render();
  }

  private render(): void {
    if (!this.frozen && this.scroll.scrollTop > 0) this.freeze();
    const [from, to] = inSight(this.scroll.scrollTop, this.scroll.clientHeight || 420, this.total);
    for (let page = Math.floor(from / PAGE); page * PAGE < to; page++) this.fetch(page);
    const rows: HTMLElement[] = [spacer(from)];
    for (let i = from; i < to; i++) {
      const cells = this.pages.get(Math.floor(i / PAGE))?.[i % PAGE];
      rows.push(this.row(cells ?? ["", ...this.listing.columns.map((_, at) => (at === 0 ? "…" : ""))]));
    }
    rows.push(spacer(this.total - to));
    this.body.replaceChildren(...rows);
  }

  /** Widths stay as the first rows made them. */
  private freeze(): void {
    this.frozen = true;
    for (const cell of this.head.querySelectorAll("th")) cell.style.width = `${cell.offsetWidth}px`;
    this.scroll.classList.add("lx-frozen");
  }

  private fetch(page: number): void {
    if (this.pages.has(page) || this.asked.has(page)) return;
    this.asked.add(page);
    const { list, about } = this.listing;
    this.actions.ask({ what: "rows", list, about, from: page * PAGE, count: PAGE }).then(
      ({ data }) => {
        const rows = Array.isArray(data["rows"]) ? (data["rows"] as unknown[]) : [];
        this.pages.set(page, rows.map((row) => (Array.isArray(row) ? row.map(String) : [])));
        this.render();
      },
      (error: unknown) => {
        this.total = this.listing.rows.length;
        const why = error instanceof Error ? error.message : "";
        this.note(`first ${counted(this.total)} of ${counted(this.listing.total)} rows. ${why}`);
        this.render();
      },
    );
  }
}

function spacer(rows: number): HTMLElement {
  const cell = h("td", "lx-spacer", { colspan: 99 });
  cell.style.height = `${rows * ROW_HEIGHT}px`;
  const row = h("tr", "", { "aria-hidden": "true" }, cell);
  row.hidden = rows === 0;
  return row;
}
