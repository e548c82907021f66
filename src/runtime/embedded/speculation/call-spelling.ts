/**
 * A prompt's text as a call would repeat it: within a JSON string, where the tokens of `\\n` and `\\"` are others than those of a line's
 * end and a quote, so that without this every line of a file would have to be found anew. Where the client's Read has put numbers
 * before the lines (with an arrow in 2.1.84, a tab in 2.1.330) there are two spellings: small models repeat the numbers, others leave
 * them out.
 */
export function callSpellings(text: string): string[] {
  const bare = text.replaceAll(/^ *\d+(?:→|\t)/gm, "");
  return [...new Set([text, bare])].map((spelling) => JSON.stringify(spelling).slice(1, -1));
}
