/** Counts tokens without a tokenizer: what the server has counted is known, what came after it is estimated. */
export interface TokenEstimate {
  /** Tokens of a prompt; rather too many than too few. */
  ofPrompt(text: string): number;
  /** So many a prompt has at least: a smaller count means that the server left something out. */
  fewest(text: string): number;
  /** Tokens of a text by itself. */
  ofText(text: string): number;
  /** The server counted this prompt. */
  learn(text: string, tokens: number): void;
}

/** Bytes a token, before anything is known: between code (about 3) and English (above 4). */
const usualBytes = 3.2;
/** What is estimated is taken for larger than it seems: a prompt that does not fit costs a refused request. */
const margin = 1.1;
/** Characters of one token, on average over a prompt, at the very most: indentation and long words included. */
const mostCharacters = 16;
/** Prompts that are remembered: the lanes of a session. */
const remembered = 8;
/** A difference of fewer bytes says little about the rate. */
const enoughBytes = 400;

export function createTokenEstimate(): TokenEstimate {
  let known: { readonly text: string; readonly tokens: number }[] = [];
  let bytesPerToken = usualBytes;

  const longestKnown = (text: string): { readonly text: string; readonly tokens: number } => {
    const beginnings = known.filter((prompt) => text.startsWith(prompt.text));
    return beginnings.reduce((best, prompt) => (prompt.text.length > best.text.length ? prompt : best), { text: "", tokens: 0 });
  };

  const estimate = (text: string): number => Math.ceil((Buffer.byteLength(text) / bytesPerToken) * margin);

  return {
    ofPrompt(text) {
      const beginning = longestKnown(text);
      return beginning.tokens + estimate(text.slice(beginning.text.length));
    },
    fewest(text) {
      const beginning = longestKnown(text);
      return Math.floor(beginning.tokens * 0.99 + (text.length - beginning.text.length) / mostCharacters) - 8;
    },
    ofText: estimate,
    learn(text, tokens) {
      const beginning = longestKnown(text);
      const bytes = Buffer.byteLength(text.slice(beginning.text.length));
      const counted = tokens - beginning.tokens;
      if (bytes >= enoughBytes && counted > 0) {
        const rate = Math.min(8, Math.max(1, bytes / counted));
        bytesPerToken = bytesPerToken * 0.7 + rate * 0.3;
      }
      // A prompt that another one goes on from is not asked for again.
      known = [{ text, tokens }, ...known.filter((prompt) => !text.startsWith(prompt.text))].slice(0, remembered);
    },
  };
}
