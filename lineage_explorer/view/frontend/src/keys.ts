// Which key means what: a pure table, so that it can be tested and listed in the help.

import type { Arrow } from "./graph";

export type Command =
  | { readonly name: "walk"; readonly arrow: Arrow }
  | { readonly name: "zoom"; readonly factor: number }
  | { readonly name: "select"; readonly add: boolean }
  | { readonly name: "focus" | "open" | "fit" | "search" | "help" | "escape" | "back" | "forward" | "copy" | "code" | "side" }
  | { readonly name: "hide" | "pin" | "path" | "menu" | "upstream" | "downstream" };

export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const ARROWS: ReadonlyMap<string, Arrow> = new Map([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
]);

const PLAIN: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["+", { name: "zoom", factor: 1.25 }],
  ["=", { name: "zoom", factor: 1.25 }],
  ["-", { name: "zoom", factor: 0.8 }],
  ["0", { name: "fit" }],
  ["f", { name: "focus" }],
  ["o", { name: "open" }],
  ["/", { name: "search" }],
  ["c", { name: "copy" }],
  ["y", { name: "code" }],
  ["d", { name: "side" }],
  ["?", { name: "help" }],
  ["x", { name: "hide" }],
  ["p", { name: "pin" }],
  ["b", { name: "path" }],
  ["m", { name: "menu" }],
  ["ContextMenu", { name: "menu" }],
  ["[", { name: "upstream" }],
  ["]", { name: "downstream" }],
  ["Escape", { name: "escape" }],
]);

export function commandOf(press: Press): Command | null {
  if (press.altKey)
    return press.key === "ArrowLeft" ? { name: "back" } : press.key === "ArrowRight" ? { name: "forward" } : null;
  if (press.key === "Enter" || press.key === " ")
    return { name: "select", add: press.shiftKey || press.ctrlKey || press.metaKey };
  // The browser's own shortcuts (Ctrl +, Ctrl F) stay the browser's.
  if (press.ctrlKey || press.metaKey) return null;
  const arrow = ARROWS.get(press.key);
  return arrow ? { name: "walk", arrow } : (PLAIN.get(press.key) ?? null);
}
