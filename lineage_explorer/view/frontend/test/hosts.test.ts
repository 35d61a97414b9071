import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { encode } from "../dev/fake";
import { History } from "../src/history";
import { StaticHost } from "../src/static_host";
import { KernelHost, type Model } from "../src/sync";
import { decodeScene } from "../src/wire";
import { node } from "./scenes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function kernel() {
  const values = new Map<string, unknown>();
  const listeners = new Map<string, Set<() => void>>();
  const saves: string[] = [];
  const model: Model = {
    get: (name) => values.get(name),
    set: (name, value) => void values.set(name, value),
    send: () => undefined,
    save_changes: () => void saves.push(JSON.stringify([...values])),
    on: (event, callback) => void listeners.set(event, (listeners.get(event) ?? new Set()).add(callback)),
    off: (event, callback) => void listeners.get(event)?.delete(callback),
  };
  return { host: new KernelHost(model), values, listeners, saves };
}

test("a quick hand sends only where it came to rest", () => {
  const { host, values, saves } = kernel();
  for (const id of ["a", "b", "c"]) host.set("hovered", id);
  expect(values.has("hovered")).toBe(false);
  vi.advanceTimersByTime(80);
  expect(values.get("hovered")).toBe("c");
  vi.runAllTicks();
  expect(saves.length).toBeLessThanOrEqual(1);
});

test("a selection is set at once, and what is set together is sent together", async () => {
  const { host, values, saves } = kernel();
  host.set("query", "");
  host.set("focus", ["a"]);
  expect(values.get("focus")).toEqual(["a"]);
  await Promise.resolve();
  expect(saves).toEqual(['[["query",""],["focus",["a"]]]']);
});

test("a value Python has not set has its default", () => {
  expect(kernel().host.get("selection")).toEqual([]);
});

test("a disposed host sends nothing more", () => {
  const { host, values } = kernel();
  host.set("hovered", "a");
  host.dispose();
  vi.advanceTimersByTime(500);
  expect(values.has("hovered")).toBe(false);
});

test("stopping to listen leaves no listener", () => {
  const { host, listeners } = kernel();
  host.on("focus", () => undefined)();
  expect(listeners.get("change:focus")?.size).toBe(0);
});

const base64 = (names: string[]) =>
  btoa(String.fromCharCode(...encode({ nodes: names.map((name) => node(name)), edges: [] })));
const page = () =>
  new StaticHost({
    state: { focus: ["a"] },
    scene: base64(["a", "b"]),
    details: {
      a: { for: "a", title: "Orders", above: "shop", kind: "dataset" },
      b: { for: "b", title: "load_orders", above: "", kind: "job" },
      "a\0b": { for: "edge" },
    },
    scenes: { b: base64(["b", "c"]) },
  });
const shown = (host: StaticHost) => decodeScene(host.get("_scene")!).nodes.id;

test("without a kernel a selection shows the detail that is in the file", () => {
  const host = page();
  host.set("selection", ["b"]);
  expect(JSON.parse(host.get("_detail"))).toMatchObject({ title: "load_orders" });
  host.set("selection", ["elsewhere"]);
  expect(host.get("_detail")).toBe("");
});

test("without a kernel an edge shows its own detail", () => {
  const host = page();
  host.set("edge", ["a", "b"]);
  expect(JSON.parse(host.get("_detail"))).toEqual({ for: "edge" });
});

test("without a kernel a focus that is in the file swaps the scene, and the first one comes back", () => {
  const host = page();
  host.set("focus", ["b"]);
  expect(shown(host)).toEqual(["b", "c"]);
  host.set("focus", ["a"]);
  expect(shown(host)).toEqual(["a", "b"]);
});

test("without a kernel what is not in the file is said, not pretended", () => {
  const host = page();
  host.set("focus", ["z"]);
  expect(host.get("focus")).toEqual(["a"]);
  expect(host.get("_notice")).toContain("notebook");
  host.set("expanded", ["stub:in:a"]);
  expect(host.get("expanded")).toEqual([]);
});

test("without a kernel search is by name, whatever the case, names that begin with it first", () => {
  const host = page();
  host.set("_typed", "ORD");
  expect((JSON.parse(host.get("_suggest")) as string[][]).map(([id]) => id)).toEqual(["a", "b"]);
  host.set("query", "load");
  expect(host.get("selection")).toEqual(["b"]);
  host.set("query", "nowhere");
  expect(host.get("_error")).toContain("No name");
});

test("back and forward go through what was shown and add nothing themselves", () => {
  const host = page();
  const history = new History(host);
  history.note();
  host.set("focus", ["b"]);
  history.note();
  expect([history.canGoBack, history.canGoForward]).toEqual([true, false]);
  history.go(-1);
  history.note();
  expect(host.get("focus")).toEqual(["a"]);
  expect([history.canGoBack, history.canGoForward]).toEqual([false, true]);
  history.go(1);
  expect(host.get("focus")).toEqual(["b"]);
});
