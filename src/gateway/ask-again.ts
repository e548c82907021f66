import type { Answer } from "../messages/answer.ts";
import type { Turn } from "../messages/conversation.ts";
import type { Prompt } from "../prompt/prompt.ts";

/** A greedy answer would come out the same. */
const leastTemperature = 0.7;
/** Tokens that the fault takes in the window. */
const faultTokens = 96;

/**
 * The prompt of a second try, after an answer that could not be used. A runtime that can hold a grammar is held to a call; any other one is told
 * what was wrong. `said` are the words that came before the fault: the client has them.
 */
export function askAgain(prompt: Prompt, fault: string, said: string, grammar: boolean): Prompt {
  const answer: Answer = prompt.answer.kind === "anything" ? { kind: "call" } : prompt.answer;
  const temperature = Math.max(prompt.temperature, leastTemperature);
  if (grammar) return { ...prompt, answer, temperature: prompt.answer === answer ? temperature : prompt.temperature };
  const turns = withFault(prompt.turns, said, `${toTheModel(fault)} Answer with one call, whole.`);
  return { ...prompt, turns, temperature, maxTokens: Math.max(1, prompt.maxTokens - faultTokens) };
}

/** Roles keep alternating where they did: some templates demand it. */
function withFault(turns: readonly Turn[], said: string, text: string): readonly Turn[] {
  const last = turns.at(-1);
  if (said.trim() !== "") return [...turns, { role: "assistant", text: said, calls: [] }, { role: "user", text }];
  if (last?.role === "user") return [...turns.slice(0, -1), { role: "user", text: `${last.text}\n\n${text}` }];
  return [...turns, { role: "user", text }];
}

function toTheModel(fault: string): string {
  return fault.replace(/^The model's /, "Your ").replace(/^The model /, "You ");
}
