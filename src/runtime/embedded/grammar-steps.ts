import type { LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import type { GrammarSteps } from "./forced-text.ts";

/**
 * node-llama-cpp 3.22.1 holds a grammar's state for its sampler and does not show it. Its native sampler has two functions that
 * do, which its own chat code uses; they are reached by name here and nowhere else. Where a version lacks them, or has changed
 * them, `undefined` comes back and every token is sampled: slower, the same text.
 * `never` are tokens that are refused although their text would fit.
 */
export function grammarSteps(state: LlamaGrammarEvaluationState, never: ReadonlySet<Token>): GrammarSteps | undefined {
  const sampler = nativeSampler(state);
  if (sampler === undefined) return undefined;
  const native = (state as unknown as Record<string, unknown>)["_state"];
  if (typeof native !== "object" || native === null) return undefined;
  return {
    allows: (token) => !never.has(token as Token) && sampler.canBeNextTokenForGrammarEvaluationState(native, token as Token),
    accept: (token) => sampler.acceptGrammarEvaluationStateToken(native, token as Token),
    copy: () => {
      const copy = grammarSteps(state.clone(), never);
      if (copy === undefined) throw new Error("A copy of a grammar's state has other parts than the state.");
      return copy;
    },
  };
}

interface NativeSampler {
  canBeNextTokenForGrammarEvaluationState(state: object, token: Token): boolean;
  acceptGrammarEvaluationStateToken(state: object, token: Token): void;
}

function nativeSampler(state: LlamaGrammarEvaluationState): NativeSampler | undefined {
  const sampler = member(member(member(state, "_llama"), "_bindings"), "AddonSampler");
  const has = (name: keyof NativeSampler): boolean => typeof member(sampler, name) === "function";
  if (!has("canBeNextTokenForGrammarEvaluationState") || !has("acceptGrammarEvaluationStateToken")) return undefined;
  return sampler as NativeSampler;
}

function member(value: unknown, name: string): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}
