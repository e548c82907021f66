import { createTokenLookup, type Match, type TokenLookup } from "./token-lookup.ts";

export interface DraftOptions {
  /** What stands in the state before the answer. */
  readonly prompt: readonly number[];
  /** The tokens of a text as a call may repeat it, in each spelling. */
  readonly spellForCall: (tokens: readonly number[]) => readonly (readonly number[])[];
}

/** What may come next in an answer, by what followed the same tokens before. */
export interface Drafts {
  /** The answer goes on. */
  push(tokens: readonly number[]): void;
  /** Earlier places that end as the answer does now; `held`: within a call, where text is spelt as JSON. */
  matches(held: boolean): readonly Match[];
  continuation(held: boolean, match: Match, most: number): number[];
}

/** Tokens of the prompt that are looked through, from its end: what a model repeats it has read not long ago. */
const reach = 16_384;

/** Both lookups are made when they are first needed: few answers need both. */
export function createDrafts({ prompt, spellForCall }: DraftOptions): Drafts {
  const recent = prompt.slice(-reach);
  const answer: number[] = [];
  let free: TokenLookup | undefined;
  let call: TokenLookup | undefined;

  function lookup(held: boolean): TokenLookup {
    const made = held ? call : free;
    if (made !== undefined) return made;
    const lookup = createTokenLookup();
    for (const spelling of held ? spellForCall(recent) : []) {
      lookup.push(spelling);
      lookup.divide();
    }
    lookup.push(recent);
    lookup.push(answer);
    if (held) call = lookup;
    else free = lookup;
    return lookup;
  }

  return {
    push(tokens) {
      answer.push(...tokens);
      free?.push(tokens);
      call?.push(tokens);
    },
    matches: (held) => lookup(held).matches(),
    continuation: (held, match, most) => lookup(held).continuation(match, most),
  };
}
