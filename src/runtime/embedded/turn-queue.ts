/** One turn at a time, in the order they came. */
export interface TurnQueue {
  /** Resolves with the release when it is this caller's turn; rejects with the signal's reason, having left the queue. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createTurnQueue(): TurnQueue {
  const waiting: (() => void)[] = [];
  let busy = false;

  function release(): void {
    const next = waiting.shift();
    if (next === undefined) busy = false;
    else next();
  }

  function releaseOnce(): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      release();
    };
  }

  return {
    enter(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (!busy) {
          busy = true;
          return resolve(releaseOnce());
        }
        const start = (): void => {
          signal.removeEventListener("abort", leave);
          resolve(releaseOnce());
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(start), 1);
          reject(signal.reason);
        };
        waiting.push(start);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
  };
}
