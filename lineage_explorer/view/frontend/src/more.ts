// The list behind "+n more": found by name, any of it or all of it can be shown.

import { h, listen } from "./dom";
import type { Suggestion } from "./host";
import { matching, readMore } from "./leftout";
import { counted } from "./plain";
import { plain } from "./plain";
import { tool } from "./toolbar";

export interface MoreActions {
  /** Show these besides. */
  add(ids: readonly string[]): void;
  /** Show all of what is behind a stub. */
  all(stub: string): void;
  closed(): void;
}

const ROW = 34;
const SPARE = 3;

export class More {
  readonly element = h("div", "lx-more-list", { role: "dialog", "aria-label": "What is left out here", hidden: true });
  private stub = "";
  private items: Suggestion[] | null = null;
  private found: readonly Suggestion[] = [];
  private readonly chosen = new Set<string>();
  private active = 0;
  private readonly title = h("span", "lx-more-title");
  private readonly input: HTMLInputElement;
  private readonly box: HTMLElement;
  private readonly filler = h("div", "lx-filler");
  private readonly some = h("button", "lx-button lx-primary", { type: "button" });
  private readonly every = h("button", "lx-button", { type: "button" });

  constructor(
    private readonly actions: MoreActions,
    private readonly prefix: string,
  ) {
    this.input = h("input", "lx-find", {
      type: "text",
      placeholder: "Find by name or kind",
      "aria-label": "Find among what is left out",
      "aria-controls": `${prefix}-more`,
      spellcheck: "false",
      autocomplete: "off",
    });
    this.box = h("div", "lx-more-box lx-scroll", {
      role: "listbox",
      id: `${prefix}-more`,
      tabindex: 0,
      "aria-multiselectable": "true",
      "aria-label": "Left out",
    });
    this.box.append(this.filler);
    this.element.append(
      h("div", "lx-more-head", {}, this.title, tool("close", "Close the list", () => this.close())),
      this.input,
      this.box,
      h("div", "lx-more-foot", {}, this.some, this.every),
    );
    listen(this.input, "input", () => this.search());
    listen(this.box, "scroll", () => this.fill());
    listen(this.box, "click", (event) => {
      const row = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
      if (!row) return;
      this.active = Number(row.dataset["place"]);
      this.toggle();
    });
    listen(this.element, "keydown", (event) => this.key(event));
    this.some.addEventListener("click", () => this.take());
    this.every.addEventListener("click", () => {
      const { stub } = this;
      this.close();
      this.actions.all(stub);
    });
  }

  /** Open beside a place, empty until the answer is there. */
  open(stub: string, title: string, x: number, y: number): void {
    this.stub = stub;
    this.items = null;
    this.chosen.clear();
    this.input.value = "";
    this.title.textContent = title;
    this.element.hidden = false;
    this.search();
    const room = this.element.parentElement;
    const left = Math.min(x, (room?.clientWidth ?? Infinity) - this.element.offsetWidth - 8);
    const top = Math.min(y, (room?.clientHeight ?? Infinity) - this.element.offsetHeight - 8);
    this.element.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
    this.input.focus({ preventScroll: true });
  }

  answered(json: string): void {
    if (this.element.hidden) return;
    const items = readMore(json, this.stub);
    if (!items) return;
    this.items = items;
    this.search();
  }

  close(): boolean {
    if (this.element.hidden) return false;
    this.element.hidden = true;
    this.actions.closed();
    return true;
  }

  private take(): void {
    const ids = [...this.chosen];
    if (ids.length === 0) return;
    this.close();
    this.actions.add(ids);
  }

  private search(): void {
    this.found = matching(this.items ?? [], this.input.value);
    this.active = 0;
    this.box.scrollTop = 0;
    this.fill();
  }

  private fill(): void {
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - SPARE);
    const shown = this.found.slice(first, first + Math.ceil(this.box.clientHeight / ROW) + 2 * SPARE);
    this.filler.style.height = `${Math.max(1, this.found.length) * ROW}px`;
    this.filler.replaceChildren(...shown.map((item, at) => this.row(item, first + at)));
    if (this.found.length === 0)
      this.filler.append(h("p", "lx-more-none lx-muted", {}, this.items ? "Nothing here is called that" : "…"));
    this.box.setAttribute("aria-activedescendant", this.found.length ? `${this.prefix}-more-${this.active}` : "");
    this.some.textContent = this.chosen.size ? `Show ${counted(this.chosen.size)}` : "Show chosen";
    this.some.disabled = this.chosen.size === 0;
    this.every.textContent = this.items ? `Show all ${counted(this.items.length)}` : "Show all";
  }

  private row([id, label, above, kind]: Suggestion, place: number): HTMLElement {
    const on = this.chosen.has(id);
    const row = h(
      "div",
      `lx-more-row${place === this.active ? " lx-row-active" : ""}`,
      {
        role: "option",
        id: `${this.prefix}-more-${place}`,
        "data-place": place,
        "aria-selected": String(on),
        "aria-posinset": place + 1,
        "aria-setsize": this.found.length,
        title: plain(id),
      },
      h("span", "lx-tick", { "aria-hidden": "true" }, on ? "✓" : ""),
      h("span", "lx-more-name", {}, plain(label)),
      h("span", "lx-muted lx-more-kind", {}, plain([above, kind].filter(Boolean).join(" · "))),
    );
    row.style.top = `${place * ROW}px`;
    return row;
  }

  private toggle(): void {
    const item = this.found.at(this.active);
    if (!item) return;
    if (!this.chosen.delete(item[0])) this.chosen.add(item[0]);
    this.fill();
  }

  private key(event: KeyboardEvent): void {
    const inButton = event.target instanceof HTMLButtonElement;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key === "Escape") this.close();
    else if (event.key in steps) this.move(this.active + steps[event.key]);
    else if (event.key === "Enter" && !inButton) {
      if (this.chosen.size === 0) this.toggle();
      this.take();
    } else if (event.key === " " && event.target === this.box) this.toggle();
    else {
      event.stopPropagation();
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private move(to: number): void {
    this.active = Math.max(0, Math.min(this.found.length - 1, to));
    const top = this.active * ROW;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    if (top + ROW > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + ROW - this.box.clientHeight;
    this.fill();
  }
}
