import type { Runtime } from "../src/runtime/runtime.ts";

/** A runtime that is watched: when its prefill begins and ends, and when nothing is left to do. Times are of `performance.now()`. */
export interface ProbedRuntime {
  readonly runtime: Runtime;
  /** Forgets what was seen, for the next turn. */
  reset(): Seen;
}

export interface Seen {
  /** Resolves when the first chunk of a prompt has been evaluated and others are left. */
  readonly inPrefill: Promise<void>;
  /** Resolves with the time at which the whole prompt had been evaluated. */
  readonly prefilled: Promise<number>;
  /** Resolves with the time at which the turn had ended and its engine was idle. */
  readonly idle: Promise<number>;
}

export function probeRuntime(inner: Runtime): ProbedRuntime {
  let marks = newMarks();
  return {
    runtime: {
      ...inner,
      async *run(prompt, lane, signal) {
        const mine = marks;
        try {
          for await (const event of inner.run(prompt, lane, signal)) {
            if (event.type === "prefill") {
              if (event.done > event.cached && event.done < event.total) mine.inPrefill.resolve();
              if (event.done >= event.total) mine.prefilled.resolve(performance.now());
            } else mine.prefilled.resolve(performance.now());
            yield event;
          }
        } finally {
          mine.idle.resolve(performance.now());
        }
      },
    },
    reset() {
      marks = newMarks();
      return { inPrefill: marks.inPrefill.promise, prefilled: marks.prefilled.promise, idle: marks.idle.promise };
    },
  };
}

interface Mark<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function newMarks(): { inPrefill: Mark<void>; prefilled: Mark<number>; idle: Mark<number> } {
  return { inPrefill: newMark(), prefilled: newMark(), idle: newMark() };
}

function newMark<T>(): Mark<T> {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => (settle = resolve));
  return { promise, resolve: (value) => settle(value) };
}
