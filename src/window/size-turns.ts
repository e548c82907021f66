import type { Conversation, Turn } from "../messages/conversation.ts";
import type { SizedTurn, Worth } from "./epochs.ts";
import type { Count } from "./remember-counts.ts";

/**
 * What a template puts around a turn and around a call, in tokens: tags, role, the call's own syntax. Rather too much than too little; the
 * exact count is taken when the decisions are made.
 */
const turnFrame = 14;
const callFrame = 14;

/** A result that would give less than this is left as it is: what stands in its place takes tokens too. */
const leastSaving = 32;

/**
 * The tokens of each turn from `from` on; of those before it the caller has the exact count, and they are 0 here. `full` and `short` are the
 * same conversation with all results as they are and with all of them cleared, the guide's notes in both.
 */
export async function sizeTurns(
  full: Conversation,
  short: Conversation,
  from: number,
  needed: ReadonlySet<string>,
  countTexts: Count<string>,
): Promise<readonly SizedTurn[]> {
  const spelled = full.turns.map((turn, index) => (index < from ? [] : textsOf(turn)));
  const cleared = short.turns.map((turn, index) => (index >= from && turn.role === "tool" ? [turn.text] : []));
  const counts = await countTexts([...spelled.flat(), ...cleared.flat()]);
  let next = 0;
  const take = (texts: readonly string[]): number => {
    const sum = counts.slice(next, next + texts.length).reduce((total, tokens) => total + tokens, 0);
    next += texts.length;
    return sum;
  };
  const sizes = spelled.map(take);
  const clearedSizes = cleared.map(take);
  return full.turns.map((turn, index): SizedTurn => {
    if (index < from) return { role: turn.role, tokens: 0 };
    const frame = turnFrame + (turn.role === "assistant" ? turn.calls.length * callFrame : 0);
    const tokens = (sizes[index] ?? 0) + frame;
    if (turn.role !== "tool") return { role: turn.role, tokens };
    const clearedTokens = (clearedSizes[index] ?? 0) + frame;
    const worth = worthOf(turn, needed);
    return tokens - clearedTokens < leastSaving ? { role: "tool", tokens } : { role: "tool", tokens, clearedTokens, worth };
  });
}

function textsOf(turn: Turn): readonly string[] {
  if (turn.role !== "assistant") return [turn.text];
  const calls = turn.calls.map((call) => `${call.name} ${JSON.stringify(call.input)}`);
  return turn.text === "" ? calls : [turn.text, ...calls];
}

function worthOf(turn: Extract<Turn, { role: "tool" }>, needed: ReadonlySet<string>): Worth {
  if (needed.has(turn.callId)) return "needed";
  return turn.failed ? "failed" : "plain";
}
