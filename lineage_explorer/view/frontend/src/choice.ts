// Selecting, focusing, expanding, opening: what a hand decides, written to the host.

import { same, type Host } from "./host";
import type { Scene } from "./wire";

/** So many more are shown at once; of more there is a list to choose from. */
const FEW = 6;

export class Choice {
  /** The id last touched: it stands still when the scene changes. */
  touched = "";
  /** The selection as this view set it: another one came from elsewhere. */
  private own: readonly string[] = [];

  constructor(
    private readonly host: Host,
    private readonly scene: () => Scene,
    /** What a click on a group or on a stub with many behind it does. */
    private readonly beyond: { group(node: number): void; many(stub: string): void } | null = null,
  ) {}

  get foreign(): boolean {
    return !same(this.own, this.host.get("selection"));
  }

  /** A click on a node; false when the selection was this one already. */
  node(node: number, add: boolean): boolean {
    const { id, kind, label } = this.scene().nodes;
    if (kind[node] === "group") {
      this.beyond?.group(node);
      return true;
    }
    if (kind[node] !== "stub") return this.select(id[node], add);
    if (this.beyond && Number(label[node].slice(1)) > FEW) {
      this.beyond.many(id[node]);
      return true;
    }
    this.touched = id[node].replace(/^stub:(in|out):/, "");
    // Named twice it is opened twice: a few more first, then all.
    this.host.set("expanded", [...this.host.get("expanded"), id[node]]);
    return true;
  }

  select(id: string, add: boolean): boolean {
    const before = this.host.get("selection");
    const selection = !add ? [id] : before.includes(id) ? before.filter((other) => other !== id) : [...before, id];
    this.touched = id;
    this.setEdge([]);
    if (same(before, selection)) return false;
    this.setSelection(selection);
    return true;
  }

  /** A click on an edge; the line to a stub is none. */
  edge(edge: number): boolean {
    const { nodes, edges } = this.scene();
    const ends = [edges.source[edge], edges.target[edge]];
    if (ends.some((i) => nodes.kind[i] === "stub")) return false;
    this.setSelection([]);
    this.setEdge(ends.map((i) => nodes.id[i]));
    return true;
  }

  /** A finding instead of a node or an edge; "" for none. */
  finding(id: string): void {
    this.setSelection([]);
    this.setEdge([]);
    this.host.set("finding", id);
  }

  refocus(id: string): void {
    this.touched = id;
    if (this.host.get("query")) this.host.set("query", "");
    for (const name of ["added", "path", "thread"] as const) if (this.host.get(name).length) this.host.set(name, []);
    this.setEdge([]);
    this.setSelection([id]);
    this.host.set("focus", [id]);
  }

  /** Go to a dataset and light one of its columns. */
  column(dataset: string, field: string): void {
    this.refocus(dataset);
    const open = this.host.get("columns");
    if (!open.includes(dataset)) this.host.set("columns", [...open, dataset]);
    this.host.set("column", [dataset, field]);
  }

  toggleColumns(node: number): void {
    const { id, kind } = this.scene().nodes;
    if (kind[node] !== "dataset") return;
    this.touched = id[node];
    const open = this.host.get("columns");
    this.host.set(
      "columns",
      open.includes(id[node]) ? open.filter((other) => other !== id[node]) : [...open, id[node]],
    );
  }

  /** A node goes: nothing about it stays selected. */
  forget(id: string): void {
    this.setEdge([]);
    this.setSelection(this.host.get("selection").filter((other) => other !== id));
  }

  /** Nothing is selected any more; false when nothing was. */
  clear(): boolean {
    const had = this.host.get("selection").length + this.host.get("edge").length > 0;
    this.setSelection([]);
    this.setEdge([]);
    if (had || !this.host.get("finding")) return had;
    this.host.set("finding", "");
    return true;
  }

  private setSelection(selection: string[]): void {
    this.own = selection;
    if (!same(this.host.get("selection"), selection)) this.host.set("selection", selection);
  }

  private setEdge(edge: string[]): void {
    if (!same(this.host.get("edge"), edge)) this.host.set("edge", edge);
  }
}
