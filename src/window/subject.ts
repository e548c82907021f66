import type { Call } from "../messages/conversation.ts";

/** Longest command or path that is repeated in our own words, in characters. */
const longest = 160;

/** What a call ran or touched: a command, a path, a pattern. Empty where none of its arguments says so. */
export function subjectOf(call: Call): string {
  for (const name of ["command", "file_path", "path", "pattern"]) {
    const value = call.input[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  return "";
}

/** The same in one line that is not too long to repeat; nothing where it would have to be cut. */
export function shortSubject(call: Call): string | undefined {
  const subject = subjectOf(call);
  return subject === "" || subject.length > longest || subject.includes("\n") ? undefined : subject;
}
