// Colours: the theme in force, a node's colour in a mode, and the patterns that go with colour.

import type { StateName } from "./glyphs";
import type { Mode, Scene } from "./wire";

export type ThemeName = "auto" | "light" | "dark";

const TOKENS = [
  "ground",
  "card",
  "pill",
  "line",
  "edge",
  "ink",
  "muted",
  "accent",
  "complete",
  "failed",
  "running",
  "aborted",
  "unknown",
  "changed",
] as const;
type Token = (typeof TOKENS)[number];

/** The theme as the canvas needs it: plain colours and the notebook's font. */
export type Theme = Readonly<Record<Token, string>> & { readonly dark: boolean; readonly font: string };

/** JupyterLab's own answer, null outside of it. */
export function jupyterIsDark(body: HTMLElement = document.body): boolean | null {
  const light = body.dataset["jpThemeLight"];
  return light === undefined ? null : light === "false";
}

/** Decide light or dark and mark the root, on which the style sheet hangs its variables. */
export function applyTheme(root: HTMLElement, wanted: ThemeName): boolean {
  const jupyter = jupyterIsDark();
  const dark = wanted === "auto" ? (jupyter ?? matchMedia("(prefers-color-scheme: dark)").matches) : wanted === "dark";
  root.dataset["theme"] = dark ? "dark" : "light";
  // The notebook's variables fit only while our theme is the notebook's.
  root.toggleAttribute("data-jp", jupyter === dark);
  return dark;
}

/** Call back when the notebook or the system turns light or dark; returns the way to stop. */
export function watchTheme(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
  });
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", callback);
  return () => {
    observer.disconnect();
    system.removeEventListener("change", callback);
  };
}

/** The style sheet's variables as computed colours; a probe resolves var() and color-mix(). */
export function readTheme(root: HTMLElement, dark: boolean): Theme {
  const probe = document.createElement("span");
  root.append(probe);
  const style = getComputedStyle(probe);
  const entries = TOKENS.map((token): [Token, string] => {
    probe.style.color = `var(--lx-${token})`;
    return [token, style.color];
  });
  const font = style.fontFamily;
  probe.remove();
  return { ...(Object.fromEntries(entries) as Record<Token, string>), dark, font };
}

/** Our colours are hex, rgb() or hsl(); anything else is not passed on to a style. */
export function safeColour(colour: string): string | null {
  return /^(#[0-9a-f]{3,8}|(rgb|hsl)a?\([0-9.,%/ deg]+\))$/i.test(colour.trim()) ? colour.trim() : null;
}

export function tokenColour(scene: Scene, token: string, dark: boolean): string | null {
  const pair = scene.palette.get(token);
  return pair ? safeColour(pair[dark ? 1 : 0]) : null;
}

/** The colour mode of that name, else the first, null where there is none. */
export function modeOf(scene: Scene, name: string): Mode | null {
  return scene.modes.find((mode) => mode.name === name) ?? scene.modes.at(0) ?? null;
}

export interface Colouring {
  readonly colour: string | null;
  readonly mark: string;
  readonly pattern: string;
  readonly token: string;
  /** One of several steps of a hue, the palest of which is too pale for text. */
  readonly step: boolean;
}

const isStep = (token: string) => token.startsWith("seq");

const PLAIN: Colouring = { colour: null, mark: "", pattern: "", token: "", step: false };

/** Colours of all entries of a mode, looked up once; index 255 and beyond is plain. */
export function colouring(scene: Scene, mode: Mode | null, dark: boolean): (node: number) => Colouring {
  if (!mode) return () => PLAIN;
  const list = mode.entries.map((entry): Colouring => ({
    colour: tokenColour(scene, entry.token, dark),
    mark: entry.mark,
    pattern: entry.pattern,
    token: entry.token,
    step: isStep(entry.token),
  }));
  const own = (node: number) => list[mode.values[node]] ?? PLAIN;
  const { marks } = mode;
  return marks ? (node) => ({ ...own(node), mark: marks[node] ?? "" }) : own;
}

export interface Share extends Colouring {
  readonly label: string;
  readonly count: number;
}

/** What is written beside a count where there is no drawing of a state. */
const SIGNS: Readonly<Record<string, string>> = { complete: "✓", failed: "✕", running: "○", aborted: "−", unknown: "?" };

/** The colours in a group, the most first. */
export function mixture(scene: Scene, mode: Mode | null, dark: boolean): (node: number) => readonly Share[] {
  if (!mode) return () => [];
  return (node) =>
    (mode.mix.get(node) ?? []).flatMap(([entry, count]) => {
      const it = mode.entries.at(entry);
      if (!it) return [];
      const mark = it.mark || (SIGNS[it.token] ?? "");
      const { token, pattern, label } = it;
      return [{ colour: tokenColour(scene, token, dark), mark, pattern, label, count, token, step: isStep(token) }];
    });
}

export const PATTERNS: ReadonlySet<string> = new Set(["hatch", "dots", "cross", "lines"]);

const tiles = new Map<string, CanvasPattern | null>();

/** A colour, or that colour as a pattern, for filling on a canvas. */
export function fillFor(context: CanvasRenderingContext2D, colour: string, pattern: string): string | CanvasPattern {
  if (!PATTERNS.has(pattern)) return colour;
  const key = `${pattern} ${colour}`;
  let tile = tiles.get(key);
  if (tile === undefined) tiles.set(key, (tile = makeTile(context, colour, pattern)));
  return tile ?? colour;
}

function makeTile(context: CanvasRenderingContext2D, colour: string, pattern: string): CanvasPattern | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 8;
  const c = canvas.getContext("2d");
  if (!c) return null;
  c.strokeStyle = c.fillStyle = colour;
  c.lineWidth = 2;
  c.beginPath();
  if (pattern === "dots") {
    c.arc(2, 2, 1.5, 0, 7);
    c.arc(6, 6, 1.5, 0, 7);
    c.fill();
  } else if (pattern === "lines") {
    c.fillRect(0, 0, 8, 3);
    c.fillRect(0, 4, 8, 3);
  } else {
    for (const s of [-8, 0, 8]) {
      c.moveTo(s, 8);
      c.lineTo(s + 8, 0);
      if (pattern === "cross") {
        c.moveTo(s, 0);
        c.lineTo(s + 8, 8);
      }
    }
    c.stroke();
  }
  return context.createPattern(canvas, "repeat");
}

export const stateColour = (theme: Theme, state: StateName) => theme[state];
