/** Tokens to text, as the engine's vocabulary has it. Bytes that are no whole character yet come out as U+FFFD. */
export type Detokenize = (tokens: readonly number[]) => string;

export interface TokenText {
  /** The text that is complete now; empty while the token ends inside a character. */
  push(token: number): string;
  /** What was held back: bytes that never became a character come out as U+FFFD. */
  end(): string;
}

const replacement = "\uFFFD";
/** Bounds the work if a model writes nothing but broken characters: a character has four bytes, so four tokens at most. */
const longestHeld = 16;

/**
 * Turns tokens into text one by one without ever splitting a character that spans several tokens. Each token is read together
 * with the one before it, because some vocabularies write the space before a word only when it does not come first.
 */
export function createTokenText(detokenize: Detokenize): TokenText {
  let before: readonly number[] = [];
  let held: number[] = [];
  let given = 0;

  function heldText(): string {
    const lead = detokenize(before);
    const whole = detokenize([...before, ...held]);
    return whole.startsWith(lead) ? whole.slice(lead.length) : detokenize(held);
  }

  function release(text: string): string {
    const rest = text.slice(given);
    before = held.slice(-1);
    held = [];
    given = 0;
    return rest;
  }

  return {
    push(token) {
      held.push(token);
      const text = heldText();
      if (!text.endsWith(replacement) || held.length >= longestHeld) return release(text);
      // An unfinished character shows as one U+FFFD at the end; all before it is final.
      const final = text.slice(given, -replacement.length);
      given = Math.max(given, text.length - replacement.length);
      return final;
    },
    end() {
      return held.length === 0 ? "" : release(heldText());
    },
  };
}
