import { expect, test } from "vitest";
import { buildGraph } from "../src/graph";
import { Keyboard, type KeyboardActions } from "../src/keyboard";
import { commandOf, type Command } from "../src/keys";
import { graphOf } from "./scenes";

const press = (key: string, held: Partial<Record<"shiftKey" | "ctrlKey" | "metaKey" | "altKey", boolean>> = {}) =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

test("arrows walk, and with Alt go back and forward", () => {
  expect(press("ArrowLeft")).toEqual({ name: "walk", arrow: "left" });
  expect(press("ArrowLeft", { altKey: true })).toEqual({ name: "back" });
});

test("the browser's own shortcuts are left alone", () => {
  expect(press("f", { ctrlKey: true })).toBeNull();
  expect(press("+", { metaKey: true })).toBeNull();
  expect(press("Tab")).toBeNull();
});

test("Enter selects, with Shift it adds", () => {
  expect(press("Enter")).toEqual({ name: "select", add: false });
  expect(press("Enter", { shiftKey: true })).toEqual({ name: "select", add: true });
});

test("d turns to the next side of a diff", () => {
  expect(press("d")).toEqual({ name: "side" });
});

function keyboard() {
  const shown = graphOf("abc", ["ab", "bc"], (letter) => letter.charCodeAt(0) - 97);
  const done: string[] = [];
  let time = 0;
  const actions: KeyboardActions = {
    scene: () => shown,
    graph: () => buildGraph(shown),
    wanted: () => ["b"],
    choose: (node) => done.push(`choose ${node}`),
    refocus: (node) => done.push(`focus ${node}`),
    toggleOpen: (node) => done.push(`open ${node}`),
    act: () => undefined,
    reveal: () => undefined,
    announce: (words) => done.push(words),
    changed: () => undefined,
    rest: (command: Command) => done.push(command.name),
  };
  const keys = new Keyboard(actions, () => time);
  return { keys, done, wait: (ms: number) => (time += ms), go: (key: string) => keys.run(press(key)!) };
}

test("the first arrow stands on what is in focus, the next ones walk from there", () => {
  const { go, keys, done } = keyboard();
  go("ArrowRight");
  expect(keys.active).toBe("b");
  go("ArrowRight");
  expect(keys.active).toBe("c");
  expect(done).toEqual(["b, dataset, 1 upstream, 1 downstream", "c, dataset, 1 upstream, 0 downstream"]);
});

test("Enter selects, a second one soon after focuses, a late one selects again", () => {
  const { go, done, wait } = keyboard();
  go("ArrowRight");
  go("Enter");
  wait(200);
  go("Enter");
  wait(2000);
  go("Enter");
  expect(done.slice(1)).toEqual(["choose 1", "focus 1", "choose 1"]);
});

test("the ring is there while walking and goes when the mouse takes over", () => {
  const { go, keys } = keyboard();
  expect(keys.ring).toBe(-1);
  go("ArrowDown");
  expect(keys.ring).toBe(1);
  keys.rest();
  expect(keys.ring).toBe(-1);
});
