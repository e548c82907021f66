import type { Call, Conversation } from "../messages/conversation.ts";

/** A call and what came of it. The guide judges by these alone: by what succeeded, never by what the model says it did. */
export interface Deed {
  readonly call: Call;
  /** What the call ran or touched: a command, a file's path. */
  readonly subject: string;
  readonly output: string;
  readonly succeeded: boolean;
  /** An earlier deed had the same tool and the same input. */
  readonly repeated: boolean;
}

/** What programs print when they failed, also where a later command of the same line hid their exit status. */
const failurePattern =
  /^(error:|fatal:|Error from server|The connection to the server|GraphQL: |bash: |\/bin\/(ba)?sh: |sed: |kubectl: |<tool_use_error>)/m;

/** The deeds of a conversation, in the order of their results. A call without a result is not a deed yet. */
export function deedsOf(conversation: Conversation): readonly Deed[] {
  const calls = new Map<string, Call>();
  const seen = new Set<string>();
  const deeds: Deed[] = [];
  for (const turn of conversation.turns) {
    if (turn.role === "assistant") for (const call of turn.calls) calls.set(call.id, call);
    if (turn.role !== "tool") continue;
    const call = calls.get(turn.callId);
    if (call === undefined) continue;
    const key = callKey(call.name, call.input);
    // A file's text may hold any of these words: only what a command prints is searched for them.
    const hidden = call.name === "Bash" && failurePattern.test(turn.text);
    deeds.push({ call, subject: subjectOf(call), output: turn.text, succeeded: !turn.failed && !hidden, repeated: seen.has(key) });
    seen.add(key);
  }
  return deeds;
}

/** Two calls with one key do the same. */
export function callKey(name: string, input: Readonly<Record<string, unknown>>): string {
  const members = Object.keys(input)
    .filter((key) => !(name === "Bash" && key !== "command"))
    .toSorted()
    .map((key) => [key, input[key]]);
  return JSON.stringify([name, members]);
}

function subjectOf(call: Call): string {
  const subject = call.input["command"] ?? call.input["file_path"] ?? call.input["path"] ?? "";
  return typeof subject === "string" ? subject.trim() : "";
}
