// The widget on a made-up model: ?n=300&theme=dark&hostile&color=state. See page.mjs.

import factory from "../src/widget";
import { encode, type FakeScene } from "./fake";
import { pipeline, warehouse } from "./samples";

const query = new URLSearchParams(location.search);
const n = Number(query.get("n") ?? "12");
const scene = query.has("empty")
  ? { nodes: [], edges: [], empty: "No events here. lx.read() takes a file, a folder or a list of events." }
  : n <= 12
    ? pipeline(query.has("hostile"))
    : warehouse(n);

class Model {
  private readonly values: Map<string, unknown>;
  private readonly listeners = new Map<string, Set<() => void>>();
  readonly sent: [string, unknown][] = [];

  constructor(values: Record<string, unknown>) {
    this.values = new Map(Object.entries(values));
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  get(name: string): unknown {
    return this.values.get(name);
  }

  set(name: string, value: unknown): void {
    this.values.set(name, value);
    this.sent.push([name, value]);
    for (const callback of [...(this.listeners.get(`change:${name}`) ?? [])]) callback();
    if (name === "selection" || name === "edge") setTimeout(() => this.push("_detail", this.detail()), 30);
    if (name === "_typed") this.push("_suggest", JSON.stringify(this.suggest(String(value))));
    if (name === "query")
      this.push(
        "_error",
        String(value).includes("(")
          ? JSON.stringify({ text: "A bracket is opened here and never closed", at: String(value).indexOf("(") })
          : "",
      );
    if (name === "expanded") this.push("_scene", bytes(grown(scene)));
    if (name === "columns") this.push("_scene", bytes(opened(scene, value as string[])));
  }

  push(name: string, value: unknown): void {
    this.values.set(name, value);
    for (const callback of [...(this.listeners.get(`change:${name}`) ?? [])]) callback();
  }

  on(event: string, callback: () => void): void {
    const set = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, set.add(callback));
  }

  off(event: string, callback: () => void): void {
    this.listeners.get(event)?.delete(callback);
  }

  send(): void {
    // Nobody answers: the strip stays away.
  }

  save_changes(): void {
    // Nothing to save to.
  }

  private suggest(typed: string): unknown[] {
    return scene.nodes
      .filter((it) => typed && it.label.includes(typed))
      .slice(0, 12)
      .map((it) => [it.id, it.label, it.above ?? "", it.kind]);
  }

  private detail(): string {
    const edge = this.get("edge") as string[];
    const id = edge.length ? edge.join("\0") : (this.get("selection") as string[]).at(-1);
    const node = scene.nodes.find((it) => it.id === id);
    if (id === undefined || (!node && !edge.length)) return "";
    return JSON.stringify({
      for: id,
      kind: node?.kind ?? "edge",
      title: node?.label ?? "reads",
      above: node?.above ?? "",
      state: node?.state ?? "",
      tabs: [
        {
          name: "Overview",
          blocks: [
            {
              type: "facts",
              rows: [
                ["Namespace", node?.above ?? "–"],
                ["Owners", "team-fraud"],
                ["Last run", "3 Nov 02:10 UTC, complete"],
                ["Aliases", "wh/db/orders\ndb/orders"],
              ],
            },
            {
              type: "nodes",
              title: "Upstream",
              items: scene.nodes.slice(0, 3).map((it) => [it.id, it.label, it.above ?? "", it.kind]),
              note: "",
            },
            { type: "text", text: "Seven days of spend and sessions by customer, <b>not</b> markup." },
          ],
        },
        {
          name: "Schema",
          blocks: [
            {
              type: "table",
              columns: ["column", "type"],
              rows: Array.from({ length: 340 }, (_, i) => [`column_${i}`, "string"]),
              note: "first 340 of 4 000",
            },
          ],
        },
        {
          name: "SQL",
          blocks: [
            {
              type: "code",
              language: "sql",
              text: "-- daily spend\nSELECT c.id, sum(p.amount) AS spend_7d\nFROM public.payments p JOIN customers c ON c.id = p.customer\nWHERE p.day > '2024-01-01' AND p.amount > 10.5\nGROUP BY 1",
            },
          ],
        },
        {
          name: "Facets",
          blocks: [
            {
              type: "json",
              name: "schema",
              text: JSON.stringify({ fields: [{ name: "id", type: "bigint" }] }, null, 2),
              open: true,
            },
            { type: "json", name: "ownership", text: "{}", open: false },
          ],
        },
        {
          name: "Events",
          blocks: [
            {
              type: "events",
              items: [
                {
                  title: "COMPLETE 2024-05-01 10:00 UTC",
                  where: "events.ndjson : 12",
                  text: '{\n  "eventType": "COMPLETE"\n}',
                },
              ],
              note: "1 of 1",
            },
          ],
        },
      ],
    });
  }
}

/** What a stub hid: two nodes more, everything else pushed down. */
function grown(from: FakeScene): FakeScene {
  const nodes = from.nodes.filter((it) => it.kind !== "stub").map((it) => ({ ...it, y: it.y + 80 }));
  const index = new Map(nodes.map((it, i) => [it.id, i]));
  const edges = from.edges.flatMap((edge) => {
    const source = index.get(from.nodes[edge.source].id);
    const target = index.get(from.nodes[edge.target].id);
    return source === undefined || target === undefined ? [] : [{ ...edge, points: undefined, source, target }];
  });
  for (let i = 0; i < 4; i++) {
    nodes.push({
      id: `job:new:${i}`,
      kind: "job",
      label: `producer_${i}`,
      state: "UNKNOWN",
      x: -296,
      y: 340 + i * 40,
      w: 120,
      h: 24,
      rank: 0,
      modes: [255, 3, 4],
    });
    edges.push({ source: nodes.length - 1, target: 2, kind: 1, points: undefined });
  }
  return { ...from, nodes, edges, summary: "15 of 214 nodes" };
}

function opened(from: FakeScene, open: string[]): FakeScene {
  const nodes = from.nodes.map((it) =>
    open.includes(it.id) && !it.rows
      ? {
          ...it,
          h: 88,
          rows: [
            ["id", "bigint", ""],
            ["amount", "decimal", ""],
          ] as [string, string, string][],
        }
      : it,
  );
  return { ...from, nodes };
}

const bytes = (it: FakeScene) => new DataView(encode(it).buffer);

const started = performance.now();
const model = new Model({
  selection: query.has("select") ? [scene.nodes[Number(query.get("select"))].id] : [],
  edge: [],
  hovered: "",
  focus: scene.focus ?? [],
  hops: 1,
  query: "",
  color: query.get("color") ?? "kind",
  theme: query.get("theme") ?? "auto",
  expanded: [],
  columns: [],
  height: Number(query.get("height") ?? "480"),
  _scene: bytes(scene),
  _detail: "",
  _error: "",
  _fallback: "",
  _suggest: "[]",
  _typed: "",
});
const encoded = performance.now();
const clean = factory().render({ model, el: document.getElementById("here")! });
performance.measure("lx-render", { start: encoded });
if (query.has("select")) model.set("selection", model.get("selection"));
// The second frame begins when the first one, with the picture, has been handed to the screen.
requestAnimationFrame(() =>
  requestAnimationFrame(() => {
    performance.measure("lx-paint", { start: encoded });
    document.title = `painted in ${Math.round(performance.now() - encoded)} ms`;
  }),
);
Object.assign(window, { model, clean, started });
