// Scenes in the wire format without Python: for the tests and for the demo page.

export interface FakeNode {
  id: string;
  kind: string;
  label: string;
  x: number;
  y: number;
  w: number;
  h: number;
  rank: number;
  above?: string;
  title?: string;
  glyph?: string;
  state?: string;
  badge?: string;
  caption?: string;
  columns?: number;
  rows?: [string, string, string][];
  modes?: number[];
  seen?: [number, number];
}

export interface FakeEdge {
  source: number;
  target: number;
  kind?: number;
  basis?: number;
  flags?: number;
  runs?: number;
  sourceRow?: number;
  targetRow?: number;
  points?: number[];
  seen?: [number, number];
  title?: string;
}

export interface FakeScene {
  nodes: FakeNode[];
  edges: FakeEdge[];
  modes?: unknown[];
  palette?: Record<string, [string, string]>;
  focus?: string[];
  summary?: string;
  empty?: string;
  note?: string;
}

type Values = Float32Array | Float64Array | Uint32Array | Uint8Array;

/** Put a header and arrays together as the wire contract says. */
export function pack(header: Record<string, unknown>, arrays: Record<string, Values>, magic = "LXS1"): Uint8Array {
  const specs: Record<string, [string, number, number]> = {};
  let size = 0;
  for (const [name, values] of Object.entries(arrays)) {
    const dtype =
      values instanceof Float32Array
        ? "f4"
        : values instanceof Float64Array
          ? "f8"
          : values instanceof Uint32Array
            ? "u4"
            : "u1";
    specs[name] = [dtype, size, values.length];
    size += Math.ceil(values.byteLength / 4) * 4;
  }
  let text = new TextEncoder().encode(JSON.stringify({ ...header, arrays: specs }));
  const padded = new Uint8Array(Math.ceil(text.length / 4) * 4).fill(32);
  padded.set(text);
  text = padded;
  const bytes = new Uint8Array(8 + text.length + size);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, 8);
  for (const [name, values] of Object.entries(arrays)) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 8 + text.length + specs[name][1]);
  }
  return bytes;
}

const HEADER = 44;
const ROW = 22;

/** A curve from the right border of the source to the left border of the target, on their rows if any. */
export function curve(nodes: readonly FakeNode[], edge: FakeEdge): number[] {
  const s = nodes[edge.source];
  const t = nodes[edge.target];
  const port = (node: FakeNode, row: number | undefined) =>
    row === undefined ? node.y + (node.rows ? HEADER / 2 : node.h / 2) : node.y + HEADER + ROW * (row + 0.5);
  const [x0, y0, x1, y1] = [s.x + s.w, port(s, edge.sourceRow), t.x, port(t, edge.targetRow)];
  if (x1 < x0) {
    const top = Math.min(s.y, t.y) - 40;
    return [x0, y0, x0 + 60, y0, x0 + 60, top, (x0 + x1) / 2, top, x1 - 60, top, x1 - 60, y1, x1, y1];
  }
  const bend = (x1 - x0) / 2;
  return [x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1];
}

const SHARED = ["kind", "above", "glyph", "state", "badge", "space"] as const;

/** A node's first line of title is its name, the rest its namespace. */
const named = (node: FakeNode) => (node.title ?? node.label).split(/\n(.*)/s);

function sharedOf(scene: FakeScene, column: (typeof SHARED)[number]): string[] {
  return scene.nodes.map((n) => (column === "space" ? (named(n)[1] ?? "") : (n[column] ?? "")));
}

const sparse = <T>(list: readonly T[], pick: (item: T) => string | undefined) =>
  Object.fromEntries(list.flatMap((item, i) => (pick(item) === undefined ? [] : [[String(i), pick(item)]])));

export function fakeHeader(scene: FakeScene): Record<string, unknown> {
  return {
    version: 2,
    nodes: {
      name: scene.nodes.map((n) => named(n)[0]),
      id: sparse(scene.nodes, (n) => n.id),
      label: sparse(scene.nodes, (n) => n.label),
      ...Object.fromEntries(SHARED.map((column) => [column, [...new Set(sharedOf(scene, column))]])),
    },
    rows: Object.fromEntries(scene.nodes.flatMap((n, i) => (n.rows ? [[String(i), n.rows]] : []))),
    edges: { title: sparse(scene.edges, (e) => e.title), label: {} },
    modes: scene.modes ?? [],
    palette: scene.palette ?? {},
    metrics: { header: HEADER, row: ROW, job: 24, radius: 6 },
    focus: scene.focus ?? [],
    summary: scene.summary ?? `${scene.nodes.length} nodes`,
    empty: scene.empty ?? "",
    note: scene.note ?? "",
    description: `Lineage of ${scene.nodes.length} nodes`,
  };
}

/** Whole numbers as the wire has them: seven bits a byte, the lowest first. */
function sevens(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let number of numbers) {
    for (; number >= 128; number = Math.floor(number / 128)) bytes.push((number % 128) + 128);
    bytes.push(number);
  }
  return Uint8Array.from(bytes);
}

