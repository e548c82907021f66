import { unreachable } from "../../error.ts";
import { answerGrammar } from "../../prompt/grammar/answer-grammar.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { type ChatMessage, chatTools } from "./chat-messages.ts";
import { extrasBody, grammarBody, type ServerWays } from "./server-ways.ts";

export interface ChatRequest {
  readonly model: string;
  readonly prompt: Prompt;
  readonly messages: readonly ChatMessage[];
  /** At least 1. */
  readonly maxTokens: number;
}

/** The body of one streamed turn. */
export function chatBody({ model, prompt, messages, maxTokens }: ChatRequest, ways: ServerWays): object {
  return {
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maxTokens,
    temperature: prompt.temperature,
    ...(prompt.temperature > 0 ? { top_p: 0.95 } : {}),
    ...extrasBody(ways),
    ...(ways.progress ? { return_progress: true } : {}),
    ...toolsBody(prompt, ways),
    ...heldTo(prompt, ways),
  };
}

function toolsBody({ tools, answer }: Prompt, ways: ServerWays): object {
  if (ways.tools === "prompt" || tools.length === 0) return {};
  const offered = { tools: chatTools(tools), ...(ways.extras ? { parallel_tool_calls: false } : {}) };
  switch (answer.kind) {
    case "anything":
    case "said":
      return { ...offered, tool_choice: "auto" };
    case "call":
    case "forms":
      // Under a grammar the call is written as text. Where there is none the next best is the server's own way, and the parser judges.
      return { ...offered, tool_choice: ways.grammar === undefined ? "required" : "none" };
    case "words":
      return { ...offered, tool_choice: "none" };
    default:
      return unreachable(answer);
  }
}

/** A grammar that holds from the first token; one that begins at a call's opening cannot be sent this way, and the parser judges the call. */
function heldTo({ answer, tools }: Prompt, ways: ServerWays): object {
  if (ways.grammar === undefined) return {};
  const grammar = answerGrammar(answer, tools);
  return grammar?.from === "start" ? grammarBody(ways.grammar, grammar.gbnf) : {};
}
