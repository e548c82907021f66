/** Counts tokens without a tokenizer: what the server has counted is known, what came after it is estimated. */
export interface TokenEstimate {
  /** Tokens of a prompt; rather too many than too few. `addedBytes`: what the server adds to a prompt of which nothing is known. */
  ofPrompt(text: string, addedBytes: number): number;
  /** So many a prompt has at least, for what is known of it: a smaller count means that the server left something out. */
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

  const estimate = (bytes: number): number => Math.ceil((bytes / bytesPerToken) * margin);

  return {
    ofPrompt(text, addedBytes) {
      const beginning = longestKnown(text);
      if (beginning.tokens === 0) return estimate(Buffer.byteLength(text) + addedBytes);
      return beginning.tokens + estimate(Buffer.byteLength(text.slice(beginning.text.length)));
    },
    // At its seam to what follows a text may be cut into other tokens.
    fewest: (text) => Math.floor(longestKnown(text).tokens * 0.99) - 8,
    ofText: (text) => estimate(Buffer.byteLength(text)),
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
