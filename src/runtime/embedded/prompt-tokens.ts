import type { RecentMap } from "./recent-map.ts";
import type { WireSegment } from "./wire.ts";

export interface Tokenizer {
  /** Text that may hold control tokens. */
  special(text: string): readonly number[];
  /** Text that must stay text: what looks like a control token is spelt out. */
  plain(text: string): readonly number[];
  /** The token that has to open every prompt; absent where the model wants none. */
  readonly opening?: number | undefined;
}

/**
 * A rendered prompt's tokens. An earlier answer of the model takes the tokens that the model generated, where they are known:
 * tokenising its text again may cut it otherwise, and the state kept from the last turn would be lost from there on.
 */
export function promptTokens(
  segments: readonly WireSegment[],
  tokenizer: Tokenizer,
  answers: Pick<RecentMap<readonly number[]>, "get">,
): number[] {
  const tokens: number[] = [];
  for (const segment of segments) {
    const known = segment.assistant === true ? answers.get(segment.text) : undefined;
    // No spread into push: a long prompt has more tokens than a call may have arguments.
    for (const token of known ?? (segment.special ? tokenizer.special(segment.text) : tokenizer.plain(segment.text))) tokens.push(token);
  }
  if (tokenizer.opening !== undefined && tokens[0] !== tokenizer.opening) tokens.unshift(tokenizer.opening);
  return tokens;
}
