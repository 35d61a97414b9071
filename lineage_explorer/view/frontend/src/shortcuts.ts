// What a key does that is about no node.

import type { Bar } from "./bar";
import type { Choice } from "./choice";
import type { Comparing } from "./comparing";
import type { Help } from "./help";
import type { Keyboard } from "./keyboard";
import { commandOf, type Command } from "./keys";
import type { Legend } from "./legend";
import type { Panel } from "./panel";
import type { Reading } from "./reading";
import type { Share } from "./share";
import type { Stage } from "./stage";

export interface Parts {
  readonly stage: Stage;
  readonly bar: Bar;
  readonly help: Help;
  readonly panel: Panel;
  readonly legend: Legend;
  readonly choice: Choice;
  readonly reading: Reading;
  readonly share: Share;
  readonly comparing: Comparing;
  focusStage(): void;
}

/** A key anywhere in the view: on the picture all are ours, elsewhere only Escape. */
export function onKey(event: KeyboardEvent, stage: HTMLElement, keyboard: Keyboard): void {
  const onStage = event.target === stage;
  const command = commandOf(event);
  // Inside the bar and the panel only Escape is ours; the rest belongs to the control.
  if (!command || event.defaultPrevented || (!onStage && command.name !== "escape")) return;
  event.preventDefault();
  event.stopPropagation();
  keyboard.run(command);
}

export function runCommand(command: Command, parts: Parts): void {
  const { stage, bar, help, panel, legend, choice, reading } = parts;
  switch (command.name) {
    case "zoom":
      return stage.zoom(command.factor);
    case "fit":
      return stage.fit();
    case "search":
      return bar.focusSearch();
    case "copy":
      return parts.share.copyIds();
    case "code":
      return parts.share.copyCode();
    case "side":
      return parts.comparing.turn();
    case "help":
      return help.toggle();
    case "back":
      return bar.history.go(-1);
    case "forward":
      return bar.history.go(1);
    case "escape":
      if (panel.close()) return parts.focusStage();
      if (legend.clear()) return;
      if (choice.clear()) return;
      reading.leave();
  }
}
