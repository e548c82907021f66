import type { Answer } from "../messages/answer.ts";
import type { Conversation } from "../messages/conversation.ts";

/** What a runtime is asked: a conversation in canonical form, the guide's notes already in it, and what may come next. */
export interface Prompt extends Conversation {
  readonly answer: Answer;
  /** The answer's bound, in tokens. */
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
}
