// Two texts side by side: which words differ, and which lines.

export type Piece = readonly [text: string, differs: boolean];

export interface Line {
  /** Only before, only after, or the same; a gap stands for lines left out. */
  readonly sign: "-" | "+" | "" | "gap";
  readonly pieces: readonly Piece[];
}

/** Larger tables than this are not made: what lies between the same beginning and end then differs. */
const LARGEST = 4_000_000;
/** Lines kept around what differs. */
const AROUND = 2;

/** Words, numbers, single signs; white space goes with what it follows. */
export function tokensOf(text: string): string[] {
  return text.match(/^\s+|(?:[\p{L}\p{N}_$]+|[^\s])\s*/gu) ?? [];
}

/** The places that two lists have in common, in order: a longest common subsequence. */
export function common(a: readonly string[], b: readonly string[]): [number, number][] {
  let first = 0;
  while (first < a.length && first < b.length && a[first] === b[first]) first++;
  let last = 0;
  while (last < a.length - first && last < b.length - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last++;
  const pairs: [number, number][] = Array.from({ length: first }, (_, i) => [i, i]);
  const n = a.length - first - last;
  const m = b.length - first - last;
  if (n > 0 && m > 0 && (n + 1) * (m + 1) <= LARGEST) {
    const width = m + 1;
    const longest = new Uint32Array((n + 1) * width);
    for (let i = n - 1; i >= 0; i--)
      for (let j = m - 1; j >= 0; j--)
        longest[i * width + j] =
          a[first + i] === b[first + j]
            ? longest[(i + 1) * width + j + 1] + 1
            : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    for (let i = 0, j = 0; i < n && j < m; ) {
      if (a[first + i] === b[first + j]) pairs.push([first + i++, first + j++]);
      else if (longest[(i + 1) * width + j] >= longest[i * width + j + 1]) i++;
      else j++;
    }
  }
  for (let k = last; k > 0; k--) pairs.push([a.length - k, b.length - k]);
  return pairs;
}

function marked(tokens: readonly string[], same: ReadonlySet<number>): Piece[] {
  const pieces: [string, boolean][] = [];
  tokens.forEach((token, i) => {
    const differs = !same.has(i);
    const before = pieces.at(-1);
    if (before?.[1] === differs) before[0] += token;
    else pieces.push([token, differs]);
  });
  return pieces;
}

/** Both texts in pieces, those that differ marked; white space alone is no difference. */
export function diffWords(before: string, after: string): readonly [readonly Piece[], readonly Piece[]] {
  const [a, b] = [tokensOf(before), tokensOf(after)];
  const pairs = common(
    a.map((token) => token.trim()),
    b.map((token) => token.trim()),
  );
  return [marked(a, new Set(pairs.map(([i]) => i))), marked(b, new Set(pairs.map(([, j]) => j)))];
}

/** Cut pieces where lines end. */
function inLines(pieces: readonly Piece[]): Piece[][] {
  const lines: Piece[][] = [[]];
  for (const [text, differs] of pieces) {
    text.split("\n").forEach((part, i) => {
      if (i > 0) lines.push([]);
      if (part) lines.at(-1)?.push([part, differs]);
    });
  }
  return lines;
}

/** One text under the other: the same lines once, with what differs between them. */
export function diffLines(before: string, after: string): Line[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const plainly = (line: string) => line.trim().replace(/\s+/g, " ");
  const pairs = common(a.map(plainly), b.map(plainly));
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of [...pairs, [a.length, b.length] as const]) {
    if (i < nextI || j < nextJ) lines.push(...hunk(a.slice(i, nextI), b.slice(j, nextJ)));
    if (nextJ < b.length) lines.push({ sign: "", pieces: [[b[nextJ], false]] });
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return gapped(lines);
}

function hunk(gone: readonly string[], come: readonly string[]): Line[] {
  const [one, other] = diffWords(gone.join("\n"), come.join("\n"));
  const made = (sign: "-" | "+", pieces: readonly Piece[], count: number): Line[] =>
    count === 0 ? [] : inLines(pieces).slice(0, count).map((line) => ({ sign, pieces: line }));
  return [...made("-", one, gone.length), ...made("+", other, come.length)];
}

/** Long stretches of the same lines are left out, and how long they are is said. */
function gapped(lines: readonly Line[]): Line[] {
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - AROUND), i + AROUND + 1).some(({ sign }) => sign !== ""));
  const kept: Line[] = [];
  for (let i = 0; i < lines.length; ) {
    let end = i;
    while (end < lines.length && !near[end]) end++;
    const left = end - i;
    if (left > 1) kept.push({ sign: "gap", pieces: [[`${left} lines the same`, false]] });
    else if (left === 1) kept.push(lines[i]);
    i = end;
    if (i < lines.length) kept.push(lines[i++]);
  }
  return kept;
}
