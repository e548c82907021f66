/** Ollama gives an answer up, without a word, when the same piece came more than this many times in a row. */
const mostRepeats = 30;

/** Counts equal pieces in a row, as the server does. */
export function createRepeatCounter(): { push(piece: string): void; cut(): boolean } {
  let last: string | undefined;
  let repeats = 0;
  return {
    push(piece) {
      const text = piece.trim();
      repeats = text === last ? repeats + 1 : 0;
      last = text;
    },
    // The piece that was one too many is not sent.
    cut: () => repeats >= mostRepeats,
  };
}
