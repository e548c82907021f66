/**
 * What clients write into messages for a model in a data centre and that tells a local one nothing: the date, a snapshot of git's
 * status, tokens left, nudges about to-do lists, who signs commits. It changes from day to day and from request to request, so it would
 * also cost the prefix. Known by its first words, as clients 2.1.84 and 2.1.330 send it; any other reminder (a CLAUDE.md, a hook's
 * output, a warning about an empty file) stays as it is.
 */

const opening = "<system-reminder>";
const closing = "</system-reminder>";
const tokensOpening = "<total_tokens>";
const tokensClosing = "</total_tokens>";
const tokensLeft = /<total_tokens>[^<]{0,40}<\/total_tokens>\s*/g;
/** In the message about a background task: ids are the gateway's, and name nothing that the model reads elsewhere. */
const callIdLine = /<tool-use-id>[^<\n]{0,200}<\/tool-use-id>\n?/g;

const noise: readonly RegExp[] = [
  /^Whenever you read a file, you should consider whether it would be considered malware/,
  /^Attribution for git commits and pull requests/,
  /^The (TodoWrite tool hasn't|task tools haven't) been used recently/,
  /^This is a reminder that your todo list is currently empty/,
  /^The following skills are available for use with the Skill tool/,
  /^Token usage: /,
  /^USD budget: /,
  /^The date has changed\./,
  /^<total_tokens>[^<]*<\/total_tokens>$/,
];

const contextOpening = "As you answer the user's questions, you can use the following context:";
const contextClosing =
  /\n[ \t]*(IMPORTANT: this context may or may not be relevant|Claude Code attached this context automatically)[\s\S]*$/;
/** Headings of the parts of the context reminder; what belongs to the user's project is not noise. */
const contextHeading = /^# (currentDate|gitStatus|userEmail|directoryStructure|claudeMd)$/m;
const noisyParts: ReadonlySet<string> = new Set(["currentDate", "gitStatus", "userEmail"]);

/** The text of a user or system message without noise. */
export function stripReminders(text: string): string {
  const pieces: string[] = [];
  let at = 0;
  // By hand: a pattern would look for the end again from every opening, and the text may be megabytes of openings.
  for (;;) {
    const start = text.indexOf(opening, at);
    const end = start < 0 ? -1 : text.indexOf(closing, start);
    if (end < 0) break;
    const after = end + closing.length;
    const kept = usefulReminder(text.slice(start + opening.length, end).trim());
    pieces.push(text.slice(at, start), kept);
    at = kept === "" ? after + leadingSpace(text, after) : after;
  }
  const stripped = (pieces.join("") + text.slice(at)).replaceAll(tokensLeft, "");
  return stripped.includes("<task-notification>") ? stripped.replaceAll(callIdLine, "") : stripped;
}

function leadingSpace(text: string, from: number): number {
  let to = from;
  while (/\s/.test(text.charAt(to))) to++;
  return to - from;
}

/** A tool's result, and what the client has put behind it that is useful. */
export interface ResultText {
  readonly text: string;
  readonly reminders: readonly string[];
  /** Was there any, useful or not? */
  readonly reminded: boolean;
}

/**
 * Takes the reminders off the end of a result; noise among them is gone. Only the end is looked at: further up, the same words belong to the
 * file or the command's output, which the model has to see as it is. Of a result that is nothing but reminders (an empty file) the first
 * one is the result.
 */
export function splitReminders(text: string): ResultText {
  let rest = text.trimEnd();
  const reminders: string[] = [];
  for (;;) {
    const start = rest.endsWith(closing) ? rest.lastIndexOf(opening) : rest.endsWith(tokensClosing) ? rest.lastIndexOf(tokensOpening) : -1;
    if (start < 0) break;
    const useful = stripReminders(rest.slice(start)).trim();
    if (useful !== "") reminders.unshift(useful);
    rest = rest.slice(0, start).trimEnd();
  }
  if (rest === text.trimEnd()) return { text, reminders, reminded: false };
  const [first = "", ...others] = reminders;
  return rest === "" ? { text: first, reminders: others, reminded: true } : { text: rest, reminders, reminded: true };
}

/** Is this text nothing but reminders? */
export function isReminder(text: string): boolean {
  let rest = text.trim();
  if (rest === "") return false;
  while (rest.startsWith(opening)) {
    const end = rest.indexOf(closing);
    if (end < 0) return false;
    rest = rest.slice(end + closing.length).trimStart();
  }
  return rest === "";
}

/** A reminder with what is useful in it, or nothing. */
function usefulReminder(inner: string): string {
  if (noise.some((words) => words.test(inner))) return "";
  if (!inner.startsWith(contextOpening)) return `${opening}\n${inner}\n${closing}`;
  const kept = usefulContext(inner.slice(contextOpening.length).replace(contextClosing, ""));
  return kept === "" ? "" : `${opening}\n${kept}\n${closing}`;
}

function usefulContext(context: string): string {
  // Split on the headings; the odd elements are their names, each followed by its part.
  const pieces = context.split(new RegExp(contextHeading, "gm"));
  const kept: string[] = [];
  const before = pieces[0]?.trim() ?? "";
  if (before !== "") kept.push(before);
  for (let at = 1; at < pieces.length; at += 2) {
    const name = pieces[at] ?? "";
    if (!noisyParts.has(name)) kept.push(`# ${name}\n${(pieces[at + 1] ?? "").trim()}`);
  }
  return kept.join("\n\n");
}
