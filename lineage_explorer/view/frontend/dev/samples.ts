// The pictures the demo page shows: a pipeline with everything in it, and warehouses of any size.

import { MODES, PALETTE, type FakeEdge, type FakeNode, type FakeScene } from "./fake";

const COLUMNS: [string, string, string][] = [
  ["customer_id", "bigint", ""],
  ["email_hash", "string", "masked"],
  ["spend_7d", "decimal(18,2)", ""],
  ["sessions_7d", "int", ""],
  ["… 12 more", "", "more"],
];

/** Twelve nodes: open cards, column edges, a stub, a cycle, a failure, a model, all kinds of line. */
export function pipeline(hostile: boolean): FakeScene {
  const bad = (plain: string, nasty: string) => (hostile ? nasty : plain);
  const nodes: FakeNode[] = [];
  const data = (label: string, above: string, rank: number, y: number, more: Partial<FakeNode> = {}) =>
    nodes.push({
      id: `dataset:${above}:${label}`,
      kind: "dataset",
      label,
      above,
      glyph: "table",
      x: rank * 148 * 2,
      y,
      w: 208,
      h: 44 + (more.rows?.length ?? 0) * 22,
      rank: rank * 2,
      title: `${above} ${label}`,
      columns: 5,
      modes: [0, 255, 0],
      ...more,
    }) - 1;
  const job = (label: string, rank: number, y: number, state: string, more: Partial<FakeNode> = {}) =>
    nodes.push({
      id: `job:jobs:${label}`,
      kind: "job",
      label,
      state,
      x: rank * 296 + 296,
      y,
      w: Math.min(184, 40 + label.length * 6.4),
      h: 24,
      rank: rank * 2 + 1,
      modes: [255, state === "FAIL" ? 1 : state === "RUNNING" ? 2 : 0, 4],
      ...more,
    }) - 1;
  const customers = data(bad("exports/customers", "<img src=x onerror=alert(1)>"), "s3://crm-eu", 0, 24, {
    glyph: "file",
    modes: [1, 255, 3],
    rows: [
      ["customer_id", "bigint", ""],
      [bad("email", "</script><b>x"), "string", ""],
      ["country", "string", ""],
    ],
  });
  const payments = data("public.payments", "postgres://pay", 0, 208);
  const clicks = data("clickstream", "kafka://msk", 0, 320, { glyph: "stream", modes: [255, 255, 1], badge: "≡ 2" });
  const stub: number =
    nodes.push({
      id: "stub:in:dataset:kafka://msk:clickstream",
      kind: "stub",
      label: "+12",
      title: "12 more upstream of clickstream",
      x: -120,
      y: 330,
      w: 44,
      h: 24,
      rank: 0,
    }) - 1;
  const load = job(bad("ingest.load_customers", ["javascript", "alert(1)//\u202eevil"].join(":")), 0, 60, "COMPLETE");
  const pay = job("ingest.load_payments", 0, 218, "FAIL");
  const sess = job("ingest.sessionise", 0, 330, "RUNNING");
  const daily = data("customer_daily", "lake-eu.features", 2, 96, { rows: COLUMNS, badge: "≡ 3", modes: [0, 255, 2] });
  const train = job("train.fraud_eu", 2, 60, "COMPLETE");
  const copy = job(bad("copy_for_bi", "copy\n__proto__ constructor toString"), 2, 250, "ABORT");
  const model = data("fraud_model v14", "mlflow", 4, 40, {
    glyph: "model",
    modes: [2, 255, 255],
    columns: 0,
    caption: "not written since 20 Nov",
  });
  const bi = data("customer_daily", "s3://bi-us-east", 4, 220, { rows: COLUMNS.slice(0, 3), modes: [0, 255, 3] });
  const edges: FakeEdge[] = [
    { source: customers, target: load },
    { source: payments, target: pay },
    { source: clicks, target: sess },
    { source: stub, target: clicks, kind: 5 },
    { source: load, target: daily, kind: 1 },
    { source: pay, target: daily, kind: 1, basis: 2 },
    { source: sess, target: daily, kind: 1, basis: 1 },
    { source: daily, target: train },
    { source: daily, target: copy },
    { source: train, target: model, kind: 1, title: "train.fraud_eu writes fraud_model v14 · 3 runs" },
    { source: copy, target: bi, kind: 1 },
    { source: pay, target: sess, kind: 3, points: hands(nodes, pay, sess) },
    { source: customers, target: daily, kind: 4, basis: 1, sourceRow: 1, targetRow: 1, flags: 4 },
    { source: customers, target: daily, kind: 4, basis: 1, sourceRow: 0, targetRow: 0 },
    { source: customers, target: daily, kind: 4, basis: 1, sourceRow: 2, targetRow: 2, flags: 2 },
    { source: daily, target: bi, kind: 4, basis: 1, sourceRow: 1, targetRow: 1 },
    { source: model, target: load, flags: 1 },
  ];
  return {
    nodes,
    edges,
    modes: MODES,
    palette: PALETTE,
    focus: [nodes[daily].id],
    summary: "12 of 214 nodes · 2 hops each way",
  };
}

