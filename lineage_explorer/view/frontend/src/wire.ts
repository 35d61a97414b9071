// The scene as Python sends it: one block of bytes, decoded once into typed arrays.

import { fail, object, openBlock, text, texts } from "./bytes";
import { readLines, type Line } from "./crossings";
import { plain } from "./plain";

export { WireError } from "./bytes";

export type Row = readonly [name: string, type: string, mark: string];

export interface ModeEntry {
  readonly label: string;
  readonly token: string;
  readonly mark: string;
  readonly pattern: string;
}

export interface Mode {
  readonly name: string;
  readonly title: string;
  readonly entries: readonly ModeEntry[];
  readonly values: Uint8Array;
  /** What to say of each node on hover; null where its entry says all. */
  readonly words: readonly string[] | null;
  /** Of groups: how many of their members carry which entry, the most first. */
  readonly mix: ReadonlyMap<number, readonly (readonly [entry: number, count: number])[]>;
  /** What stands on each node in place of its entry's mark; null where nothing does. */
  readonly marks: readonly string[] | null;
  /** What is said of edges, by edge. */
  readonly lines: ReadonlyMap<number, Line>;
  /** Stands below the legend. */
  readonly note: string;
}

export interface Nodes {
  readonly count: number;
  readonly id: readonly string[];
  readonly kind: readonly string[];
  readonly label: readonly string[];
  readonly above: readonly string[];
  readonly title: readonly string[];
  readonly glyph: readonly string[];
  readonly state: readonly string[];
  readonly badge: readonly string[];
  readonly caption: readonly string[];
  /** How many columns a card could open to; absent in an older scene: then unknown. */
  readonly columns: readonly number[] | null;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly w: Float32Array;
  readonly h: Float32Array;
  readonly rank: Uint32Array;
  /** First and last seen of each, in milliseconds; not-a-number is unknown. */
  readonly seen: Float64Array;
  /** Nodes that stay whatever is shown. */
  readonly pinned: ReadonlySet<number>;
}

export interface Edges {
  readonly count: number;
  readonly title: readonly string[];
  /** A few letters beside the line: how many edges it stands for. */
  readonly label: readonly string[];
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  readonly kind: Uint8Array;
  readonly basis: Uint8Array;
  readonly flags: Uint8Array;
  readonly runs: Uint32Array;
  readonly sourceRow: Uint32Array;
  readonly targetRow: Uint32Array;
  readonly pointStart: Uint32Array;
  readonly points: Float32Array;
  readonly seen: Float64Array;
}

export interface Scene {
  readonly nodes: Nodes;
  readonly edges: Edges;
  readonly rows: ReadonlyMap<number, readonly Row[]>;
  readonly modes: readonly Mode[];
  readonly palette: ReadonlyMap<string, readonly [light: string, dark: string]>;
  readonly metrics: { readonly header: number; readonly row: number; readonly job: number; readonly radius: number;
    /** How many rows of an open card are in sight, and the room above them for the search box. */
    readonly rows: number; readonly finder: number };
  readonly focus: readonly string[];
  readonly summary: string;
  readonly empty: string;
  readonly note: string;
  readonly description: string;
  readonly index: ReadonlyMap<string, number>;
}

export const Kind = { reads: 0, writes: 1, derives: 2, handsOver: 3, column: 4, stub: 5, group: 6 } as const;
export const Basis = { declared: 0, columns: 1, implied: 2 } as const;
export const Flag = { back: 1, indirect: 2, masked: 4, shortest: 8, both: 16, aside: 32 } as const;
export const NO_ROW = 0xffffffff;

function optionalTexts(value: unknown, count: number, what: string): string[] {
  return value === undefined ? new Array<string>(count).fill("") : texts(value, count, what);
}

