import type { Call } from "../messages/conversation.ts";
import { shortSubject, subjectOf } from "./subject.ts";

/** Longest command or path in it, in characters. */
const longestMention = 80;

/**
 * What stands in the place of a cleared result: what it was, and how to get it again. Few words: the call itself stays above it, and a long
 * session has many of these.
 */
export function clearedText(call: Call | undefined, text: string, tokens: number, failed: boolean): string {
  const lines = text === "" ? 0 : text.split("\n").length;
  const size = `${lines} line${lines === 1 ? "" : "s"}, ${tokens} tokens${failed ? ", failed" : ""}`;
  if (call === undefined) return `[cloister: cleared: a result (${size})]`;
  return `[cloister: cleared: ${mention(call)} (${size}); ${again(call)} to see it]`;
}

function mention(call: Call): string {
  const subject = shortSubject(call) ?? subjectOf(call).split("\n")[0] ?? "";
  const short = [...subject].length > longestMention ? `${[...subject].slice(0, longestMention).join("")}…` : subject;
  return call.name === "Bash" ? short : `${call.name} ${short}`.trim();
}

function again(call: Call): string {
  if (call.name === "Bash") return "run it again";
  return call.name === "Read" ? "read it again" : "call it again";
}
