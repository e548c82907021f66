import type { Finding } from "./finding.ts";
import { distance } from "./near.ts";
import { quote } from "./quote.ts";

/**
 * Is this the value that was meant in place of the wrong one? Only what something shows: a candidate that comes nearest, or, where the cluster
 * knows of none, what the repository's own text names. The answer is why not; `undefined` where it may be.
 */
export function whyNotMeant(finding: Finding, value: string, repositoryText: string): string | undefined {
  const candidates = finding.candidates.map((one) => one.value);
  if (candidates.length === 0)
    return namesWord(repositoryText, value)
      ? undefined
      : `nothing in the cluster or the repository shows that ${quote(value, 60)} is meant`;
  return candidates.includes(value) ? undefined : `nothing shows that ${quote(value, 60)} is meant`;
}

/** The same for a name that was misspelt: of several that come near the nearest is meant, and of two equally near the one that the repository names. */
export function whyNotNearest(finding: Finding, value: string, repositoryText: string): string | undefined {
  const other = whyNotMeant(finding, value, repositoryText);
  if (other !== undefined || finding.candidates.length < 2) return other;
  const far = (one: string): number => distance(finding.value ?? "", one);
  const rivals = finding.candidates.map((one) => one.value).filter((one) => one !== value && far(one) <= far(value));
  const named = (one: string): boolean => namesWord(repositoryText, one);
  const rival = named(value) ? rivals.find((one) => named(one) && far(one) < far(value)) : rivals[0];
  return rival === undefined ? undefined : `${quote(rival, 60)} comes as near to what was written, or nearer`;
}

/** Does a text hold this as a word of its own? */
export function namesWord(text: string, word: string): boolean {
  if (word === "" || text === "") return false;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (!/[\w-]/.test(text.charAt(at + word.length)) && !/\w/.test(text.charAt(at - 1))) return true;
  return false;
}
