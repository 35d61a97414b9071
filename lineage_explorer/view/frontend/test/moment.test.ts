import { expect, test } from "vitest";
import { decodeLog } from "../src/log";
import { momentOf, retold } from "../src/moment";
import type { Timing } from "../src/host";
import { fromBase64 } from "../src/static_host";
import { decodeScene } from "../src/wire";
import cases from "./moments.json";

// Written by tests/view/test_moment.py: what Python says of the same scene and log.
const scene = decodeScene(fromBase64(cases.scene));
const log = decodeLog(fromBase64(cases.log));
const flags = (list: readonly boolean[]) => list.map(Number);

test.each(cases.moments.map((it) => [JSON.stringify(it.timing), it] as const))("%s is what Python says", (_, expected) => {
  const moment = momentOf(scene, log, expected.timing as Timing)!;
  const told = retold(scene, moment);
  expect([...moment.nodes]).toEqual(flags(expected.faint));
  expect([...moment.edges]).toEqual(flags(expected.faintEdges));
  expect([...moment.active]).toEqual(flags(expected.active));
  expect(told.nodes.state).toEqual(expected.states);
  expect(told.nodes.caption).toEqual(expected.captions);
  for (const [name, values] of Object.entries(expected.colours))
    expect([...told.modes.find((mode) => mode.name === name)!.values]).toEqual(values);
  expect(told.modes.find((mode) => mode.name === "freshness")!.words).toEqual(expected.ages);
});

test("all runs is the picture as it came", () => {
  expect(momentOf(scene, log, { mode: "all", time: null, run: "" })).toBeNull();
});

test("a run that is not in the log chooses nothing", () => {
  expect(momentOf(scene, log, { mode: "run", time: null, run: "gone" })).toBeNull();
});
