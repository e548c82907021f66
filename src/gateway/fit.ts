import { CloisterError } from "../error.ts";

/** Tokens that an answer needs at least to be worth asking for: a call with a path and two lines of text. */
const shortestAnswer = 256;

/** The longest prompt that leaves room for an answer worth asking for, in tokens; `longest` is the longest answer that is wanted. */
export function longestPrompt(window: number, longest: number): number {
  return window - Math.min(shortestAnswer, longest, Math.floor(window / 4));
}

/**
 * How long the answer may be, in tokens: what the client wants, within the session's bound and what the window has left. Throws
 * `prompt-too-long`, in the words by which clients know that they must compact (`prompt is too long: N tokens > M maximum`).
 */
export function fitAnswer(promptTokens: number, window: number, wanted: number, bound: number): number {
  const longest = Math.min(wanted, bound);
  const most = longestPrompt(window, longest);
  if (promptTokens > most) {
    throw new CloisterError("prompt-too-long", `prompt is too long: ${promptTokens} tokens > ${most} maximum`);
  }
  return Math.min(longest, window - promptTokens);
}
