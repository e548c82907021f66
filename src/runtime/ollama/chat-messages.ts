import type { Conversation, JsonObject, Turn } from "../../messages/conversation.ts";
import { toolResultText } from "../../prompt/parts.ts";

/** The part of a chat request that holds the conversation. */
export interface ChatBody {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly type: "function"; readonly function: JsonObject }[];
}

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly tool_calls?: readonly { readonly function: { readonly name: string; readonly arguments: JsonObject } }[];
  readonly tool_name?: string;
}

/** A conversation as Ollama's chat takes it; `defuse` goes over everybody's words. */
export function chatBody({ system, tools, turns }: Conversation, defuse: (text: string) => string): ChatBody {
  const names = new Map(turns.flatMap((turn) => (turn.role === "assistant" ? turn.calls.map(({ id, name }) => [id, name] as const) : [])));
  const messages = turns.map((turn) => chatMessage(turn, names, defuse));
  return {
    messages: system === "" ? messages : [{ role: "system", content: defuse(system) }, ...messages],
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: "function",
            function: { name, description: defuse(description), parameters: inputSchema },
          })),
        }),
  };
}

/** A request's words as one text, which begins with the shorter conversation's. */
export function chatText({ tools = [], messages }: ChatBody): string {
  return [...tools, ...messages].map((part) => `${JSON.stringify(part)}\n`).join("");
}

function chatMessage(turn: Turn, names: ReadonlyMap<string, string>, defuse: (text: string) => string): ChatMessage {
  switch (turn.role) {
    case "user":
    case "system":
      return { role: turn.role, content: defuse(turn.text) };
    case "assistant": {
      const calls = turn.calls.map(({ name, input }) => ({ function: { name, arguments: input } }));
      return { role: "assistant", content: defuse(turn.text), ...(calls.length > 0 ? { tool_calls: calls } : {}) };
    }
    case "tool": {
      const name = names.get(turn.callId);
      return { role: "tool", content: defuse(toolResultText(turn)), ...(name === undefined ? {} : { tool_name: name }) };
    }
  }
}
