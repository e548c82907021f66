import { CloisterError } from "../../error.ts";
import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { callClosing, callOpening } from "../../prompt/spelling.ts";
import type { PromptTemplate } from "../../prompt/template.ts";
import { createAnswerReader } from "../answer-reader.ts";
import type { RuntimeEvent, StopReason } from "../runtime.ts";
import type { ChatBody } from "./chat-messages.ts";
import { readAnswer } from "./read-answer.ts";
import type { TurnContext } from "./turn-context.ts";
import { type ChatLine, chatLineSchema } from "./wire.ts";

/** What Ollama renders is not known here. */
const unrendered: PromptTemplate = { description: "", stop: [], render: () => [] };

/**
 * A turn whose text Ollama makes; it finds the calls in the answer, too. One that it finds is read like a written one, so that the same parser judges
 * all of them, those that Ollama left among the words too. One call an answer: what follows it is dropped.
 */
export async function* runChat(context: TurnContext, chat: ChatBody, prompt: Prompt): AsyncGenerator<RuntimeEvent, StopReason> {
  const reader = createAnswerReader(createOutputParser(prompt.tools, { kind: prompt.answer.kind }), unrendered, prompt);
  const body = { ...context.request(prompt.maxTokens, []), ...chat };
  const request = { path: "/api/chat", body, signal: context.signal, explain: context.explain };
  for await (const part of readAnswer(context.server, request, chatLineSchema, textOf, context.meter)) {
    if (part.type === "ended") {
      yield* reader.end(part.reason);
      return reader.stopReason(part.reason);
    }
    const { content, thinking, tool_calls: calls } = part.line.message;
    if (thinking !== "") yield { type: "thinking", text: thinking };
    yield* reader.push(content);
    for (const call of calls) yield* reader.push(`${callOpening}\n${JSON.stringify(call.function)}\n${callClosing}`);
  }
  throw new CloisterError("internal", "An answer of Ollama has no end.");
}

function textOf({ message }: ChatLine): string {
  return message.content + message.thinking;
}
