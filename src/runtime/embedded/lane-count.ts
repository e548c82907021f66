/** More conversations than this are seldom led at once; what gave way comes back from the disk. */
const mostLanes = 4;

export interface LaneQuestion {
  /** Bytes that one lane's state takes at the whole window. */
  readonly laneBytes: number;
  /** Bytes that may be taken, of those that are free now. */
  readonly free: number;
  /** Bytes that all lanes together may take on this machine, however much is free. */
  readonly budget: number;
  /** At most so many. */
  readonly most?: number | undefined;
}

/**
 * How many lanes are kept in memory: at least one. The engine takes their memory when it starts. The budget is a share of the machine's memory and not of
 * what is free just now, because a stored state can be read only by an engine with as many lanes as the one that wrote it had.
 */
export function chooseLaneCount({ laneBytes, free, budget, most = mostLanes }: LaneQuestion): number {
  const fits = Math.floor(Math.min(free, budget) / Math.max(1, laneBytes));
  return Math.max(1, Math.min(fits, most, mostLanes));
}
