/** How likely a drafted token is right, as this answer has shown it so far. */
export interface Acceptance {
  /** From 0 to 1, for a draft that rests on a match of so many tokens. */
  of(matched: number): number;
  /** So many tokens of a draft were right; `refuted`: the one after them was not. */
  observe(matched: number, right: number, refuted: boolean): void;
}

/**
 * The longer the match, the better the draft: three classes learn apart from each other, so that chance matches of three tokens
 * do not spoil the copy of a file. Each begins with a guess that weighs as much as a few tokens seen.
 */
export function createAcceptance(): Acceptance {
  const classes = [
    { from: 0, right: 2, wrong: 2 },
    { from: 5, right: 3, wrong: 1.5 },
    { from: 10, right: 6, wrong: 1 },
  ];
  type Class = (typeof classes)[number];
  const classOf = (matched: number): Class | undefined => classes.findLast(({ from }) => matched >= from);
  return {
    of(matched) {
      const seen = classOf(matched);
      return seen === undefined ? 0 : seen.right / (seen.right + seen.wrong);
    },
    observe(matched, right, refuted) {
      const seen = classOf(matched);
      if (seen === undefined) return;
      seen.right += right;
      if (refuted) seen.wrong += 1;
      // What was long ago counts less: an answer passes from its own words to a copy and back.
      const kept = Math.min(1, recentTokens / (seen.right + seen.wrong));
      seen.right *= kept;
      seen.wrong *= kept;
    },
  };
}

const recentTokens = 60;
