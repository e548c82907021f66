import type { Call, Turn } from "../messages/conversation.ts";
import type { Prompt } from "../prompt/prompt.ts";
import { noteMark } from "./advise.ts";

/**
 * The conversation has come to a loop: its last `limit` turns of work are the same call with the same result. Returns the sentence that ends it.
 * Where the guide names the forms a repeat is impossible already, and where the user has said something since it is no loop.
 */
export function findLoop({ turns, answer }: Prompt, limit: number): string | undefined {
  if (answer.kind !== "anything" && answer.kind !== "call") return undefined;
  const work = lastWork(turns, limit);
  const [newest] = work;
  if (newest === undefined || work.length < limit || work.some(({ key }) => key !== newest.key)) return undefined;
  return `The same call was made ${limit} times in a row with the same result (${describe(newest.calls)}), so the work stops here.`;
}

interface Work {
  readonly key: string;
  readonly calls: readonly Call[];
}

/** Answers with calls and their results, the newest first, as far back as they follow one another. */
function lastWork(turns: readonly Turn[], limit: number): Work[] {
  const work: Work[] = [];
  let results: string[] = [];
  for (let at = turns.length - 1; at >= 0 && work.length < limit; at--) {
    const turn = turns[at];
    if (turn?.role === "tool") results.unshift(withoutNote(turn.text));
    else if (turn?.role === "assistant" && turn.calls.length > 0) {
      work.push({ key: JSON.stringify([turn.calls.map(({ name, input }) => [name, input]), results]), calls: turn.calls });
      results = [];
    } else break;
  }
  return work;
}

/** The guide's notes say how the work goes on, so they differ where all else is the same. */
function withoutNote(text: string): string {
  const at = text.lastIndexOf(noteMark);
  return at === -1 ? text : text.slice(0, at);
}

function describe(calls: readonly Call[]): string {
  const text = calls.map(({ name, input }) => `${name} ${JSON.stringify(input)}`).join(", ");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
