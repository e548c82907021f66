import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from "node-llama-cpp";
import { CloisterError } from "../../../error.ts";
import type { Candidates } from "./choose-token.ts";

/** The parts of a sequence that speculation needs. */
export type SpeculatedSequence = Pick<
  LlamaContextSequence,
  "contextSize" | "contextTokens" | "controlledEvaluate" | "eraseContextTokenRanges" | "needsCheckpoints" | "nextTokenIndex"
>;

/** Evaluates `tokens` in one step, and gives the `count` likeliest tokens behind each of the last `places` of them. */
export async function evaluateAhead(
  sequence: SpeculatedSequence,
  tokens: readonly Token[],
  { places, count }: { readonly places: number; readonly count: number },
): Promise<Candidates[]> {
  // A sampler of its own that is asked for its candidates and not for its choice: the logits stay as they are at temperature 1. Without
  // `topK` the whole vocabulary would be sorted.
  const options = { temperature: 1, topK: count, topP: 1 };
  const generateNext = { logits: { filter: { tokens: [], includeTop: count } }, options };
  const from = tokens.length - places;
  const input = tokens.map((token, index): ControlledEvaluateInputItem => (index < from ? token : [token, { generateNext }]));
  const outputs = await sequence.controlledEvaluate(input, { contextShift: { strategy: refuseToShift } });
  return Array.from({ length: places }, (_, place) =>
    [...(outputs[from + place]?.next.logits ?? [])].map(([token, logit]) => ({ token, logit })),
  );
}

/** Takes out of the state every token from `length` on. Throws `internal` where the engine could not. */
export async function cutBack(sequence: SpeculatedSequence, length: number): Promise<void> {
  const end = sequence.nextTokenIndex;
  if (end > length) await sequence.eraseContextTokenRanges([{ start: length, end }]);
  if (sequence.nextTokenIndex !== length)
    throw new CloisterError(
      "internal",
      `The engine's state has ${sequence.nextTokenIndex} tokens where it was to be cut back to ${length}.`,
    );
}

/** Drafts are cut so that the window holds them. */
function refuseToShift(): never {
  throw new CloisterError("internal", "A draft ran over the window, although it was cut to fit.");
}
