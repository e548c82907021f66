import type { Call, Turn } from "../messages/conversation.ts";
import { clearedText } from "./cleared-text.ts";
import { cutResult } from "./cut-result.ts";
import type { Count } from "./remember-counts.ts";

export interface CutTurns {
  /** Results larger than their share cut, everything else as it was. */
  readonly turns: readonly Turn[];
  /** The same turns with every result cleared. */
  readonly cleared: readonly Turn[];
  readonly cuts: readonly (ResultCut & { readonly at: number })[];
}

export interface ResultCut {
  readonly callId: string;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

/** Each result in both forms in which it may stand in a prompt. `share` is what one may take, in tokens. */
export async function cutResults(turns: readonly Turn[], share: number, countTexts: Count<string>): Promise<CutTurns> {
  const calls = new Map<string, Call>();
  for (const turn of turns) if (turn.role === "assistant") for (const call of turn.calls) calls.set(call.id, call);
  const counts = await countTexts(turns.map((turn) => (turn.role === "tool" ? turn.text : "")));
  const countOne = async (text: string): Promise<number> => (await countTexts([text]))[0] ?? 0;
  const cuts: (ResultCut & { at: number })[] = [];
  const kept: Turn[] = [];
  const cleared: Turn[] = [];
  for (const [at, turn] of turns.entries()) {
    if (turn.role !== "tool") {
      kept.push(turn);
      cleared.push(turn);
      continue;
    }
    const tokens = counts[at] ?? 0;
    const call = calls.get(turn.callId);
    const cut = await cutResult(turn.text, call, tokens, share, countOne);
    kept.push(cut === undefined ? turn : { ...turn, text: cut.text });
    cleared.push({ ...turn, text: clearedText(call, turn.text, tokens, turn.failed) });
    if (cut !== undefined) cuts.push({ at, callId: turn.callId, tokensBefore: tokens, tokensAfter: cut.tokens });
  }
  return { turns: kept, cleared, cuts };
}
