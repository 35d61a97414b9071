// A menu at a place in the picture.

import { h, listen } from "./dom";

export interface MenuItem {
  readonly label: string;
  /** The key that does the same. */
  readonly key?: string;
  readonly action: () => void;
}

export class Menu {
  readonly element = h("div", "lx-menu", { role: "menu", "aria-label": "What to do here", hidden: true });
  private returnTo: Element | null = null;

  private readonly elsewhere = (event: Event) => {
    if (!this.element.contains(event.target as Node | null)) this.hide(false);
  };

  constructor() {
    listen(this.element, "keydown", (event) => this.key(event));
    // A notebook may take the focus to the cell that was clicked in: only one within the view ends it.
    listen(this.element, "focusout", (event) => {
      const to = event.relatedTarget as Node | null;
      const root = this.element.closest(".lx-root");
      if (to && root?.contains(to) && !this.element.contains(to)) this.hide(false);
    });
  }

  show(x: number, y: number, items: readonly MenuItem[]): void {
    if (items.length === 0) return;
    this.returnTo = document.activeElement;
    this.element.replaceChildren(
      ...items.map(({ label, key, action }) => {
        const item = h(
          "button",
          "lx-menu-item",
          { type: "button", role: "menuitem", tabindex: -1 },
          h("span", "", {}, label),
        );
        if (key) item.append(h("kbd", "lx-muted", { "aria-hidden": "true" }, key));
        item.addEventListener("click", () => {
          this.hide(true);
          action();
        });
        return item;
      }),
    );
    this.element.hidden = false;
    document.addEventListener("pointerdown", this.elsewhere, true);
    const room = this.element.parentElement;
    const left = Math.min(x, (room?.clientWidth ?? Infinity) - this.element.offsetWidth - 4);
    const top = Math.min(y, (room?.clientHeight ?? Infinity) - this.element.offsetHeight - 4);
    this.element.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
    this.items[0]?.focus({ preventScroll: true });
  }

  hide(back: boolean): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    document.removeEventListener("pointerdown", this.elsewhere, true);
    if (back && this.returnTo instanceof HTMLElement) this.returnTo.focus({ preventScroll: true });
  }

  private get items(): HTMLElement[] {
    return [...this.element.children] as HTMLElement[];
  }

  private key(event: KeyboardEvent): void {
    const { items } = this;
    const at = items.indexOf(document.activeElement as HTMLElement);
    const next: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (event.key in next) items.at(next[event.key] % items.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.hide(true);
    else if (event.key === "Enter" || event.key === " ") items[at]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
