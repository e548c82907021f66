import type { Token } from "node-llama-cpp";
import type { GrammarSteps } from "../forced-text.ts";

/** The likeliest tokens at one place with their logits, best first. */
export type Candidates = readonly { readonly token: Token; readonly logit: number }[];

export type Choice =
  | { readonly kind: "token"; readonly token: Token }
  /** Two tokens are so close that a step of its own might choose the other: only that step can say. */
  | { readonly kind: "undecided" }
  /** What was drawn breaks the grammar: what it allows has to be drawn from. */
  | { readonly kind: "refused" };

/** How the engine chooses when it takes one token a step (`decode`). */
export const sampling = { topK: 40, topP: 0.95 } as const;

/** Candidates that are looked at for the best one that the grammar allows. */
export const greedyCandidates = 8;

/**
 * The engine's kernels for one token round otherwise than those for several: logits differed by up to 0.42 on the two models
 * measured (SmolLM2 135M Q4_1, Qwen2.5-Coder 0.5B Q4_K_M, AVX2). A choice with more than this between the best two is the same.
 */
const clearLead = 0.5;

/** What temperature 0 takes: the best token that the grammar allows, if its lead is clear. */
export function chooseGreedily(candidates: Candidates, grammar: Pick<GrammarSteps, "allows"> | undefined): Choice {
  const allowed = (at: number): boolean => {
    const candidate = candidates[at];
    return candidate !== undefined && (grammar === undefined || grammar.allows(candidate.token));
  };
  let best = 0;
  while (best < candidates.length && !allowed(best)) best++;
  let second = best + 1;
  // Those that are not listed are no better than the last that is.
  while (second < candidates.length - 1 && !allowed(second)) second++;
  const [first, next] = [candidates[best], candidates[second]];
  if (first === undefined || next === undefined || first.logit - next.logit < clearLead) return { kind: "undecided" };
  return { kind: "token", token: first.token };
}

/**
 * What a temperature above 0 takes: one draw from the same distribution as the engine's own sampler, which draws first and asks the
 * grammar then. `candidates` are the `topK` best; `draw` is from 0 up to 1.
 */
export function chooseByChance(
  candidates: Candidates,
  grammar: Pick<GrammarSteps, "allows"> | undefined,
  temperature: number,
  draw: number,
): Choice {
  const best = candidates[0]?.logit ?? 0;
  const likely = nucleus(candidates.map(({ logit }) => Math.exp(logit - best)));
  const weights = candidates.slice(0, likely).map(({ logit }) => Math.exp((logit - best) / temperature));
  let left = draw * sum(weights);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  const token = candidates[at < 0 ? weights.length - 1 : at]?.token;
  if (token === undefined) return { kind: "undecided" };
  return grammar === undefined || grammar.allows(token) ? { kind: "token", token } : { kind: "refused" };
}

/** How many of the best have `topP` of the weight together; at least one. */
function nucleus(weights: readonly number[]): number {
  const enough = sampling.topP * sum(weights);
  let reached = 0;
  const at = weights.findIndex((weight) => (reached += weight) >= enough);
  return at < 0 ? weights.length : at + 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
