import type { Token } from "node-llama-cpp";
import type { Vocabulary } from "../vocabulary.ts";
import { createAcceptance } from "./acceptance.ts";
import { type Calibrated, calibrate, calibratedSizes } from "./calibrate.ts";
import { callSpellings } from "./call-spelling.ts";
import { breakEven, draftLength } from "./draft-length.ts";
import { createDrafts } from "./drafts.ts";
import { createSpeculativeSource, type DraftPlan, type SpeculativeOptions, type SpeculativeSource } from "./speculative-source.ts";
import { createStepCosts, type StepCosts } from "./step-costs.ts";

/** `calibrated`: where it pays on this machine. A number: so many tokens wherever something can be drafted, to measure and to test. */
export type SpeculationMode = "off" | "calibrated" | number;

export interface SpeculatorOptions {
  readonly vocabulary: Pick<Vocabulary, "detokenize" | "spell" | "ends">;
  readonly now: () => number;
  readonly random: () => number;
}

export type AnswerParts = Omit<SpeculativeOptions, "drafts" | "plan" | "random" | "ends"> & {
  readonly mode: SpeculationMode;
  readonly signal: AbortSignal;
  /** The calibration, in one line. */
  readonly log: (text: string) => void;
};

/** Knows what steps cost on this machine with this model, for as long as the engine lives. */
export interface Speculator {
  /** For one answer, once its prompt is in the state. Undefined where it is off, or where the model's state cannot be cut back. */
  begin(parts: AnswerParts): SpeculativeSource | undefined;
}

/** Tokens that have to match before anything is measured: a chance match is not worth a second. */
const matchWorthMeasuring = 6;
/** Milliseconds after which a calibration that found nothing to gain, or had no time for every size, is made again: the machine may have been busy. */
const doubtAfter = 120_000;

export function createSpeculator({ vocabulary, now, random }: SpeculatorOptions): Speculator {
  let known: { readonly costs: StepCosts; readonly pays: boolean; readonly at: number } | undefined;

  function doubtful(): boolean {
    if (known === undefined) return true;
    const whole = known.costs.most === calibratedSizes.at(-1);
    return (!known.pays || !whole) && now() - known.at > doubtAfter;
  }

  async function measure(parts: AnswerParts, sample: readonly Token[]): Promise<void> {
    const measured = await calibrate({ sequence: parts.sequence, sample, pace: parts.pace, now, signal: parts.signal });
    // Cut short by a cancelled turn: the next one measures again.
    if (parts.signal.aborted) return;
    const costs = createStepCosts(measured.costs);
    const acceptance = breakEven(costs);
    known = { costs, pays: acceptance !== undefined, at: now() };
    parts.log(describe(measured, acceptance));
  }

  function calibratedPlan(parts: AnswerParts): DraftPlan {
    const acceptance = createAcceptance();
    return {
      async length({ matched, input, room }) {
        if (doubtful() && matched >= matchWorthMeasuring && room > 16) await measure(parts, input);
        if (known?.pays !== true) return 0;
        return draftLength({ costs: known.costs, acceptance: acceptance.of(matched), input: input.length, room });
      },
      ended: ({ matched, right, refuted }) => acceptance.observe(matched, right, refuted),
      async timed(tokens, step) {
        const before = now();
        const result = await step();
        if (known !== undefined && tokens <= known.costs.most) known.costs.observe(tokens, now() - before);
        return result;
      },
    };
  }

  function fixedPlan(tokens: number): DraftPlan {
    return { length: ({ room }) => Promise.resolve(Math.min(tokens, room)), ended: () => {}, timed: (_tokens, step) => step() };
  }

  return {
    begin(parts) {
      // A sliding window or a recurrent state forgets what a cut would have to bring back.
      if (parts.mode === "off" || parts.sequence.needsCheckpoints) return undefined;
      if (parts.mode === "calibrated" && known?.pays === false && !doubtful()) return undefined;
      return createSpeculativeSource({
        ...parts,
        drafts: createDrafts({
          prompt: parts.sequence.contextTokens,
          spellForCall: (tokens) => callSpellings(vocabulary.detokenize(tokens)).map((text) => vocabulary.spell(text)),
        }),
        plan: typeof parts.mode === "number" ? fixedPlan(parts.mode) : calibratedPlan(parts),
        random,
        ends: (token) => vocabulary.ends(token, []),
      });
    },
  };
}

function describe({ costs, sameUpTo }: Calibrated, acceptance: number | undefined): string {
  const sizes = [...costs.keys()].join(", ");
  const times = [...costs.values()].map((ms) => ms.toFixed(1)).join(", ");
  const verdict = acceptance === undefined ? "off, no draft pays" : `a draft pays where ${Math.round(acceptance * 100)} % of it are right`;
  return `speculation: ${sizes} tokens in one step take ${times} ms: ${verdict}; logits are the same to the last bit up to ${sameUpTo}`;
}
