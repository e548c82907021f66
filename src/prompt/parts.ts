import type { Turn } from "../messages/conversation.ts";
import { callClosing, callOpening } from "./spelling.ts";
import type { Segment } from "./template.ts";

/** What every template shows in the same way: results of tools, and the model's earlier answers. */

/** A result as the model reads it. A failure that does not say so itself is marked. */
export function toolResultText(turn: Extract<Turn, { role: "tool" }>): string {
  if (!turn.failed || /^(?:\s*<tool_use_error>|\s*error|\s*exit code)/i.test(turn.text)) return turn.text;
  return turn.text === "" ? "Error" : `Error: ${turn.text}`;
}

/**
 * An earlier answer. The tags of a call are tokens of their own in most vocabularies, so it is read with special tokens on; unless
 * something else in it looks like a control token: then it is somebody quoting one, and all of it is plain text.
 */
export function answerSegment(text: string): Segment {
  const rest = text.replaceAll(callOpening, "").replaceAll(callClosing, "");
  return { text, special: !controlLike.test(rest), assistant: true };
}

/** `<|im_end|>`, `<s>`, `</s>`, `<eos>`, `<start_of_turn>`, `<｜User｜>`, `[INST]`. */
const controlLike = /<[|｜/]?[^\s<>]{1,40}[|｜]?>|\[\/?[A-Z_]{2,20}\]/u;
