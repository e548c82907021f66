import type { SessionEvent } from "../record/events.ts";

/** A call of the session and what came of it, as the gateway saw them; `output` is cut. */
export interface RecordedCall {
  readonly id: string;
  readonly name: string;
  /** A command, or a file's path. */
  readonly subject: string;
  /** Absent while its result is not in. */
  readonly outcome: { readonly failed: boolean; readonly output: string } | undefined;
}

/** What is known of a session while it goes on; nothing of it is the model's word. */
export interface SessionRecord {
  readonly startedAt: number;
  readonly calls: readonly RecordedCall[];
  readonly turns: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly refusedPushes: number;
}

export const emptyRecord: SessionRecord = {
  startedAt: 0,
  calls: [],
  turns: 0,
  promptTokens: 0,
  cachedTokens: 0,
  outputTokens: 0,
  refusedPushes: 0,
};

/** One event further: a pure fold. */
export function recordEvent(before: SessionRecord, event: SessionEvent): SessionRecord {
  const record = before.startedAt === 0 ? { ...before, startedAt: event.at } : before;
  switch (event.type) {
    case "call": {
      const subject = event.input["command"] ?? event.input["file_path"] ?? "";
      const call = { id: event.id, name: event.name, subject: typeof subject === "string" ? subject.trim() : "", outcome: undefined };
      return { ...record, calls: [...record.calls, call] };
    }
    case "result":
      return {
        ...record,
        calls: record.calls.map((call) =>
          call.id === event.id ? { ...call, outcome: { failed: event.failed, output: event.text } } : call,
        ),
      };
    case "turn":
      return {
        ...record,
        turns: record.turns + 1,
        promptTokens: record.promptTokens + event.promptTokens,
        cachedTokens: record.cachedTokens + event.cachedTokens,
        outputTokens: record.outputTokens + event.outputTokens,
      };
    case "gate":
      return event.passed ? record : { ...record, refusedPushes: record.refusedPushes + 1 };
    default:
      return record;
  }
}

/** Commands that ended well, in their order. */
export function commandsThatWorked(record: SessionRecord): readonly string[] {
  return record.calls.flatMap(({ name, subject, outcome }) => (name === "Bash" && outcome?.failed === false ? [subject] : []));
}

/** A change of the repository, as the calls have it. */
export interface RecordedChange {
  /** The quick fix that was taken, in its own words; absent where the change was written. */
  readonly quickFix: string | undefined;
  /** Edits that stand beside it, or instead of it. */
  readonly edits: number;
}

/** Was a quick fix taken, or did the model write the change? From the calls, in their order: an undo takes back what went before it. */
export function changeOf(record: SessionRecord): RecordedChange {
  let quickFix: string | undefined;
  let edits = 0;
  for (const { name, subject, outcome } of record.calls) {
    if (outcome === undefined || outcome.failed) continue;
    if (name === "Edit" || name === "Write") edits++;
    if (name !== "Bash") continue;
    if (/\bgit (?:checkout (?:[^;&|]*\s)?--|restore|reset|stash)/.test(subject)) {
      quickFix = undefined;
      edits = 0;
    }
    if (/\bsed -i|\bperl -p?i|\bgit apply\b|(?<!\d)>>? *[\w./-]+\.\w+/.test(subject)) edits++;
    const number = /(?:^|[;&|]\s*)(?:cloister )?fix (\d)\b/.exec(subject)?.[1];
    if (number !== undefined)
      quickFix = `quick fix ${number} of Cloister's${/^Changed (.*)$/m.exec(outcome.output)?.[1]?.replace(/^/, ", ") ?? ""}`;
  }
  return { quickFix, edits };
}
