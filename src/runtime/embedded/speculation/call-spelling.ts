/**
 * A prompt's text as a call would repeat it: within a JSON string, and without the line numbers that the client's Read puts before
 * each line (with an arrow in 2.1.84, a tab in 2.1.330). The tokens of `\n` and `\"` are others than those of a line's end and a
 * quote, so that without this every line of a file would have to be found anew.
 */
export function callSpelling(text: string): string {
  return JSON.stringify(text.replaceAll(/^ *\d+(?:→|\t)/gm, "")).slice(1, -1);
}
