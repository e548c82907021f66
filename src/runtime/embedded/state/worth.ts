/** Until it has been measured: so fast that a state is not read in vain. Tokens a second. */
const assumedPrefillRate = 1000;
/** Reading, checking and loading together, on a slow disk. Bytes a second. */
const restoreRate = 250e6;
const restoreOverheadMs = 5;
/** Fewer are computed in one small step. */
const leastRestored = 32;

/** Is reading a state cheaper than computing the tokens that it saves? `prefillRate` in tokens a second, undefined until it was measured. */
export function restoreIsCheaper({ bytes, saved, prefillRate = assumedPrefillRate }: RestoreQuestion): boolean {
  if (saved < leastRestored) return false;
  return (bytes / restoreRate) * 1000 + restoreOverheadMs < (saved / prefillRate) * 1000;
}

export interface RestoreQuestion {
  readonly bytes: number;
  /** Tokens that need not be computed. */
  readonly saved: number;
  readonly prefillRate?: number | undefined;
}

/** A conversation is saved again when it has grown by this share, so all that is ever written for it is at most nine times its last state. */
const growth = 1 / 8;
const leastGrowth = 128;

/** After a turn: are there so many new tokens that the conversation is saved now? */
export function saveIsDue(tokens: number, savedTokens: number): boolean {
  return tokens - savedTokens >= Math.max(leastGrowth, savedTokens * growth);
}

/** A system text with its tools is worth a file from so many tokens on. */
export const leastBaseTokens = 64;
