/** What one step of the engine costs, by the number of tokens that are evaluated in it. Milliseconds. */
export interface StepCosts {
  /** The most tokens for which a cost is known. */
  readonly most: number;
  of(tokens: number): number;
  /** A step was made: costs change as the text grows longer and as other programs come and go. */
  observe(tokens: number, ms: number): void;
}

/** How far one observation moves a cost. */
const weight = 0.1;

/** `measured` has at least the cost of one token. Between two measured sizes the cost is on the line between them. */
export function createStepCosts(measured: ReadonlyMap<number, number>): StepCosts {
  const points = [...measured].sort(([a], [b]) => a - b).map(([tokens, ms]) => ({ tokens, ms }));
  // More tokens never cost less: where they seem to, somebody else was at work.
  points.forEach((point, index) => (point.ms = Math.max(point.ms, points[index - 1]?.ms ?? 0)));

  function of(tokens: number): number {
    const above = points.findIndex((point) => point.tokens >= tokens);
    const high = points[above < 0 ? points.length - 1 : above];
    const low = points[(above < 0 ? points.length - 1 : above) - 1] ?? high;
    if (high === undefined || low === undefined) return Infinity;
    if (high.tokens === low.tokens) return (high.ms / high.tokens) * Math.max(tokens, high.tokens);
    return low.ms + ((high.ms - low.ms) * (tokens - low.tokens)) / (high.tokens - low.tokens);
  }

  return {
    most: points.at(-1)?.tokens ?? 0,
    of,
    observe(tokens, ms) {
      // One step that was held up for long says nothing about the next.
      const ratio = Math.min(2, Math.max(0.5, ms / of(tokens)));
      const nearest = points.reduce<(typeof points)[number] | undefined>(
        (best, point) => (best === undefined || Math.abs(point.tokens - tokens) < Math.abs(best.tokens - tokens) ? point : best),
        undefined,
      );
      if (nearest !== undefined) nearest.ms *= 1 + weight * (ratio - 1);
    },
  };
}
