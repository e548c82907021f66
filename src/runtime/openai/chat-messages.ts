import type { Conversation, Tool, Turn } from "../../messages/conversation.ts";
import { chatmlTemplate } from "../../prompt/chatml.ts";
import { toolResultText } from "../../prompt/parts.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { callClosing, callOpening, spellCallBody } from "../../prompt/spelling.ts";
import { defuse } from "./defuse.ts";
import type { ServerWays } from "./server-ways.ts";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly tool_calls?: readonly object[];
  readonly tool_call_id?: string;
}

type MessageWays = Pick<ServerWays, "tools" | "lateSystem" | "system">;

/** A conversation as chat messages. The same conversation gives the same messages, and a longer one begins with the shorter one's. */
export function chatMessages(prompt: Prompt, ways: MessageWays): ChatMessage[] {
  const system = ways.tools === "prompt" ? systemWithTools(prompt) : defuse(prompt.system);
  const messages: ChatMessage[] = [];
  for (const message of [...systemMessage(system, ways), ...prompt.turns.map((turn) => turnMessage(turn, ways))]) {
    const last = messages.at(-1);
    // Many templates want user and assistant to take turns.
    if (last?.role === "user" && message.role === "user")
      messages[messages.length - 1] = { role: "user", content: `${last.content}\n\n${message.content}` };
    else messages.push(message);
  }
  return messages;
}

/** The tools as `tools` takes them. */
export function chatTools(tools: readonly Tool[]): readonly object[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: "function",
    function: { name, description: defuse(description), parameters: inputSchema },
  }));
}

/** Everything that the model reads, in one text that a longer conversation goes on from: for estimates. */
export function chatText(conversation: Conversation, messages: readonly ChatMessage[], ways: MessageWays): string {
  const tools = ways.tools === "server" && conversation.tools.length > 0 ? [JSON.stringify(chatTools(conversation.tools))] : [];
  const texts = messages.map(({ role, content, tool_calls }) => `${role}\n${content}${tool_calls ? JSON.stringify(tool_calls) : ""}`);
  return [...tools, ...texts].join("\n");
}

function systemMessage(text: string, ways: MessageWays): ChatMessage[] {
  if (text === "") return [];
  return [{ role: ways.system === "folded" ? "user" : "system", content: text }];
}

const hermes = chatmlTemplate({ description: "", eosToken: undefined, emptyThought: false });

/** The system text and the tools behind it, as our ChatML has them; the control tokens around it are the server's business. */
function systemWithTools(prompt: Prompt): string {
  const rendered = hermes.render({ ...prompt, turns: [] }).map(({ text, special }) => (special ? text : defuse(text)));
  return /^<\|im_start\|>system\n([^]*)<\|im_end\|>\n<\|im_start\|>assistant\n$/.exec(rendered.join(""))?.[1] ?? "";
}

function turnMessage(turn: Turn, ways: MessageWays): ChatMessage {
  switch (turn.role) {
    case "user":
      return { role: "user", content: defuse(turn.text) };
    case "system":
      return { role: ways.lateSystem === "folded" ? "user" : "system", content: defuse(turn.text) };
    case "assistant":
      return ways.tools === "prompt" ? writtenAnswer(turn) : answerWithCalls(turn);
    case "tool": {
      const text = defuse(toolResultText(turn));
      if (ways.tools === "prompt") return { role: "user", content: `<tool_response>\n${text}\n</tool_response>` };
      return { role: "tool", content: text, tool_call_id: turn.callId };
    }
  }
}

type AnswerTurn = Extract<Turn, { role: "assistant" }>;

function writtenAnswer({ text, calls }: AnswerTurn): ChatMessage {
  const written = calls.map((call) => `${callOpening}\n${defuse(spellCallBody(call))}\n${callClosing}`);
  return { role: "assistant", content: [...(text === "" ? [] : [defuse(text)]), ...written].join("\n") };
}

function answerWithCalls({ text, calls }: AnswerTurn): ChatMessage {
  const content = defuse(text);
  if (calls.length === 0) return { role: "assistant", content };
  const written = calls.map(({ id, name, input }) => ({ id, type: "function", function: { name, arguments: JSON.stringify(input) } }));
  return { role: "assistant", content, tool_calls: written };
}
