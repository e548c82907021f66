import type { Turn } from "../messages/conversation.ts";
import type { Prompt } from "./prompt.ts";
import { answerSegment, toolResultText } from "./parts.ts";
import { callClosing, callOpening, spellAnswer, spellTool } from "./spelling.ts";
import type { PromptTemplate, Segment } from "./template.ts";

/**
 * Our rendering of ChatML with tools in the Hermes way, as the Qwen2.5 family was trained: tools as JSON lines within `<tools>` at
 * the end of the system turn, calls within `<tool_call>`, results within `<tool_response>` in a user turn. The words around the
 * tags are ours, and few: prompt tokens are seconds.
 */
export function chatmlTemplate(choice: {
  description: string;
  eosToken: string | undefined;
  /** Open every answer with an empty thought: how a model that can think is told not to. */
  emptyThought: boolean;
}): PromptTemplate {
  const answerOpening = `<|im_start|>assistant\n${choice.emptyThought ? "<think>\n\n</think>\n\n" : ""}`;
  return {
    description: choice.description,
    stop: [...new Set(["<|im_end|>", choice.eosToken ?? "<|im_end|>"])],
    render: (prompt) => [
      ...systemTurn(prompt),
      ...prompt.turns.flatMap((turn, at) => renderTurn(turn, answerOpening, prompt.turns[at - 1], prompt.turns[at + 1])),
      control(answerOpening),
    ],
  };
}

const closing = "<|im_end|>\n";

function systemTurn({ system, tools }: Prompt): Segment[] {
  if (tools.length === 0) return system === "" ? [] : [control("<|im_start|>system\n"), words(system), control(closing)];
  const opening = system === "" ? "" : `${system}\n\n`;
  return [
    control("<|im_start|>system\n"),
    words(`${opening}# Tools\n\nYou may call these functions, one call an answer:\n`),
    control("<tools>"),
    words(`\n${tools.map(spellTool).join("\n")}\n`),
    control("</tools>"),
    words("\n\nA call is a JSON object with the function's name and its arguments, within these tags:\n"),
    control(`${callOpening}\n{"name": <function-name>, "arguments": <args-json-object>}\n${callClosing}${closing}`),
  ];
}

function renderTurn(turn: Turn, answerOpening: string, before: Turn | undefined, after: Turn | undefined): Segment[] {
  switch (turn.role) {
    case "user":
    case "system":
      return [control(`<|im_start|>${turn.role}\n`), words(turn.text), control(closing)];
    case "assistant":
      return [control(answerOpening), answerSegment(spellAnswer(turn.text, turn.calls)), control(closing)];
    case "tool":
      // Results that come together share one user turn.
      return [
        control(before?.role === "tool" ? "\n<tool_response>" : "<|im_start|>user\n<tool_response>"),
        words(`\n${toolResultText(turn)}\n`),
        control(after?.role === "tool" ? "</tool_response>" : `</tool_response>${closing}`),
      ];
  }
}

function control(text: string): Segment {
  return { text, special: true };
}

function words(text: string): Segment {
  return { text, special: false };
}
