// The anywidget model as a host, and the one place where writes to Python are held back.

import { DEFAULTS, type Answer, type Host, type Name, type Question, type State } from "./host";

/** The part of an anywidget model that is used here. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (...told: never[]) => void): void;
  off(event: string, callback: (...told: never[]) => void): void;
}

const PATIENCE_MS = 30_000;
const SILENCE = "Python did not answer. Is the kernel running, and not busy?";
interface Waiting {
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const DELAY: Partial<Record<Name, number>> = { hovered: 80, _typed: 120 };

export class KernelHost implements Host {
  readonly live = true;
  private readonly timers = new Map<Name, ReturnType<typeof setTimeout>>();
  private saving = false;

  private readonly waiting = new Map<string, Waiting>();
  private readonly relogged = new Set<() => void>();
  private readonly heard = (content: unknown, buffers?: readonly DataView[]) => this.hear(content, buffers ?? []);

  constructor(private readonly model: Model) {
    model.on("msg:custom", this.heard);
  }

  ask(question: Question): Promise<Answer> {
    // Every view of a model hears every answer: the name must be its own.
    const ask = `${Math.random().toString(36).slice(2)}${performance.now()}`;
    return new Promise((done, failed) => {
      const timer = setTimeout(() => {
        this.waiting.delete(ask);
        failed(new Error(SILENCE));
      }, PATIENCE_MS);
      this.waiting.set(ask, { done, failed, timer });
      this.model.send({ ...question, ask });
    });
  }

  private hear(content: unknown, buffers: readonly DataView[]): void {
    if (typeof content !== "object" || content === null) return;
    const data = content as Record<string, unknown>;
    if (data["told"] === "log") for (const callback of this.relogged) callback();
    const name = typeof data["answer"] === "string" ? data["answer"] : "";
    const waiting = this.waiting.get(name);
    if (!waiting) return;
    this.waiting.delete(name);
    clearTimeout(waiting.timer);
    if (typeof data["error"] === "string") waiting.failed(new Error(data["error"]));
    else waiting.done({ data, buffers });
  }

  get<K extends Name>(name: K): State[K] {
    return (this.model.get(name) ?? DEFAULTS[name]) as State[K];
  }

  set<K extends Name>(name: K, value: State[K]): void {
    clearTimeout(this.timers.get(name));
    const delay = DELAY[name] ?? 0;
    const write = () => {
      this.timers.delete(name);
      this.model.set(name, value);
      this.saveSoon();
    };
    if (delay === 0) write();
    else this.timers.set(name, setTimeout(write, delay));
  }

  /** What is set in one go is sent in one message, so that Python answers once. */
  private saveSoon(): void {
    if (this.saving) return;
    this.saving = true;
    queueMicrotask(() => {
      this.saving = false;
      this.model.save_changes();
    });
  }

  on(name: Name, callback: () => void): () => void {
    if (name === "_log") {
      this.relogged.add(callback);
      return () => void this.relogged.delete(callback);
    }
    const event = `change:${name}`;
    this.model.on(event, callback);
    return () => this.model.off(event, callback);
  }

  /** Forget what was held back. */
  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
    this.model.off("msg:custom", this.heard);
  }
}
