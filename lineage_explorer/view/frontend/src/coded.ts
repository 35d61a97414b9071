// What Python sends once instead of many times: the other end of `block.py`.

import { fail, object, text, texts, type Block } from "./bytes";

/** What is told of a few of many, by position. */
export function sparse(value: unknown, count: number, what: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [key, words] of Object.entries(object(value, what))) {
    const at = Number(key);
    if (!Number.isInteger(at) || at < 0 || at >= count) fail(`${what} ${key} is of nothing`);
    found.set(at, text(words));
  }
  return found;
}

/** Ids made of names and what stands before these, but for those that are told. */
export function identities(told: unknown, names: readonly string[], before: (i: number) => string): string[] {
  const own = sparse(told, names.length, "an id");
  return names.map((name, i) => own.get(i) ?? `${before(i)}:${name}`);
}

/** Distinct texts, and which of them each is. */
export function coded(list: unknown, which: Uint32Array, what: string): string[] {
  const values = texts(list, -1, what);
  return Array.from(which, (at) => values[at] ?? fail(`${what} ${at} is missing`));
}

/** Distinct numbers, and which of them each is. */
export function numbers(block: Block, values: string, name: string, count: number): Float64Array {
  const list = block.f8(values, -1);
  return Float64Array.from(block.u(name, count), (at) => list[at] ?? fail(`${name} ${at} is missing`));
}
