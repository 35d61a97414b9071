import { describe, expect, test } from "vitest";

import { common, diffLines, diffWords, tokensOf, type Line, type Piece } from "../src/worddiff";

const joined = (pieces: readonly Piece[]) => pieces.map(([text]) => text).join("");
const differing = (pieces: readonly Piece[]) => pieces.filter(([, differs]) => differs).map(([text]) => text.trim());
const drawn = (lines: readonly Line[]) => lines.map(({ sign, pieces }) => `${sign}|${joined(pieces)}`);

describe("words", () => {
  test("tokens joined are the text again", () => {
    for (const text of ["", "  a b", "select x::int,\n\ty -- note", "größe Ω 東京 _a$1", "\u{1f600}!"])
      expect(tokensOf(text).join("")).toBe(text);
  });

  test("both texts are whole, and only the words that differ are marked", () => {
    const [before, after] = diffWords("select id, method from t", "select id, payment_method as method from t");
    expect(joined(before)).toBe("select id, method from t");
    expect(joined(after)).toBe("select id, payment_method as method from t");
    expect(differing(before)).toEqual([]);
    expect(differing(after)).toEqual(["payment_method as"]);
  });

  test("white space alone is no difference", () => {
    const [before, after] = diffWords("select  a,\n b", "select a, b");
    expect(differing(before)).toEqual([]);
    expect(differing(after)).toEqual([]);
  });

  test("nothing in common: all of it differs", () => {
    expect(diffWords("a", "b")).toEqual([[["a", true]], [["b", true]]]);
  });

  test("two empty texts have no pieces", () => {
    expect(diffWords("", "")).toEqual([[], []]);
  });
});

describe("what two lists have in common", () => {
  /** The length of a longest common subsequence, by trying everything. */
  function longest(a: readonly string[], b: readonly string[]): number {
    if (a.length === 0 || b.length === 0) return 0;
    const [, ...restA] = a;
    const [, ...restB] = b;
    if (a[0] === b[0]) return 1 + longest(restA, restB);
    return Math.max(longest(restA, b), longest(a, restB));
  }

  test("is as long as can be, in order, and really in both", () => {
    const letters = "abc";
    for (let seed = 0; seed < 300; seed++) {
      const word = (from: number, length: number) =>
        Array.from({ length }, (_, i) => letters[Math.floor(Math.abs(Math.sin(from * 31 + i * 7) * 1000)) % 3]);
      const a = word(seed, seed % 7);
      const b = word(seed + 1000, (seed * 3) % 8);
      const pairs = common(a, b);
      expect(pairs.length).toBe(longest(a, b));
      pairs.forEach(([i, j], at) => {
        expect(a[i]).toBe(b[j]);
        if (at > 0) expect(i > pairs[at - 1][0] && j > pairs[at - 1][1]).toBe(true);
      });
    }
  });

  test("of texts too long to be laid side by side keeps the beginning and the end", () => {
    const middle = (letter: string) => Array.from({ length: 3000 }, (_, i) => `${letter}${i}`);
    const pairs = common(["x", ...middle("a"), "y"], ["x", ...middle("b"), "y"]);
    expect(pairs).toEqual([
      [0, 0],
      [3001, 3001],
    ]);
  });
});

describe("lines", () => {
  test("the same lines once, gone before come", () => {
    expect(drawn(diffLines("a\nb\nc", "a\nx\nc"))).toEqual(["|a", "-|b", "+|x", "|c"]);
  });

  test("an added line is one line, a lost one too", () => {
    expect(drawn(diffLines("a\nc", "a\nb\nc"))).toEqual(["|a", "+|b", "|c"]);
    expect(drawn(diffLines("a\nb", "a"))).toEqual(["|a", "-|b"]);
  });

  test("words that differ are marked inside their lines", () => {
    const [gone, come] = diffLines("  payment_method,\nx", "  payment_method as method,\nx");
    expect(differing(gone.pieces)).toEqual([]);
    expect(differing(come.pieces)).toEqual(["as method"]);
  });

  test("another indent is no change", () => {
    expect(drawn(diffLines("a\n  b", "a\n    b"))).toEqual(["gap|2 lines the same"]);
  });

  test("long stretches of the same lines are a gap that says how long", () => {
    const same = Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n");
    const lines = drawn(diffLines(`${same}\nold`, `${same}\nnew`));
    expect(lines).toEqual(["gap|18 lines the same", "|line 18", "|line 19", "-|old", "+|new"]);
  });
});
