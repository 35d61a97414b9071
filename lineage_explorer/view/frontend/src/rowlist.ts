// The columns inside an open card: all of a short schema, a window with a search on a long one.

import { h, listen } from "./dom";
import type { Lit } from "./graph";
import { icon } from "./glyphs";
import { Schema } from "./schema";
import { toneName } from "./sides";
import type { Scene } from "./wire";

export interface RowActions {
  /** What is scrolled or searched has moved rows: lines must follow. */
  moved(node: number): void;
  choose(node: number, row: number): void;
  /** The keyboard has come to the list. */
  entered(node: number): void;
}

const SPARE = 2;

export class RowList {
  readonly element = h("div", "lx-rows");
  private readonly box: HTMLElement;
  private readonly filler = h("div", "lx-filler");
  private lit: Lit | null = null;
  private active = -1;

  constructor(
    private readonly scene: Scene,
    private readonly node: number,
    private readonly schema: Schema,
    private readonly actions: RowActions,
    private readonly id: string,
  ) {
    const { label } = scene.nodes;
    this.box = h("div", "lx-row-box", {
      role: "listbox",
      tabindex: 0,
      "aria-label": `Columns of ${label[node]}`,
    });
    if (this.long) this.element.append(this.finder());
    this.element.append(this.box);
    listen(this.box, "keydown", (event) => this.key(event));
    listen(this.element, "focusin", () => actions.entered(node));
    if (this.long) {
      this.box.classList.add("lx-scroll");
      this.box.style.height = `${scene.metrics.rows * scene.metrics.row}px`;
      this.box.append(this.filler);
      listen(this.box, "scroll", () => {
        if (this.box.scrollTop === schema.of(scene, node).top) return;
        schema.set(scene, node, { top: this.box.scrollTop });
        this.fill();
        actions.moved(node);
      });
    }
    this.fill();
  }

  private get long(): boolean {
    return Schema.isLong(this.scene, this.node);
  }

  /** Called once the list is in the page: only then can it be scrolled. */
  settle(): void {
    if (this.long) this.box.scrollTop = this.schema.of(this.scene, this.node).top;
    this.fill();
  }

  touch(lit: Lit | null): void {
    this.lit = lit;
    for (const row of this.box.querySelectorAll<HTMLElement>(".lx-row")) this.mark(row);
  }

  private finder(): HTMLElement {
    const { scene, node, schema } = this;
    const input = h("input", "lx-find", {
      type: "text",
      placeholder: `Find in ${scene.rows.get(node)?.length ?? 0} columns`,
      "aria-label": `Find a column of ${scene.nodes.label[node]}`,
      spellcheck: "false",
      autocomplete: "off",
    });
    input.value = schema.of(scene, node).find;
    listen(input, "input", () => {
      schema.set(scene, node, { find: input.value, top: 0 });
      this.box.scrollTop = 0;
      this.active = -1;
      this.fill();
      this.actions.moved(node);
    });
    listen(input, "keydown", (event) => {
      if (event.key === "Escape" && input.value === "") return;
      if (event.key === "Escape") {
        input.value = "";
        input.dispatchEvent(new Event("input"));
      }
      event.stopPropagation();
    });
    const box = h("div", "lx-finder", {}, icon("search", 11), input);
    box.style.height = `${scene.metrics.finder}px`;
    return box;
  }

  private fill(): void {
    const { scene, node, schema } = this;
    const { row: height, rows: seen } = scene.metrics;
    const list = schema.rows(scene, node);
    const first = this.long ? Math.max(0, Math.floor(schema.of(scene, node).top / height) - SPARE) : 0;
    const shown = this.long ? list.slice(first, first + seen + 2 * SPARE) : list;
    const made = shown.map((row, at) => this.row(row, (first + at) * height, first + at, list.length));
    if (this.long) {
      this.filler.style.height = `${list.length * height}px`;
      this.filler.replaceChildren(...made);
      if (list.length === 0) this.filler.append(h("div", "lx-row lx-more", {}, "No column is called that"));
    } else {
      this.box.replaceChildren(...made);
    }
  }

  private row(row: number, top: number, place: number, of: number): HTMLElement {
    const [name, type, mark] = this.scene.rows.get(this.node)![row];
    const element = h(
      "div",
      "lx-row",
      {
        role: "option",
        id: `${this.id}-row-${row}`,
        "data-row": row,
        "aria-selected": "false",
        "aria-posinset": place + 1,
        "aria-setsize": of,
      },
      h("span", "lx-row-name", {}, name),
    );
    element.style.height = `${this.scene.metrics.row}px`;
    if (this.long) element.style.top = `${top}px`;
    if (mark === "masked") {
      const lock = h("span", "lx-chip lx-masked", {}, icon("lock", 9), mark);
      element.append(lock);
    } else if (mark) element.append(h("span", "lx-chip", {}, mark));
    const tone = toneName(mark);
    if (tone) element.classList.add(`lx-row-mark-${tone}`);
    if (type) element.append(h("span", "lx-row-type", {}, type));
    this.mark(element);
    return element;
  }

  private mark(element: HTMLElement): void {
    const row = Number(element.dataset["row"]);
    const key = `${this.node}:${row}`;
    element.classList.toggle("lx-lit", Boolean(this.lit?.rows.has(key)));
    element.classList.toggle("lx-indirect", Boolean(this.lit?.indirect.has(key)));
    const chosen = this.lit?.chosen === key;
    element.classList.toggle("lx-chosen", chosen);
    element.setAttribute("aria-selected", String(chosen));
    element.classList.toggle("lx-row-active", row === this.active);
  }

  private key(event: KeyboardEvent): void {
    const list = this.schema.rows(this.scene, this.node);
    const at = list.indexOf(this.active);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 };
    if (event.key in steps) {
      this.active = list[Math.max(0, Math.min(list.length - 1, steps[event.key]))] ?? -1;
      if (this.schema.bring(this.scene, this.node, [this.active])) this.settle();
      else this.fill();
      this.box.setAttribute("aria-activedescendant", `${this.id}-row-${this.active}`);
      this.actions.moved(this.node);
    } else if ((event.key === "Enter" || event.key === " ") && this.active >= 0) {
      this.actions.choose(this.node, this.active);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
