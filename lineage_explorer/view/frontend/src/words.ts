// Why a line is there, in words: as `words.py` has it.

import { counted } from "./plain";
import { Basis, Kind, type Scene } from "./wire";

const KINDS: Readonly<Record<number, string>> = {
  [Kind.reads]: "reads",
  [Kind.writes]: "writes",
  [Kind.derives]: "derives",
  [Kind.handsOver]: "hands over",
};
const BASES: Readonly<Record<number, string>> = {
  [Basis.declared]: "declared",
  [Basis.columns]: "known by column lineage",
  [Basis.implied]: "implied",
};

export function edgeWords({ edges }: Scene, e: number): string {
  const told = edges.title.get(e);
  if (told !== undefined) return told;
  const runs = edges.runs[e];
  const last = edges.seen[2 * e + 1];
  return [
    KINDS[edges.kind[e]] ?? "",
    BASES[edges.basis[e]] ?? "",
    runs === 0 ? "no run" : `${counted(runs)} run${runs === 1 ? "" : "s"}`,
    ...(Number.isNaN(last) ? [] : [`last ${new Date(last).toISOString().slice(0, 16).replace("T", " ")} UTC`]),
  ].join(" · ");
}
