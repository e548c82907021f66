/** How often a lost engine may be started again: a model that kills it each time must not keep the machine busy for ever. */
export interface RestartBudget {
  /** Milliseconds to wait before the next start; undefined when the budget of this minute is spent. */
  next(now: number): number | undefined;
}

const minute = 60_000;

export function createRestartBudget(perMinute: number): RestartBudget {
  let starts: number[] = [];
  return {
    next(now) {
      starts = starts.filter((at) => now - at < minute);
      if (starts.length >= perMinute) return undefined;
      // The first start after a loss is at once: the turn is waiting. Then a quarter of a second, half, one, two.
      const wait = starts.length === 0 ? 0 : 250 * 2 ** (starts.length - 1);
      starts.push(now + wait);
      return wait;
    },
  };
}
