import type { Call } from "../messages/conversation.ts";
import { shortSubject, subjectOf } from "./subject.ts";

/** In one line, so that it is never taken for the output itself. */
const longestMention = 80;

/** What stands in the place of a cleared result: what it was, and how to get it again. The call itself stays above it. */
export function clearedText(call: Call | undefined, text: string, tokens: number, failed: boolean): string {
  const lines = text === "" ? 0 : text.split("\n").length;
  const size = `${lines} line${lines === 1 ? "" : "s"}, ${tokens} tokens`;
  const outcome = failed ? "; it failed" : "";
  if (call === undefined) return `[cloister: a result was cleared to save room (${size}${outcome})]`;
  const what = mention(call);
  const again = call.name === "Bash" ? "Run it again" : call.name === "Read" ? "Read it again" : "Make the call again";
  return `[cloister: cleared to save room: ${what} (${size}${outcome}). ${again} if you need it.]`;
}

function mention(call: Call): string {
  const subject = shortSubject(call) ?? subjectOf(call).split("\n")[0] ?? "";
  const short = [...subject].length > longestMention ? `${[...subject].slice(0, longestMention).join("")}…` : subject;
  if (call.name === "Bash") return `the output of \`${short}\``;
  return short === "" ? `the result of ${call.name}` : `the result of ${call.name} ${short}`;
}