/** Decode `LXS1` bytes; everything that indexes something else is checked here, once. */
export function decodeScene(data: DataView | ArrayBuffer | Uint8Array): Scene {
  const { header, f4, f8, u4, u1 } = openBlock(data, "LXS1");

  const nodeTexts = object(header["nodes"], "nodes");
  if (!Array.isArray(nodeTexts["id"])) fail("nodes.id is missing");
  const n = nodeTexts["id"].length;
  const id = texts(nodeTexts["id"], n, "nodes.id");
  const of = (name: string) => optionalTexts(nodeTexts[name], n, `nodes.${name}`).map(plain);
  const columns = nodeTexts["columns"];
  const nodes: Nodes = {
    count: n,
    id,
    kind: texts(nodeTexts["kind"], n, "nodes.kind"),
    label: texts(nodeTexts["label"], n, "nodes.label").map(plain),
    above: of("above"),
    title: of("title"),
    glyph: of("glyph"),
    state: of("state"),
    badge: of("badge"),
    caption: of("caption"),
    columns: Array.isArray(columns) && columns.length === n ? columns.map(Number) : null,
    x: f4("x", n),
    y: f4("y", n),
    w: f4("w", n),
    h: f4("h", n),
    rank: u4("rank", n),
    seen: f8("node_seen", 2 * n),
    pinned: new Set(Array.isArray(header["pinned"]) ? header["pinned"].map(Number) : []),
  };

  const source = u4("source", -1);
  const e = source.length;
  const edgeTexts = header["edges"] === undefined ? {} : object(header["edges"], "edges");
  const edges: Edges = {
    count: e,
    title: optionalTexts(edgeTexts["title"], e, "edges.title").map(plain),
    label: optionalTexts(edgeTexts["label"], e, "edges.label").map(plain),
    source,
    target: u4("target", e),
    kind: u1("kind", e),
    basis: u1("basis", e),
    flags: u1("flags", e),
    runs: u4("runs", e),
    sourceRow: u4("source_row", e),
    targetRow: u4("target_row", e),
    pointStart: u4("point_start", e + 1),
    points: f4("points", -1),
    seen: f8("edge_seen", 2 * e),
  };
  checkEdges(edges, n);

  const rows = new Map<number, Row[]>();
  for (const [key, list] of Object.entries(object(header["rows"] ?? {}, "rows"))) {
    const node = Number(key);
    if (!Number.isInteger(node) || node < 0 || node >= n || !Array.isArray(list))
      fail(`rows of node ${key} fit no node`);
    rows.set(
      node,
      list.map((row) =>
        Array.isArray(row)
          ? [plain(text(row[0])), plain(text(row[1])), plain(text(row[2]))]
          : [plain(text(row)), "", ""],
      ),
    );
  }

  const modeList = header["modes"] ?? [];
  if (!Array.isArray(modeList)) fail("modes is not a list");
  const modes = modeList.map((item): Mode => {
    const mode = object(item, "a colour mode");
    const entries = Array.isArray(mode["entries"]) ? mode["entries"] : [];
    const marks = mode["marks"];
    return {
      name: text(mode["name"]),
      title: text(mode["title"]),
      values: u1(text(mode["array"]), n),
      words:
        Array.isArray(mode["words"]) && mode["words"].length === n && n > 0
          ? mode["words"].map((word) => plain(text(word)))
          : null,
      mix: mixes(mode["mix"], n),
      marks: Array.isArray(marks) && marks.length === n && n > 0 ? marks.map((mark) => plain(text(mark))) : null,
      lines: readLines(mode["lines"], e, entries.length),
      note: mode["note"] === undefined ? "" : plain(text(mode["note"])),
      entries: entries.map((entry) => {
        const it = object(entry, "a legend entry");
        return {
          label: text(it["label"]),
          token: text(it["token"]),
          mark: text(it["mark"]),
          pattern: text(it["pattern"]),
        };
      }),
    };
  });

  const palette = new Map<string, readonly [string, string]>();
  for (const [token, pair] of Object.entries(object(header["palette"] ?? {}, "palette"))) {
    if (Array.isArray(pair)) palette.set(token, [text(pair[0]), text(pair[1])]);
  }
  const metrics = object(header["metrics"] ?? {}, "metrics");
  const metric = (name: string, fallback: number) => (typeof metrics[name] === "number" ? metrics[name] : fallback);

  return {
    nodes,
    edges,
    rows,
    modes,
    palette,
    metrics: {
      header: metric("header", 44),
      row: metric("row", 22),
      job: metric("job", 24),
      radius: metric("radius", 6),
      rows: metric("rows", 12),
      finder: metric("finder", 26),
    },
    focus: Array.isArray(header["focus"]) ? header["focus"].map(text) : [],
    summary: text(header["summary"]),
    empty: text(header["empty"]),
    note: text(header["note"]),
    description: text(header["description"]),
    index: new Map(id.map((name, i) => [name, i])),
  };
}

/** Of each group the shares of its members; what is no pair of numbers is passed over. */
function mixes(value: unknown, n: number): Mode["mix"] {
  const found = new Map<number, (readonly [number, number])[]>();
  for (const [key, list] of Object.entries(object(value ?? {}, "a mixture"))) {
    const node = Number(key);
    if (!Number.isInteger(node) || node < 0 || node >= n || !Array.isArray(list)) fail(`a mixture of node ${key} fits none`);
    const pairs = list.filter((pair): pair is [number, number] => Array.isArray(pair) && pair.length === 2);
    found.set(
      node,
      pairs.map(([entry, count]) => [entry, count] as const),
    );
  }
  return found;
}

function checkEdges(edges: Edges, n: number): void {
  const { count, source, target, pointStart, points } = edges;
  for (let i = 0; i < count; i++) {
    if (source[i] >= n || target[i] >= n) fail(`edge ${i} ends at a node that is not there`);
    const span = pointStart[i + 1] - pointStart[i];
    if (pointStart[i + 1] < pointStart[i] || pointStart[i + 1] * 2 > points.length)
      fail(`edge ${i} has points outside the data`);
    if (span !== 0 && span % 3 !== 1) fail(`edge ${i} has ${span} points: not a chain of curves`);
  }
}

/** A scene with nothing in it, shown before the first one arrives. */
export function emptyScene(message: string): Scene {
  const f = new Float32Array(0);
  const u = new Uint32Array(0);
  const b = new Uint8Array(0);
  return {
    nodes: {
      count: 0,
      id: [],
      kind: [],
      label: [],
      above: [],
      title: [],
      glyph: [],
      state: [],
      badge: [],
      caption: [],
      columns: null,
      x: f,
      y: f,
      w: f,
      h: f,
      rank: u,
      seen: new Float64Array(0),
      pinned: new Set(),
    },
    edges: {
      count: 0,
      title: [],
      label: [],
      source: u,
      target: u,
      kind: b,
      basis: b,
      flags: b,
      runs: u,
      sourceRow: u,
      targetRow: u,
      pointStart: new Uint32Array(1),
      points: f,
      seen: new Float64Array(0),
    },
    rows: new Map(),
    modes: [],
    palette: new Map(),
    metrics: { header: 44, row: 22, job: 24, radius: 6, rows: 12, finder: 26 },
    focus: [],
    summary: "",
    empty: message,
    note: "",
    description: "",
    index: new Map(),
  };
}
