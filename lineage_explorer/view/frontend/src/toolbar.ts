// The bar above the picture.

import { h } from "./dom";
import { icon, type Glyph } from "./glyphs";
import type { ThemeName } from "./paint";
import type { Mode } from "./wire";

export interface ToolbarActions {
  go(step: -1 | 1): void;
  hops(value: number): void;
  color(name: string): void;
  theme(name: ThemeName): void;
  fit(): void;
  zoom(factor: number): void;
  fullScreen(): void;
  help(): void;
}

export interface ToolbarState {
  readonly canGoBack: boolean;
  readonly canGoForward: boolean;
  readonly summary: string;
  readonly hops: number;
  /** Whether hops mean anything: there is a focus, and a kernel to go further. */
  readonly around: boolean;
  readonly modes: readonly Mode[];
  readonly color: string;
  readonly theme: ThemeName;
}

const HOPS = [1, 2, 3, 99] as const;
const THEMES: Record<ThemeName, { next: ThemeName; glyph: Glyph }> = {
  auto: { next: "light", glyph: "half" },
  light: { next: "dark", glyph: "sun" },
  dark: { next: "auto", glyph: "moon" },
};

export class Toolbar {
  readonly element = h("div", "lx-bar-top", { role: "toolbar", "aria-label": "Lineage view" });
  private readonly back: HTMLButtonElement;
  private readonly forward: HTMLButtonElement;
  private readonly summary = h("span", "lx-summary");
  private readonly hopButtons: HTMLButtonElement[];
  private readonly hopGroup: HTMLElement;
  private readonly colour = h("select", "lx-select", { "aria-label": "Colour by" });
  private readonly colourBox: HTMLElement;
  private readonly theme: HTMLButtonElement;
  private themeName: ThemeName = "auto";
  private shownModes: readonly Mode[] | null = null;

  constructor(search: HTMLElement, share: HTMLElement, actions: ToolbarActions) {
    this.back = tool("back", "Back", () => actions.go(-1));
    this.forward = tool("forward", "Forward", () => actions.go(1));
    this.hopButtons = HOPS.map((hops) => {
      const text = hops === 99 ? "all" : String(hops);
      const button = h(
        "button",
        "lx-segment",
        { type: "button", "aria-label": hops === 99 ? "All hops" : `${hops} ${hops === 1 ? "hop" : "hops"}` },
        text,
      );
      button.addEventListener("click", () => actions.hops(hops));
      return button;
    });
    this.hopGroup = h(
      "span",
      "lx-hops",
      { role: "group", "aria-label": "Hops each way" },
      h("span", "lx-muted lx-wide", {}, "Hops"),
      h("span", "lx-segments", {}, ...this.hopButtons),
    );
    this.colour.addEventListener("change", () => actions.color(this.colour.value));
    this.colourBox = h("label", "lx-colour", {}, h("span", "lx-muted lx-wide", {}, "Colour"), this.colour);
    this.theme = tool("half", "Theme", () => actions.theme(THEMES[this.themeName].next));
    const fullScreen = tool("full", "Full screen", () => actions.fullScreen());
    fullScreen.hidden = !document.fullscreenEnabled;
    const zoom = h(
      "span",
      "lx-group lx-wide",
      {},
      tool("minus", "Zoom out", () => actions.zoom(1 / 1.25)),
      tool("plus", "Zoom in", () => actions.zoom(1.25)),
    );
    const help = h("button", "lx-tool", { type: "button", "aria-label": "Help", title: "Help (?)" }, "?");
    help.addEventListener("click", () => actions.help());
    this.element.append(
      h("span", "lx-group", {}, this.back, this.forward),
      search,
      this.summary,
      h("span", "lx-spring"),
      this.hopGroup,
      this.colourBox,
      zoom,
      h(
        "span",
        "lx-group",
        {},
        tool("fit", "Fit to view", () => actions.fit()),
        share,
        this.theme,
        fullScreen,
        help,
      ),
    );
  }

  update(state: ToolbarState): void {
    this.back.disabled = !state.canGoBack;
    this.forward.disabled = !state.canGoForward;
    this.summary.textContent = state.summary;
    this.summary.title = state.summary;
    this.hopGroup.hidden = !state.around;
    this.hopButtons.forEach((button, i) => button.setAttribute("aria-pressed", String(HOPS[i] === state.hops)));
    if (this.shownModes !== state.modes) {
      this.shownModes = state.modes;
      this.colour.replaceChildren(
        ...state.modes.map((mode) => h("option", "", { value: mode.name }, mode.title || mode.name)),
      );
    }
    this.colour.value = state.color;
    this.colourBox.hidden = state.modes.length === 0;
    if (this.themeName !== state.theme || !this.theme.title) {
      this.themeName = state.theme;
      this.theme.replaceChildren(icon(THEMES[state.theme].glyph, 14));
      this.theme.setAttribute("aria-label", `Theme: ${state.theme}`);
      this.theme.title = `Theme: ${state.theme}`;
    }
  }
}

/** A square button with a drawing; the label is its name and its hover text. */
export function tool(glyph: Glyph, label: string, action: () => void): HTMLButtonElement {
  const button = h("button", "lx-tool", { type: "button", "aria-label": label, title: label }, icon(glyph, 14));
  button.addEventListener("click", action);
  return button;
}
