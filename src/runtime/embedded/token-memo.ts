import type { Tokenizer } from "./prompt-tokens.ts";
import { createRecentMap } from "./recent-map.ts";

/**
 * Remembers the tokens of texts: a long conversation is counted and run on every turn, and all of it but the end was there on the turn before. `capacity`
 * bounds what is remembered, in tokens and characters together.
 */
export function rememberTokens(tokenizer: Tokenizer, capacity: number): Tokenizer {
  const weigh = (tokens: readonly number[], text: string): number => tokens.length + text.length;
  const remembered = { special: createRecentMap(capacity / 2, weigh), plain: createRecentMap(capacity / 2, weigh) };

  function tokens(kind: "special" | "plain", text: string): readonly number[] {
    const known = remembered[kind].get(text);
    if (known !== undefined) return known;
    const found = tokenizer[kind](text);
    remembered[kind].set(text, found);
    return found;
  }

  return { special: (text) => tokens("special", text), plain: (text) => tokens("plain", text), opening: tokenizer.opening };
}
