import type { StepCosts } from "./step-costs.ts";

export interface DraftQuestion {
  readonly costs: Pick<StepCosts, "of" | "most">;
  /** How likely a drafted token is the one that comes, from 0 to 1. */
  readonly acceptance: number;
  /** Tokens that have to be evaluated anyway, at least one. */
  readonly input: number;
  /** Tokens that a draft may have. */
  readonly room: number;
}

/** A draft has to be so much faster than none: what it costs to make one is not measured. */
const worthwhile = 1.1;

/**
 * How many tokens to draft: the number that makes the most tokens a millisecond, none where single steps do. A draft of n tokens
 * gives 1 + a + a² + … + aⁿ tokens when each is right with probability a and the first wrong one ends it.
 */
export function draftLength({ costs, acceptance, input, room }: DraftQuestion): number {
  const single = costs.of(1);
  let best = { length: 0, rate: worthwhile / single };
  let expected = 1;
  for (let length = 1; length <= Math.min(room, costs.most - input); length++) {
    expected += acceptance ** length;
    const rate = expected / (costs.of(input + length) - costs.of(input) + single);
    if (rate > best.rate) best = { length, rate };
  }
  return best.length;
}

/** The smallest acceptance, in hundredths, at which any draft pays; undefined where none does. */
export function breakEven(costs: StepCosts): number | undefined {
  for (let hundredths = 1; hundredths <= 99; hundredths++)
    if (draftLength({ costs, acceptance: hundredths / 100, input: 1, room: costs.most }) > 0) return hundredths / 100;
  return undefined;
}