function hands(nodes: FakeNode[], a: number, b: number): number[] {
  const [s, t] = [nodes[a], nodes[b]];
  const x = s.x + s.w + 24;
  return [
    s.x + s.w,
    s.y + 12,
    x,
    s.y + 12,
    x,
    s.y + 40,
    (s.x + s.w + t.x) / 2,
    (s.y + t.y) / 2 + 12,
    t.x - 24,
    t.y - 20,
    t.x - 24,
    t.y + 12,
    t.x,
    t.y + 12,
  ];
}

/** A layered warehouse of about `n` nodes, seeded: the same n gives the same picture. */
export function warehouse(n: number): FakeScene {
  let seed = 7;
  const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  const layers = Math.max(4, Math.round(Math.sqrt(n / 3)));
  const each = Math.ceil(n / layers);
  const nodes: FakeNode[] = [];
  const byLayer: number[][] = [];
  const words = [
    "orders",
    "customers",
    "payments",
    "events_daily",
    "stg_sessions",
    "dim_product",
    "fct_revenue_by_region",
    "inventory_snapshot",
    "marketing.attribution_last_touch_90d",
  ];
  const states = ["COMPLETE", "COMPLETE", "COMPLETE", "FAIL", "RUNNING", "ABORT", "UNKNOWN"];
  for (let layer = 0; layer < layers; layer++) {
    const list: number[] = [];
    const jobs = layer % 2 === 1;
    for (let i = 0; i < each && nodes.length < n; i++) {
      const word = words[Math.floor(random() * words.length)];
      const state = states[Math.floor(random() * states.length)];
      const name = jobs ? `load_${word}` : `${word}_${i}`;
      list.push(nodes.length);
      nodes.push({
        id: `${jobs ? "job" : "dataset"}:${layer}:${i}`,
        kind: jobs ? "job" : "dataset",
        label: name.length > 24 ? `${name.slice(0, 8)}…${name.slice(-14)}` : name,
        above: "warehouse.stg",
        glyph: i % 5 === 0 ? "view" : "table",
        title: name,
        state: jobs ? state : "",
        x: Math.floor(layer / 2) * 544 + (jobs ? 296 : 0),
        y: i * 60 + (jobs ? 10 : 0),
        w: jobs ? 184 : 208,
        h: jobs ? 24 : 44,
        rank: layer,
        modes: [
          jobs ? 255 : i % 2,
          jobs ? ["COMPLETE", "FAIL", "RUNNING"].indexOf(state) & 255 : 255,
          jobs ? 4 : Math.floor(random() * 4),
        ],
      });
    }
    byLayer.push(list);
  }
  const edges: FakeEdge[] = [];
  for (let layer = 1; layer < byLayer.length; layer++) {
    const before = byLayer[layer - 1];
    for (const [i, node] of byLayer[layer].entries()) {
      for (let k = 0; k < 2; k++) {
        const near = Math.min(before.length - 1, Math.max(0, i + Math.round((random() - 0.5) * 8)));
        edges.push({ source: before[near], target: node, kind: layer % 2 ? 0 : 1, basis: k === 0 ? 0 : 2 });
      }
    }
  }
  return {
    nodes,
    edges,
    modes: MODES,
    palette: PALETTE,
    focus: [],
    summary: `${nodes.length} of ${n} nodes · all hops`,
  };
}
