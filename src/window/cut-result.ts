import type { Call } from "../messages/conversation.ts";
import { shortSubject, subjectOf } from "./subject.ts";

export interface CutResult {
  readonly text: string;
  /** Tokens of the text that is left. */
  readonly tokens: number;
}

/** The beginning says what it is, the end how it came out; of logs and of builds the beginning is a little more. */
const headShare = 0.6;
const mostTries = 12;
/** About what the words between head and tail take, in tokens. */
const noteTokens = 80;

/**
 * A result that is larger than its share, cut in the middle: head and tail end at the borders of lines, and between them stands what
 * was left out and how to see it. Nothing where it fits. A function of the text and the call alone, so it is the same on every turn.
 */
export async function cutResult(
  text: string,
  call: Call | undefined,
  tokens: number,
  share: number,
  count: (text: string) => Promise<number>,
): Promise<CutResult | undefined> {
  if (tokens <= share) return undefined;
  let kept = Math.max(share - noteTokens, share / 4) / tokens;
  let cut = "";
  for (let tries = 0; tries < mostTries; tries++) {
    cut = cutTo(text, call, tokens, Math.floor(text.length * kept));
    const left = await count(cut);
    if (left <= share) return { text: cut, tokens: left };
    // Where tokens are denser than on average it takes more than one step; where the words between are all that is left, nothing helps.
    kept *= Math.min(0.95, share / left) * 0.99;
  }
  cut = cutTo(text, call, tokens, 0);
  return { text: cut, tokens: await count(cut) };
}

function cutTo(text: string, call: Call | undefined, tokens: number, characters: number): string {
  const head = headOf(text, Math.floor(characters * headShare));
  const tail = tailOf(text, Math.floor(characters * (1 - headShare)), head.length);
  const middle = text.slice(head.length, text.length - tail.length);
  const lines = text.split("\n").length;
  const from = head.split("\n").length;
  const to = lines - (tail === "" ? 0 : tail.split("\n").length);
  const share = Math.round((tokens * middle.length) / text.length);
  const wholeLines = from <= to && (head === "" || head.endsWith("\n"));
  const out = wholeLines ? `lines ${from} to ${to} of ${lines}` : `${middle.length} characters`;
  // As many lines at a time as are shown now: they fit.
  const until = Math.min(to, from + Math.max(0, lines - (to - from + 1) - 1));
  const how = wholeLines && call !== undefined ? howToSee(call, middle, from, until) : "Ask for less at a time.";
  const note = `[cloister: ${out} (about ${share} tokens) are left out here. ${how}]`;
  return `${head}${head === "" || head.endsWith("\n") ? "" : "\n"}${note}${tail === "" ? "" : `\n${tail}`}`;
}

/** At most so many characters from the beginning, up to the end of a line; into a line only where it alone is too long. */
function headOf(text: string, characters: number): string {
  const border = text.lastIndexOf("\n", characters - 1) + 1;
  return border > characters / 2 || characters === 0 ? text.slice(0, border) : wholeCharacters(text.slice(0, characters));
}

/** At most so many characters from the end, from the beginning of a line; never more than `after` leaves. */
function tailOf(text: string, characters: number, after: number): string {
  const start = Math.max(after, text.length - characters);
  const border = text.indexOf("\n", start - 1) + 1;
  return border > 0 && text.length - border > characters / 2 ? text.slice(border) : wholeCharacters(text.slice(start));
}

/** Without half a surrogate pair at either end. */
function wholeCharacters(text: string): string {
  return text.replace(/^[\uDC00-\uDFFF]/, "").replace(/[\uD800-\uDBFF]$/, "");
}

function howToSee(call: Call, middle: string, from: number, to: number): string {
  const subject = shortSubject(call);
  const part = `sed -n '${from},${to}p'`;
  if (call.name === "Bash") {
    if (subject === undefined) return `To see a part of them, run the same command with \`| ${part}\` behind it.`;
    return `To see a part of them: ${isOneProgram(subject) ? subject : `(${subject})`} 2>&1 | ${part}`;
  }
  if (call.name === "Read") {
    // The client numbers the lines that it shows; a file that was read in parts does not begin at 1.
    const first = /^ *(\d+)(?:→|\t)/m.exec(middle)?.[1] ?? String(from);
    return `To see a part of them: Read ${subjectOf(call)} with offset ${first} and limit ${to - from + 1}.`;
  }
  return `Call ${call.name} again for less at a time.`;
}

/** A pipe would bind only to the last part of anything else. */
function isOneProgram(command: string): boolean {
  return !/[;&|<>#()]/.test(command);
}
