// What is special about the present picture, each with a way to undo it: open groups, paths, a column.

import { h } from "./dom";
import { icon } from "./glyphs";

export interface Crumb {
  readonly text: string;
  readonly title?: string;
  /** More to do with it than undo it. */
  readonly also?: readonly (readonly [label: string, action: () => void])[];
  readonly undo: string;
  readonly close: () => void;
}

export class Crumbs {
  readonly element = h("div", "lx-crumbs", { role: "group", "aria-label": "In this picture", hidden: true });

  update(crumbs: readonly Crumb[]): void {
    this.element.hidden = crumbs.length === 0;
    this.element.replaceChildren(...crumbs.map(chip));
  }
}

function chip({ text, title, also = [], undo, close }: Crumb): HTMLElement {
  const cross = h("button", "lx-crumb-close", { type: "button", "aria-label": undo, title: undo }, icon("close", 10));
  cross.addEventListener("click", close);
  const more = also.map(([label, action]) => {
    const button = h("button", "lx-link", { type: "button" }, label);
    button.addEventListener("click", action);
    return button;
  });
  return h("span", "lx-crumb", {}, h("span", "lx-crumb-text", { title: title ?? text }, text), ...more, cross);
}
