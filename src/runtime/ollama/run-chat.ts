import { CloisterError } from "../../error.ts";
import type { Call, JsonObject, Tool } from "../../messages/conversation.ts";
import { findFault } from "../../prompt/arguments.ts";
import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import type { RuntimeEvent, StopReason } from "../runtime.ts";
import type { ChatBody } from "./chat-messages.ts";
import { readAnswer } from "./read-answer.ts";
import type { TurnContext } from "./turn-context.ts";
import { type ChatLine, chatLineSchema } from "./wire.ts";

/**
 * A turn whose text Ollama makes; it finds the calls in the answer, too. What it finds is held against the tool's schema here. One call an answer: what
 * follows it is dropped. A call that Ollama did not recognise and left among the words is read by the parser that reads our own.
 */
export async function* runChat(context: TurnContext, chat: ChatBody, prompt: Prompt): AsyncGenerator<RuntimeEvent, StopReason> {
  const parser = createOutputParser(prompt.tools);
  const body = { ...context.request(prompt.maxTokens, []), ...chat };
  const request = { path: "/api/chat", body, signal: context.signal, explain: context.explain };
  let called = false;
  for await (const part of readAnswer(context.server, request, chatLineSchema, textOf, context.meter)) {
    if (part.type === "ended") {
      if (!called) {
        for (const event of atTheEnd(() => parser.end(), part.reason)) {
          called ||= event.type === "call";
          yield event;
        }
      }
      return part.reason === "max-tokens" ? "max-tokens" : called ? "tool-use" : "end-turn";
    }
    const { message } = part.line;
    if (message.thinking !== "") yield { type: "thinking", text: message.thinking };
    if (called) continue;
    for (const event of parser.push(message.content)) {
      called ||= event.type === "call";
      yield event;
    }
    const [first] = message.tool_calls;
    if (first === undefined || called) continue;
    called = true;
    // Words that were held back because a call might have begun.
    yield* parser.end();
    yield { type: "call", call: checkedCall(first.function, prompt.tools) };
  }
  throw new CloisterError("internal", "An answer of Ollama has no end.");
}

function textOf({ message }: ChatLine): string {
  return message.content + message.thinking;
}

/** A call that the token bound cut is left out; any other broken call throws. */
function atTheEnd(end: () => RuntimeEvent[], reason: "stop" | "max-tokens"): RuntimeEvent[] {
  try {
    return end();
  } catch (error) {
    if (reason === "max-tokens" && error instanceof CloisterError) return [];
    throw error;
  }
}

function checkedCall({ name, arguments: input }: { name: string; arguments?: unknown }, tools: readonly Tool[]): Call {
  const tool = tools.find((known) => known.name === name);
  if (tool === undefined) throw invalid(`The model called ${JSON.stringify(name)}, which is not one of the tools offered.`);
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw invalid(`The model called ${name} with arguments that are not an object.`);
  const fault = findFault(tool, input as JsonObject);
  if (fault !== undefined) throw invalid(`The model called ${name} with arguments that do not fit its schema: ${fault}.`);
  return { id: "", name, input: input as JsonObject };
}

function invalid(message: string): CloisterError {
  return new CloisterError("invalid-call", message, { hint: "Try again: another sample may be right." });
}
