import type { Call } from "../messages/conversation.ts";
import type { OutputEvent, OutputParser } from "../prompt/output.ts";
import { spellAnswer } from "../prompt/spelling.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { PromptTemplate } from "../prompt/template.ts";
import type { StopReason } from "./runtime.ts";

/** Reads one answer: what the model writes becomes text and calls, and what it will look like in later prompts is known at its end. */
export interface AnswerReader {
  push(text: string): OutputEvent[];
  /** What was held back. A call that the token bound cut is left out; any other broken call throws. */
  end(reason: "stop" | "max-tokens"): OutputEvent[];
  stopReason(reason: "stop" | "max-tokens"): StopReason;
  /**
   * The answer as the template will write it when it is part of a later prompt; undefined where it says nothing, and where the model wrote
   * something else (a thought, a call in another spelling, words behind it): then its tokens are no use to a later prompt.
   */
  asRendered(): string | undefined;
}

export function createAnswerReader(parser: OutputParser, template: PromptTemplate, prompt: Prompt): AnswerReader {
  let text = "";
  let written = "";
  const calls: Call[] = [];

  function note(events: OutputEvent[]): OutputEvent[] {
    for (const event of events) {
      if (event.type === "text") text += event.text;
      else if (event.type === "call") calls.push(event.call);
    }
    return events;
  }

  return {
    push(piece) {
      written += piece;
      return note(parser.push(piece));
    },
    end: (reason) => note(parser.end(reason)),
    stopReason(reason) {
      if (reason === "max-tokens") return "max-tokens";
      return calls.length > 0 ? "tool-use" : "end-turn";
    },
    asRendered() {
      if (text === "" && calls.length === 0) return undefined;
      if (withoutBlanks(written) !== withoutBlanks(spellAnswer(text, calls))) return undefined;
      const turns = [...prompt.turns, { role: "assistant", text, calls } as const];
      return template.render({ ...prompt, turns }).findLast((segment) => segment.assistant === true)?.text;
    },
  };
}

/** Blanks at the beginning and before a call are the model's own and are forgiven: the state that holds them is good. */
function withoutBlanks(text: string): string {
  return text.trim().replace(/\s+<tool_call>/g, "\n<tool_call>");
}
