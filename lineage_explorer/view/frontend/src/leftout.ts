// What is behind "+n more", as the other side tells it.

import { parse, type Suggestion } from "./host";

/** The answer of the other side, or null when it is for another stub. */
export function readMore(json: string, stub: string): Suggestion[] | null {
  const value = parse(json);
  if (typeof value !== "object" || value === null) return null;
  const { for: of, items } = value as Record<string, unknown>;
  if (of !== stub || !Array.isArray(items)) return null;
  return items
    .filter((item): item is unknown[] => Array.isArray(item) && typeof item[0] === "string")
    .map((item) => [0, 1, 2, 3].map((i) => (typeof item[i] === "string" ? item[i] : "")) as unknown as Suggestion);
}

/** Those whose name, namespace or kind holds every word typed. */
export function matching(items: readonly Suggestion[], typed: string): readonly Suggestion[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items.filter(([, label, above, kind]) => {
    const text = `${label} ${above} ${kind}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
