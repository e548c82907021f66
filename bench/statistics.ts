/** The middle of a list; of an even number of values the mean of the middle two. Throws for an empty list: a median of nothing is no figure. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which the share `q` (0 to 1) of the list lies, interpolated between neighbours. Throws for an empty list. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * Math.min(1, Math.max(0, q));
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  if (below === undefined || above === undefined) throw new RangeError("There is no quantile of an empty list.");
  return below + (above - below) * (position - Math.floor(position));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How many times `theirs` is `ours`. Undefined where ours is not above zero: such a ratio says nothing. */
export function ratio(theirs: number, ours: number): number | undefined {
  return ours > 0 && Number.isFinite(theirs / ours) ? theirs / ours : undefined;
}
