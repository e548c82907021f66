/** Characters between two looks, and how far back a look reaches for patience 1. */
const stride = 256;
const reach = 4096;

/**
 * Says when a text that comes in pieces ends in nothing but repetition: of a character, a phrase, a line or several lines. Tables, lists, rules,
 * base64 and quoted logs repeat themselves too, but not as exactly and not as long.
 *
 * Every 256 characters it looks at the last 4,096 once, so a character costs about sixteen steps whatever the length of the text.
 */
export function createRepetitionWatch(patience = 1): { push(text: string): string | undefined } {
  let tail = "";
  let since = 0;
  let found: string | undefined;
  return {
    push(text) {
      if (found !== undefined) return found;
      tail += text;
      since += text.length;
      if (since < stride) return undefined;
      since = 0;
      if (tail.length > 2 * reach * patience) tail = tail.slice(-reach * patience);
      const period = findPeriod(tail.slice(-reach * patience), patience);
      if (period !== undefined) found = `${describe(tail.slice(-period))}, again and again`;
      return found;
    },
  };
}

/** The length that a repetition must have, in characters, for it to be one. */
function longest(period: number, patience: number): number {
  if (period === 1) return 2000 * patience;
  return Math.max(1200, (period <= 120 ? 15 : 5) * period) * patience;
}

/** The period with which the text ends, if it ends in enough repetition. By the prefix function of the text read backwards (Knuth, Morris, Pratt). */
function findPeriod(text: string, patience: number): number | undefined {
  const length = text.length;
  const prefix = new Uint32Array(length);
  const at = (index: number): number => text.charCodeAt(length - 1 - index);
  for (let index = 1, matched = 0; index < length; index++) {
    while (matched > 0 && at(index) !== at(matched)) matched = prefix[matched - 1] ?? 0;
    if (at(index) === at(matched)) matched++;
    prefix[index] = matched;
    const period = index + 1 - matched;
    if (matched > 0 && index + 1 >= longest(period, patience)) return period;
  }
  return undefined;
}

function describe(phrase: string): string {
  const line = phrase.replace(/\s+/g, " ").trim();
  return line === "" ? "blanks" : JSON.stringify(line.length > 60 ? `${line.slice(0, 60)}…` : line);
}
