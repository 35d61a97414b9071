// The help overlay: keys, lines, and the selection language in short.

import { h, listen } from "./dom";
import { tool } from "./toolbar";

const KEYS = [
  ["← →", "to the neighbour upstream, downstream"],
  ["↑ ↓", "to the next in the same column"],
  ["Enter", "select; twice: focus on it"],
  ["f", "focus on it"],
  ["o", "open or close its columns"],
  ["[ ]", "show more or collapse upstream, downstream"],
  ["x p", "hide it, pin it"],
  ["b", "paths: press it at both ends"],
  ["m", "a menu of all of this"],
  ["+ − 0", "zoom in, out, fit"],
  ["/", "search; Tab takes a suggestion"],
  ["c y", "copy its id, Python for this view"],
  ["d", "of a diff: both sides, after, before"],
  ["Alt ← Alt →", "back, forward"],
  ["Esc", "close, clear"],
] as const;

const MOUSE = [
  ["click", "select; with Shift or Ctrl: add"],
  ["double click", "focus on it"],
  ["+12", "show what is left out there; of many, a list to choose from"],
  ["a group", "open it; Esc or × closes it"],
  ["a column", "light all that it comes from and goes to"],
  ["right click", "what can be done with a node"],
  ["wheel", "zoom, once the picture is clicked; with Ctrl always"],
] as const;

const TIME = [
  ["drag", "as of a time; in Window: another window, or its ends"],
  ["click", "one run: what it read and wrote; Shift and drag: a window"],
  ["wheel + − 0", "zoom the time, all of it"],
  ["← →", "to where a run begins; ten with Shift"],
  ["Space", "play forward"],
  ["Esc", "all runs; so does a double click"],
] as const;

const LANGUAGE = [
  ["orders", "a name, its unambiguous end, or a glob: raw.*"],
  ["+orders", "and all that leads to it"],
  ["orders+2", "and what it feeds, two hops"],
  ["owner:team-a", "kind namespace name owner tag state place integration field"],
  ["a and not b", "and, or, not, brackets"],
  ["roots(+x)", "roots(…), sinks(…)"],
] as const;

const LINES = [
  ["solid", "declared, or known by columns"],
  ["thin", "implied: every input to every output"],
  ["dashed", "one job hands over to the next"],
  ["red dashes, green", "of a diff: only before, only after"],
  ["dotted", "a column used indirectly (join, filter, group by)"],
] as const;

function section(title: string, rows: readonly (readonly [string, string])[], code = true): HTMLElement {
  const list = h("dl", "lx-help-list");
  for (const [term, meaning] of rows) list.append(h("dt", code ? "lx-mono" : "", {}, term), h("dd", "", {}, meaning));
  return h("section", "", {}, h("h3", "", {}, title), list);
}

export class Help {
  readonly element = h("div", "lx-help", { role: "dialog", "aria-label": "Help", hidden: true, tabindex: -1 });
  private returnTo: Element | null = null;

  constructor() {
    const close = tool("close", "Close help", () => this.toggle(false));
    close.classList.add("lx-help-close");
    this.element.append(
      close,
      h(
        "div",
        "lx-help-grid",
        {},
        section("Keys", KEYS),
        section("Selection language", LANGUAGE),
        section("The strip of runs", TIME),
        section("Mouse and touch", MOUSE, false),
        section("Lines", LINES, false),
      ),
    );
    listen(this.element, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.toggle(false);
    });
  }

  toggle(open = this.element.hidden): void {
    if (open === !this.element.hidden) return;
    if (open) this.returnTo = document.activeElement;
    this.element.hidden = !open;
    if (open) this.element.focus({ preventScroll: true });
    else if (this.returnTo instanceof HTMLElement) this.returnTo.focus({ preventScroll: true });
  }
}
