import { describe, expect, it } from "vitest";

import { isWanted } from "../src/changelist";
import type { Listing } from "../src/listed";

const listing: Listing = {
  list: "changes",
  about: "",
  columns: ["mark", "number", "name", "above", "caption", "severity", "kinds"],
  rows: [],
  total: 1,
};
const ROW = ["dataset:db:Orders", "\u0394", "1", "Orders", "db", "2 columns dropped", "medium", "schema time"];
const wanted = (more: Partial<Record<"severity" | "kind" | "words", string>>): boolean =>
  isWanted(listing, ROW, { severity: "", kind: "", words: "", ...more });

describe("which changes are listed", () => {
  it("is all of them where nothing is asked", () => {
    expect(wanted({})).toBe(true);
  });

  it("is those of a severity and the graver ones", () => {
    expect([wanted({ severity: "low" }), wanted({ severity: "medium" }), wanted({ severity: "high" })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is those with a change of the kind, by its whole name", () => {
    expect([wanted({ kind: "time" }), wanted({ kind: "tim" }), wanted({ kind: "code" })]).toEqual([true, false, false]);
  });

  it("is those whose id, name or caption holds the words, in any case", () => {
    expect(["DB:ORD", " dropped ", "nothing", ".*"].map((words) => wanted({ words }))).toEqual([true, true, false, false]);
  });
});
