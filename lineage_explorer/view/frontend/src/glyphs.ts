// Our own small drawings, one path each in a box of 12, stroked; no fonts, no emoji.

const PATHS = {
  table: "M1.5 2.5h9v7h-9zM1.5 5h9M5 5v4.5",
  view: "M1 6c1.4-2.2 3-3.3 5-3.3S9.6 3.8 11 6c-1.4 2.2-3 3.3-5 3.300S2.4 8.2 1 6zM7.5 6A1.5 1.5 0 1 1 4.5 6A1.5 1.5 0 1 1 7.5 6",
  file: "M2.5 1.500h4.500L9.5 4v6.500h-7zM7 1.500V4h2.5",
  folder: "M1.5 9.500v-7h3l1 1.500h5v5.500z",
  stream: "M1.5 4c1.5-1.5 3-1.5 4.5 0s3 1.5 4.5 0M1.5 8c1.5-1.5 3-1.5 4.5 0s3 1.5 4.5 0",
  topic: "M6 2v8M3.5 4v4M8.5 4v4M1.5 5.500v1M10.5 5.500v1",
  model: "M6 1.500l4.5 4.500L6 10.5 1.5 6zM6 4.200L7.8 6 6 7.8 4.2 6z",
  unknown: "M4.2 4.400a1.9 1.9 0 1 1 2.6 1.900c-.6.3-.8.6-.8 1.200M6 9.400v.3",
  complete: "M2 6.500l2.7 2.700L10 3.3",
  failed: "M2.8 2.800l6.4 6.400M9.2 2.800l-6.4 6.4",
  running: "M9.5 6A3.5 3.5 0 1 1 6 2.5",
  aborted: "M2.5 6h7",
  undecided: "M4 4.300a2 2 0 1 1 2.8 2c-.6.3-.8.7-.8 1.300M6 9.700v.3",
  loop: "M9.8 6.500A3.9 3.9 0 1 1 8.7 3.200M9.2 1.200v2.400H6.8",
  lock: "M3 5.500h6v4.500H3zM4.2 5.500V4a1.8 1.8 0 0 1 3.6 0v1.5",
  pin: "M4.5 1.500h3M5 1.500v3L3.500 6.500h5L7 4.500v-3M6 6.500v4",
  chevron: "M3.5 4.700L6 7.300l2.5-2.6",
  back: "M7.5 2.500L4 6l3.5 3.5",
  forward: "M4.5 2.500L8 6 4.5 9.5",
  search: "M8 5A3 3 0 1 1 2 5a3 3 0 0 1 6 0zM7.2 7.200l3.3 3.3",
  play: "M4 2.500l5.5 3.500L4 9.500z",
  pause: "M4 2.500v7M8 2.500v7",
  save: "M6 1.500v6M3.5 5.200L6 7.700l2.5-2.500M2 10.200h8",
  copy: "M4.5 4.500h5.500v6h-5.500zM7.5 4.500v-3h-5.500v6h2.500",
  plus: "M6 2.500v7M2.5 6h7",
  minus: "M2.5 6h7",
  fit: "M1.5 4V1.500H4M8 1.500h2.500V4M10.5 8v2.500H8M4 10.500H1.500V8M4 4.500h4v3H4z",
  full: "M7.2 1.800h3v3M10.2 1.800L7 5M4.8 10.200h-3v-3M1.8 10.200L5 7",
  close: "M3 3l6 6M9 3l-6 6",
  sun: "M8 6A2 2 0 1 1 4 6a2 2 0 0 1 4 0zM6 1v1.200M6 9.800V11M1 6h1.200M9.8 6H11M2.5 2.500l.8.800M8.7 8.700l.8.800M9.5 2.500l-.8.800M3.3 8.700l-.8.8",
  moon: "M9.8 7.300A4.3 4.3 0 0 1 4.7 2.200a4.3 4.3 0 1 0 5.1 5.100z",
  half: "M10 6A4 4 0 1 1 2 6a4 4 0 0 1 8 0zM6 2v8M7.3 3v6M8.6 3.800v4.4",
} as const;

export type Glyph = keyof typeof PATHS;

/** The path of a drawing, in a box of 12. */
export const glyphShape = (name: Glyph): string => PATHS[name];

const canvasPaths = new Map<Glyph, Path2D>();

export function glyphPath(name: Glyph): Path2D {
  let path = canvasPaths.get(name);
  if (!path) canvasPaths.set(name, (path = new Path2D(PATHS[name])));
  return path;
}

const SVG = "http://www.w3.org/2000/svg";

/** The drawing as an inline element that takes the colour of the text around it. */
export function icon(name: Glyph, size = 12): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `lx-icon lx-icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

const STORAGE: ReadonlySet<string> = new Set([
  "table",
  "view",
  "file",
  "folder",
  "stream",
  "topic",
  "model",
  "unknown",
]);

/** The drawing for a kind of storage; a word we do not know is drawn as unknown, none as none. */
export function storageGlyph(name: string): Glyph | null {
  if (name === "") return null;
  return STORAGE.has(name) ? (name as Glyph) : "unknown";
}

export type StateName = "complete" | "failed" | "running" | "aborted" | "unknown";

const STATES: ReadonlyMap<string, StateName> = new Map([
  ["COMPLETE", "complete"],
  ["FAIL", "failed"],
  ["RUNNING", "running"],
  ["ABORT", "aborted"],
]);

/** A run state's colour token; anything not understood stays unknown. */
export function stateName(state: string): StateName | null {
  return state === "" ? null : (STATES.get(state) ?? "unknown");
}

export const stateGlyph = (name: StateName): Glyph => (name === "unknown" ? "undecided" : name);
