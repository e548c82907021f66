import type { Answer } from "../messages/answer.ts";
import type { Conversation } from "../messages/conversation.ts";

/** Reads a conversation and says what belongs under each result and what may come next: a pure function, no clock and no files. */
export type Guide = (conversation: Conversation) => Guidance;

export interface Guidance {
  /** Appended to the first user turn; the same on every turn. */
  readonly opening: string | undefined;
  /** A note under each tool result, by call id. Each is a function of the turns up to that result, so earlier turns never change. */
  readonly notes: ReadonlyMap<string, string>;
  /**
   * Results that say again what an earlier one said, by call id, and what stands in their place: short, so that a repetition costs nothing. As with notes each is a
   * function of the turns up to it.
   */
  readonly answered?: ReadonlyMap<string, string>;
  readonly answer: Answer;
  /**
   * Calls whose results the model chooses from, now or later: they stay in the window as long as possible. Whether one belongs here depends
   * on the turns up to it alone.
   */
  readonly needed?: ReadonlySet<string>;
  /** The step of the runbook that the work is at; absent where there is no runbook. `index` counts from 1. */
  readonly step: { readonly id: string; readonly title: string; readonly index: number; readonly of: number } | undefined;
}
