// The side panel: what is known of the chosen node or edge.

import { makeBlock, type BlockActions } from "./blocks";
import { copyButton, h, listen } from "./dom";
import { icon, stateGlyph, stateName } from "./glyphs";
import { parse } from "./host";
import { plain } from "./plain";
import { tool } from "./toolbar";

export interface Detail {
  readonly for: string;
  readonly kind: string;
  readonly title: string;
  readonly above: string;
  readonly state: string;
  readonly tabs: readonly { readonly name: string; readonly blocks: readonly unknown[] }[];
}

export const PANEL_WIDTH = 344;
const MIN_WIDTH = 240;

/** The detail if the JSON is one, else null. */
export function readDetail(json: string): Detail | null {
  const value = parse(json);
  if (typeof value !== "object" || value === null) return null;
  const raw = value as Record<string, unknown>;
  const word = (name: string) => (typeof raw[name] === "string" ? raw[name] : "");
  const tabs = Array.isArray(raw["tabs"]) ? (raw["tabs"] as unknown[]) : [];
  return {
    for: word("for"),
    kind: word("kind"),
    title: word("title"),
    above: word("above"),
    state: word("state"),
    tabs: tabs
      .filter((tab): tab is Record<string, unknown> => typeof tab === "object" && tab !== null)
      .map((tab) => ({
        name: typeof tab["name"] === "string" ? tab["name"] : "",
        blocks: Array.isArray(tab["blocks"]) ? tab["blocks"] : [],
      })),
  };
}

export class Panel {
  readonly element = h("aside", "lx-panel", { "aria-label": "Details", hidden: true });
  private readonly content = h("div", "lx-panel-content");
  private width = PANEL_WIDTH;
  private closed = false;
  private detail: Detail | null = null;
  private tab = "";

  constructor(
    private readonly actions: BlockActions,
    private readonly changed: () => void,
    private readonly prefix: string,
  ) {
    this.element.append(this.grip(), this.content);
    this.element.style.width = `${this.width}px`;
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Show a detail; a new one opens the panel even if it was closed before. */
  update(json: string): void {
    const next = readDetail(json);
    // Over a small picture the list of a diff waits to be asked for.
    if (next && next.for !== this.detail?.for) this.closed = next.kind === "diff" && this.over();
    this.detail = next;
    this.render();
  }

  /** Open again what Escape has closed. */
  reopen(): void {
    if (!this.closed) return;
    this.closed = false;
    this.render();
  }

  close(): boolean {
    if (!this.open) return false;
    this.closed = true;
    this.render();
    return true;
  }

  /** The root has its size: what lies over the picture unasked goes. */
  tuck(): void {
    if (this.detail?.kind === "diff" && this.over()) this.close();
  }

  private over(): boolean {
    return this.element.closest(".lx-narrow") !== null;
  }

  private render(): void {
    const { detail } = this;
    const hide = !detail || this.closed;
    const turned = hide !== this.element.hidden;
    this.element.hidden = hide;
    if (detail && !hide) this.fill(detail);
    else this.content.replaceChildren();
    if (turned) this.changed();
  }

  private fill(detail: Detail): void {
    const state = stateName(detail.state);
    const title = h("h2", "lx-panel-title");
    if (state) {
      const mark = icon(stateGlyph(state), 14);
      mark.classList.add(`lx-state-${state}`);
      title.append(mark);
    }
    title.append(plain(detail.title));
    const close = tool("close", "Close details", () => this.close());
    const head = h(
      "header",
      "lx-panel-head",
      {},
      h(
        "div",
        "lx-panel-above",
        {},
        h(
          "span",
          "lx-panel-place",
          { title: plain(detail.above) },
          plain([detail.above, detail.kind].filter(Boolean).join(" · ")),
        ),
        ...(detail.for ? [copyButton("Copy id", () => detail.for.replace("\0", " → "))] : []),
        close,
      ),
      title,
    );
    const current = detail.tabs.some((tab) => tab.name === this.tab) ? this.tab : (detail.tabs[0]?.name ?? "");
    const body = h("div", "lx-panel-body", { role: "tabpanel", id: `${this.prefix}-tabpanel`, tabindex: 0 });
    const bar = h("div", "lx-tabs", { role: "tablist", "aria-label": "Details" });
    const show = (name: string) => {
      const tab = detail.tabs.find((it) => it.name === name);
      body.replaceChildren(...(tab?.blocks ?? []).map((block) => makeBlock(block, this.actions)));
      body.setAttribute("aria-label", name);
      for (const button of bar.children) {
        const on = (button as HTMLElement).dataset["name"] === name;
        button.setAttribute("aria-selected", String(on));
        button.setAttribute("tabindex", on ? "0" : "-1");
      }
    };
    for (const tab of detail.tabs) {
      const button = h(
        "button",
        "lx-tab",
        { type: "button", role: "tab", "data-name": tab.name, "aria-controls": `${this.prefix}-tabpanel` },
        tab.name,
      );
      button.addEventListener("click", () => show((this.tab = tab.name)));
      bar.append(button);
    }
    listen(bar, "keydown", (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      const buttons = [...bar.children] as HTMLElement[];
      const at = buttons.findIndex((button) => button.getAttribute("aria-selected") === "true");
      const next = buttons[(at + step + buttons.length) % buttons.length];
      next.click();
      next.focus();
    });
    bar.hidden = detail.tabs.length < 2;
    show(current);
    this.content.replaceChildren(head, bar, body);
  }

  /** The left edge: drag it, or use the arrow keys on it. */
  private grip(): HTMLElement {
    const grip = h("div", "lx-grip", {
      role: "separator",
      "aria-orientation": "vertical",
      "aria-label": "Width of the details",
      tabindex: 0,
      "aria-valuenow": this.width,
    });
    const resize = (width: number) => {
      const room = this.element.parentElement?.clientWidth ?? 1000;
      this.width = Math.round(Math.max(MIN_WIDTH, Math.min(width, room * 0.7)));
      this.element.style.width = `${this.width}px`;
      grip.setAttribute("aria-valuenow", String(this.width));
      this.changed();
    };
    let from: { x: number; width: number } | null = null;
    listen(grip, "pointerdown", (event) => {
      from = { x: event.clientX, width: this.width };
      grip.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    listen(grip, "pointermove", (event) => {
      if (from) resize(from.width + from.x - event.clientX);
    });
    listen(grip, "pointerup", () => (from = null));
    listen(grip, "pointercancel", () => (from = null));
    listen(grip, "keydown", (event) => {
      const step = event.key === "ArrowLeft" ? 16 : event.key === "ArrowRight" ? -16 : 0;
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      resize(this.width + step);
    });
    return grip;
  }
}
