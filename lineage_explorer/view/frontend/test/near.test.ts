import { expect, test } from "vitest";
import { chooseNear, countEnds, cutMiddle, cutName, cutParts, levelOf, MIN_TEXT, textSizes } from "../src/near";
import { node, scene } from "./scenes";

const size = { width: 1000, height: 600 };
const many = scene(
  Array.from({ length: 50 }, (_, i) => node(`n${i}`, { x: i * 300 })),
  [],
);
const all = Array.from({ length: 50 }, (_, i) => i);

test("a caption is cut between its parts, and how many are left out is said", () => {
  const measure = (text: string) => text.length;
  const said = "run failed · rows -38 % · SQL changed";
  expect(cutParts(said, 99, measure)).toBe(said);
  expect(cutParts(said, 30, measure)).toBe("run failed · rows -38 % · +1");
  expect(cutParts(said, 16, measure)).toBe("run failed · +2");
  expect(cutParts("a very long single part", 10, measure)).toContain("…");
});

test("cards become name plates under 0.6 and blocks under 0.3", () => {
  expect([1, 0.6, 0.59, 0.3, 0.29].map(levelOf)).toEqual(["card", "card", "plate", "plate", "block"]);
});

test("far away nothing is HTML", () => {
  expect(chooseNear(many, all, { x: 0, y: 0, k: 0.5 }, size)).toEqual([]);
});

test("when all in view fit they are all cards", () => {
  expect(chooseNear(many, all, { x: 0, y: 0, k: 1 }, size)).toEqual(all);
});

test("when there are too many, those nearest the middle are cards", () => {
  const chosen = chooseNear(many, all, { x: -3000, y: 0, k: 1 }, size, 5);
  expect(chosen).toEqual([9, 10, 11, 12, 13]);
});

test("at every zoom a text is at least nine pixels on screen or left out", () => {
  for (let zoom = 0.05; zoom < 4; zoom *= 1.07) {
    for (const points of Object.values(textSizes(zoom)) as number[]) {
      expect(points === 0 || points * zoom >= MIN_TEXT - 1e-9).toBe(true);
    }
  }
});

test("texts are enlarged no more than their line has room for", () => {
  for (let zoom = 0.6; zoom < 1; zoom += 0.01) {
    const { label, above, row, job } = textSizes(zoom);
    // The heights that style.css gives the two lines, in a header of 44 with its borders.
    expect(above).toBeLessThanOrEqual(15);
    expect(label * 1.3 + 17).toBeLessThanOrEqual(40);
    expect(row).toBeLessThanOrEqual(16);
    expect(job).toBeLessThanOrEqual(17);
  }
});

const letters = (text: string) => Array.from(text).length;

test("a text that fits is not cut", () => {
  expect(cutMiddle("orders", 6, letters)).toBe("orders");
});

test("a cut text keeps its end and fills its room", () => {
  const cut = cutMiddle("warehouse.marts.orders_daily", 15, letters);
  expect(letters(cut)).toBe(15);
  expect(cut.endsWith("ders_daily")).toBe(true);
  expect(cut).toContain("…");
});

test("a text is never cut through a character of two units", () => {
  const cut = cutMiddle("😀😀😀😀😀😀", 4, letters);
  expect(cut).toBe("😀…😀😀");
});

test("where not one letter fits there is none", () => {
  expect(cutMiddle("orders", 1, letters)).toBe("");
});

test("a name is cut to its last whole parts, as many as fit", () => {
  const ends = countEnds(["shop.marts.fct_orders"]);
  expect(cutName("shop.marts.fct_orders", 17, letters, ends)).toBe("…marts.fct_orders");
  expect(cutName("shop.marts.fct_orders", 14, letters, ends)).toBe("…fct_orders");
});

test("an end that two names share does not stand for either", () => {
  const ends = countEnds(["shop.marts.orders", "shop.staging.orders"]);
  expect(cutName("shop.marts.orders", 14, letters, ends)).toBe("…marts.orders");
  expect(cutName("shop.marts.orders", 10, letters, ends)).toBe("sho…orders");
});
