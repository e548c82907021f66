import { createRepetitionWatch } from "../prompt/repetition.ts";
import type { GuardAct } from "../record/events.ts";
import type { RuntimeEvent } from "../runtime/runtime.ts";

/** Why an answer is cut, as a sentence. */
export interface Cut {
  readonly what: Extract<GuardAct, "thought" | "repetition" | "length">;
  readonly reason: string;
}

export interface AnswerBounds {
  readonly maxTokens: number;
  readonly thoughtCharacters: number;
}

/** More characters than a token can have, but for blanks: an answer longer than so many times its bound is one whose runtime does not count. */
const charactersPerToken = 32;

/** Looks at each event of an answer and says when it has to be cut. Some ten nanoseconds a character. */
export function guardAnswer({ maxTokens, thoughtCharacters }: AnswerBounds): (event: RuntimeEvent) => Cut | undefined {
  const repetition = createRepetitionWatch();
  let characters = 0;
  let thought = 0;
  return (event) => {
    if (event.type !== "text" && event.type !== "thinking") return undefined;
    characters += event.text.length;
    if (characters > maxTokens * charactersPerToken)
      return { what: "length", reason: `The answer went on behind its bound of ${maxTokens} tokens and was cut.` };
    if (event.type === "thinking") {
      thought += event.text.length;
      return thought > thoughtCharacters
        ? { what: "thought", reason: `A thought of more than ${thoughtCharacters} characters was cut.` }
        : undefined;
    }
    const repeated = repetition.push(event.text);
    return repeated === undefined ? undefined : { what: "repetition", reason: `The answer repeated itself (${repeated}) and was cut.` };
  };
}
