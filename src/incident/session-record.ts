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
