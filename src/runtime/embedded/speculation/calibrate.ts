import type { Token } from "node-llama-cpp";
import { greedyCandidates } from "./choose-token.ts";
import { cutBack, evaluateAhead, type SpeculatedSequence } from "./speculated-sequence.ts";

/** Tokens in one step. */
export const calibratedSizes = [1, 2, 3, 4, 8, 16] as const;

const rounds = 3;
/** Milliseconds; a slow model is measured less often, and at fewer sizes. */
const budgetMs = 900;

export interface Calibration {
  readonly sequence: SpeculatedSequence;
  /** At least one: which tokens they are does not matter to what they cost. */
  readonly sample: readonly Token[];
  readonly pace: <T>(step: () => Promise<T>) => Promise<T>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Calibrated {
  /** Milliseconds by the number of tokens in a step. */
  readonly costs: ReadonlyMap<number, number>;
  /** Up to so many tokens in a step the logits are those of a single one to the last bit; 1 where no other size's are. */
  readonly sameUpTo: number;
}

/**
 * Measures what steps of several tokens cost: on the sequence itself, because a step costs the more the longer the text before
 * it is. Each is taken out of its state again. The least of a few is kept: other programs only make it slower. Stops when the signal says so;
 * there is at least the cost of one token then.
 */
export async function calibrate({ sequence, sample, pace, now, signal }: Calibration): Promise<Calibrated> {
  const length = sequence.nextTokenIndex;
  const started = now();
  const costs = new Map<number, number>();
  const first = new Map<number, string>();
  const result = (): Calibrated => {
    const other = calibratedSizes.findIndex((size) => first.get(size) !== first.get(1));
    return { costs, sameUpTo: calibratedSizes[(other < 0 ? calibratedSizes.length : other) - 1] ?? 1 };
  };
  for (let round = 0; round < rounds; round++) {
    for (const size of calibratedSizes) {
      // What the next step will cost is not known; one of twice the tokens costs no more than twice the time of the last.
      const expected = costs.get(size) ?? 2 * (costs.get(Math.ceil(size / 2)) ?? 0);
      const late = now() - started + expected > budgetMs;
      // Two sizes at least: one alone says nothing.
      if (size > 1 && (signal.aborted || (late && costs.size > 1))) return result();
      const tokens = Array.from({ length: size }, (_, index) => sample[index % sample.length]).filter((token) => token !== undefined);
      const before = now();
      try {
        const after = await pace(() => evaluateAhead(sequence, tokens, { places: size, count: greedyCandidates }));
        first.set(size, JSON.stringify(after[0]));
      } finally {
        await cutBack(sequence, length);
      }
      costs.set(size, Math.min(now() - before, costs.get(size) ?? Infinity));
    }
  }
  return result();
}
