// Selecting, focusing, expanding, opening: what a hand decides, written to the host.

import { same, type Host } from "./host";
import type { Scene } from "./wire";

export class Choice {
  /** The id last touched: it stands still when the scene changes. */
  touched = "";
  /** The selection as this view set it: another one came from elsewhere. */
  private own: readonly string[] = [];

  constructor(
    private readonly host: Host,
    private readonly scene: () => Scene,
  ) {}

  get foreign(): boolean {
    return !same(this.own, this.host.get("selection"));
  }

  /** A click on a node; false when the selection was this one already. */
  node(node: number, add: boolean): boolean {
    const { id, kind } = this.scene().nodes;
    if (kind[node] !== "stub") return this.select(id[node], add);
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

  refocus(id: string): void {
    this.touched = id;
    if (this.host.get("query")) this.host.set("query", "");
    this.setEdge([]);
    this.setSelection([id]);
    this.host.set("focus", [id]);
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

  clear(): void {
    this.setSelection([]);
    this.setEdge([]);
  }

  private setSelection(selection: string[]): void {
    this.own = selection;
    if (!same(this.host.get("selection"), selection)) this.host.set("selection", selection);
  }

  private setEdge(edge: string[]): void {
    if (!same(this.host.get("edge"), edge)) this.host.set("edge", edge);
  }
}
