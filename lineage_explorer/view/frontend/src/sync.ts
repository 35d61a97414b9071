// The anywidget model as a host, and the one place where writes to Python are held back.

import { DEFAULTS, type Host, type Name, type State } from "./host";

/** The part of an anywidget model that is used here. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

const DELAY: Partial<Record<Name, number>> = { hovered: 80, _typed: 120 };

export class KernelHost implements Host {
  readonly live = true;
  private readonly timers = new Map<Name, ReturnType<typeof setTimeout>>();
  private saving = false;

  constructor(private readonly model: Model) {}

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
    const event = `change:${name}`;
    this.model.on(event, callback);
    return () => this.model.off(event, callback);
  }

  /** Forget what was held back. */
  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
