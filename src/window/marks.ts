/** Where the window's decisions are taken. Shares are of what a prompt may have, which is the window without the room for an answer. */
export interface WindowShares {
  /** Past it an epoch begins. */
  readonly high: number;
  /** Down to it old results are cleared. */
  readonly low: number;
  /** What a single result may take of the window; more is cut in the middle. */
  readonly result: number;
  /** The last results stay, at most so many, as far as they fit into this share. The newest always stays. */
  readonly recentResults: number;
  readonly recent: number;
  /** Failures, and what the runbook needs, stay as far as they fit into this share, the newest first. */
  readonly valued: number;
  /** An epoch that nothing forces yet has to free this much. */
  readonly worthwhile: number;
}

/** `docs/decisions/0007-the-window.md` says why these. */
export const defaultShares: WindowShares = {
  high: 0.95,
  low: 0.3,
  result: 0.25,
  recentResults: 3,
  recent: 0.4,
  valued: 0.15,
  worthwhile: 0.1,
};

/** The same in tokens. */
export interface Marks {
  /** The longest prompt that leaves room for an answer. */
  readonly budget: number;
  readonly high: number;
  readonly middle: number;
  readonly low: number;
  readonly result: number;
  readonly recentResults: number;
  readonly recent: number;
  readonly valued: number;
  readonly worthwhile: number;
}

/** Taken off where a runtime can only estimate: texts of one language and code differ by about so much from the average. */
const estimateMargin = 0.15;

/** `longestAnswer` is the session's bound, never the single request's: marks that moved from request to request would move decisions. */
export function marksOf(window: number, longestAnswer: number, exact: boolean, shares: WindowShares = defaultShares): Marks {
  const reserve = Math.min(longestAnswer, Math.floor(window / 4));
  const budget = Math.floor((window - reserve) * (exact ? 1 : 1 - estimateMargin));
  const part = (share: number): number => Math.floor(budget * share);
  return {
    budget,
    high: part(shares.high),
    middle: part((shares.high + shares.low) / 2),
    low: part(shares.low),
    result: Math.floor(window * shares.result * (exact ? 1 : 1 - estimateMargin)),
    recentResults: shares.recentResults,
    recent: part(shares.recent),
    valued: part(shares.valued),
    worthwhile: part(shares.worthwhile),
  };
}

/** The same marks, each at a share of its height; 0 clears whatever can be. */
export function tighten(marks: Marks, by: number): Marks {
  const part = (tokens: number): number => Math.floor(tokens * by);
  return {
    ...marks,
    budget: part(marks.budget),
    high: part(marks.high),
    middle: part(marks.middle),
    low: part(marks.low),
    recent: part(marks.recent),
    valued: part(marks.valued),
    worthwhile: 0,
  };
}
