import { CloisterError } from "../error.ts";

/** Lets one turn through at a time: an engine has one state, and two turns in it would push out each other's prefix. */
export interface Turnstile {
  /** Resolves when it is the caller's turn, with the function that lets the next one in. Throws `overloaded` when too many wait, `cancelled` on abort. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Resolves when nobody is inside and nobody waits. */
  idle(): Promise<void>;
}

export function createTurnstile(places: number): Turnstile {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  return {
    async enter(signal) {
      if (waiting >= places)
        throw new CloisterError("overloaded", `${places} requests wait for the model already.`, { hint: "Try again later." });
      const before = last;
      let leave = (): void => undefined;
      last = new Promise((resolve) => (leave = resolve));
      waiting++;
      try {
        await orAborted(before, signal);
      } catch (thrown) {
        // Whoever comes after still has to wait for the one before.
        void before.then(leave);
        throw thrown;
      } finally {
        waiting--;
      }
      return leave;
    },
    async idle() {
      for (let seen: Promise<void> | undefined; seen !== last;) await (seen = last);
    },
  };
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new CloisterError("cancelled", "The client went away while its request waited."));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    void promise.then(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
  });
}