const steps = (place: number) => Math.floor(Math.fround(place) * 16 + 0.5);
const folded = (number: number) => (number < 0 ? -2 * number - 1 : 2 * number);

/** All points of each curve, the first counted from its source, the last from its target. */
function curves(scene: FakeScene): number[] {
  return scene.edges.flatMap((e) => {
    const points = (e.points ?? curve(scene.nodes, e)).map(steps);
    const [s, t] = [scene.nodes[e.source], scene.nodes[e.target]];
    let [x, y] = [steps(s.x + s.w), steps(s.y)];
    const told = [points.length + 1];
    for (let p = 0; p < points.length; p += 2) {
      if (p === points.length - 2) [x, y] = [steps(t.x), steps(t.y)];
      told.push(folded(points[p] - x), folded(points[p + 1] - y));
      [x, y] = [points[p], points[p + 1]];
    }
    return told;
  });
}

export function fakeArrays(scene: FakeScene): Record<string, Values> {
  const f = (pick: (node: FakeNode) => number) => Float32Array.from(scene.nodes, pick);
  const u4 = (pick: (edge: FakeEdge) => number) => Uint32Array.from(scene.edges, pick);
  const u1 = (pick: (edge: FakeEdge) => number) => Uint8Array.from(scene.edges, pick);
  const nodeSeen = scene.nodes.flatMap((n) => n.seen ?? [NaN, NaN]);
  const edgeSeen = scene.edges.flatMap((e) => e.seen ?? [NaN, NaN]);
  return {
    x: f((n) => n.x),
    y: f((n) => n.y),
    w: f((n) => n.w),
    h: f((n) => n.h),
    rank: Uint32Array.from(scene.nodes, (n) => n.rank),
    columns: Uint32Array.from(scene.nodes, (n) => n.columns ?? 1),
    times: Float64Array.from([...nodeSeen, ...edgeSeen]),
    node_seen: Uint32Array.from(nodeSeen.keys()),
    edge_seen: Uint32Array.from(edgeSeen.keys()).map((at) => at + nodeSeen.length),
    ...Object.fromEntries(
      SHARED.map((column) => {
        const all = sharedOf(scene, column);
        const distinct = [...new Set(all)];
        return [column, Uint32Array.from(all, (value) => distinct.indexOf(value))];
      }),
    ),
    ...Object.fromEntries(
      (scene.modes ?? []).map((_, m) => [`mode_${m}`, Uint8Array.from(scene.nodes, (n) => n.modes?.[m] ?? 255)]),
    ),
    source: u4((e) => e.source),
    target: u4((e) => e.target),
    kind_of_edge: u1((e) => e.kind ?? 0),
    basis: u1((e) => e.basis ?? 0),
    flags: u1((e) => e.flags ?? 0),
    runs: u4((e) => e.runs ?? 1),
    source_row: u4((e) => (e.sourceRow === undefined ? 0 : e.sourceRow + 1)),
    target_row: u4((e) => (e.targetRow === undefined ? 0 : e.targetRow + 1)),
    curves: sevens(curves(scene)),
  };
}

export function encode(scene: FakeScene): Uint8Array {
  return pack(fakeHeader(scene), fakeArrays(scene));
}

export const PALETTE: Record<string, [string, string]> = {
  cat0: ["#0072b2", "#56b4e9"],
  cat1: ["#8f5a00", "#e69f00"],
  cat2: ["#00785a", "#2fcf9f"],
  cat3: ["#a8487f", "#e08fbc"],
  cat4: ["#b84a00", "#ff8f4d"],
  cat5: ["#5b6170", "#a4abba"],
  complete: ["#0b7a58", "#3ecf9a"],
  failed: ["#b93815", "#ff8a65"],
  running: ["#1e66c9", "#7db4ff"],
  aborted: ["#75644f", "#c2ad92"],
  unknown: ["#5b6170", "#a4abba"],
};

export const MODES = [
  {
    name: "kind",
    title: "Kind",
    entries: [
      { label: "table", token: "cat0", mark: "", pattern: "" },
      { label: "file", token: "cat1", mark: "", pattern: "" },
      { label: "model", token: "cat2", mark: "", pattern: "" },
    ],
  },
  {
    name: "state",
    title: "Run state",
    entries: [
      { label: "complete", token: "complete", mark: "✓", pattern: "" },
      { label: "failed", token: "failed", mark: "✕", pattern: "" },
      { label: "running", token: "running", mark: "○", pattern: "" },
      { label: "unknown", token: "unknown", mark: "?", pattern: "hatch" },
    ],
  },
  {
    name: "namespace",
    title: "Namespace",
    entries: [
      { label: "postgres://shop", token: "cat0", mark: "A", pattern: "" },
      { label: "warehouse.stg", token: "cat1", mark: "B", pattern: "" },
      { label: "warehouse.marts", token: "cat2", mark: "C", pattern: "dots" },
      { label: "s3://lake", token: "cat3", mark: "D", pattern: "cross" },
      { label: "jobs", token: "cat4", mark: "E", pattern: "lines" },
    ],
  },
];
