import { expect, test } from "vitest";
import { groupName } from "../src/names";
import { matching, readMore } from "../src/leftout";

const ITEMS = [
  ["dataset:db:raw.orders", "raw.orders", "db", "dataset"],
  ["job:jobs:load_orders", "load_orders", "jobs", "job"],
  ["dataset:db:raw.users", "raw.users", "db", "dataset"],
] as const;

test("every word typed must be in the name, the namespace or the kind", () => {
  expect(matching(ITEMS, "ORD").map(([id]) => id)).toEqual(["dataset:db:raw.orders", "job:jobs:load_orders"]);
  expect(matching(ITEMS, "ord job").map(([id]) => id)).toEqual(["job:jobs:load_orders"]);
  expect(matching(ITEMS, "  ")).toHaveLength(3);
});

test("an answer for another stub is none, and what is no item is passed over", () => {
  const json = JSON.stringify({ for: "stub:in:a", items: [...ITEMS, 7, null, [1]] });
  expect(readMore(json, "stub:in:a")).toHaveLength(3);
  expect(readMore(json, "stub:out:a")).toBeNull();
  expect(readMore("{", "stub:in:a")).toBeNull();
});

test("an open group is called by what its members begin with", () => {
  expect(groupName("group:s3://lake\\nraw_")).toBe("s3://lake raw_");
  expect(groupName("group:db\\nd\\x03")).toBe("db d");
});
