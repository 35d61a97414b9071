// What the log of runs alone tells of one run, as blocks of the panel: for a page without a kernel.

import { STATES, type Log } from "./log";
import { counted } from "./plain";
import { lasted, utcTime } from "./ticks";

const time = (value: number): string => (Number.isNaN(value) ? "" : utcTime(value));

export function detailOf(log: Log, at: number): Record<string, unknown> {
  const state = STATES[log.state[at]];
  const facts = [
    ["State", state.toLowerCase()],
    ["Started", time(log.start[at])],
    ["Ended", time(log.end[at])],
    ["Took", lasted(log.end[at] - log.start[at])],
    ["Run id", log.runs[at]],
  ].filter(([, value]) => value);
  const rows: string[][] = [];
  for (let k = log.ioStart[at]; k < log.ioStart[at + 1]; k++) {
    const id = log.datasets[log.ioDataset[k]];
    const version = log.ioVersion[k] ? log.versions[log.ioVersion[k] - 1] : "";
    const count = Number.isNaN(log.ioRows[k]) ? "" : counted(log.ioRows[k]);
    rows.push([id, log.ioOutput[k] ? "output" : "input", id.replace(/^dataset:/, ""), version, count]);
  }
  const io =
    rows.length > 0
      ? { type: "list", list: "io of run", about: log.runs[at], columns: ["direction", "name", "version", "rows"], rows }
      : { type: "text", text: "This run read and wrote nothing of its own." };
  return {
    for: log.runs[at],
    kind: "run",
    title: log.names[log.job[at]],
    above: "",
    state,
    tabs: [{ name: "Overview", blocks: [{ type: "facts", rows: facts }, io] }],
  };
}
