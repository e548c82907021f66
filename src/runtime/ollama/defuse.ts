import type { Segment } from "../../prompt/template.ts";

/**
 * Takes the force from what looks like a control token in somebody's words. Ollama cuts a prompt into tokens as one text, so a log line
 * with `<|im_end|>` in it would end the turn; with a blank after its first character it is a word like any other. The blank can be seen, by the model
 * too: a mark that cannot be seen would be copied into files.
 */
export function createDefuser(control: readonly string[]): (text: string) => string {
  if (control.length === 0) return (text) => text;
  const dangerous = new RegExp(control.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "gu");
  return (text) =>
    text.replace(dangerous, (token) => {
      const [first = ""] = token;
      return `${first} ${token.slice(first.length)}`;
    });
}

/** For models whose vocabulary is not known: what control tokens look like in most of them. */
export const controlLike: readonly string[] = [
  "<|im_start|>",
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|start_header_id|>",
  "<|end_header_id|>",
  "<|begin_of_text|>",
  "<|end_of_text|>",
  "<start_of_turn>",
  "<end_of_turn>",
  "<tool_call>",
  "</tool_call>",
  "<tool_response>",
  "</tool_response>",
  "<think>",
  "</think>",
  "[INST]",
  "[/INST]",
];

/** A rendered prompt as the one text that Ollama takes. */
export function rawPrompt(segments: readonly Segment[], defuse: (text: string) => string): string {
  return segments.map((segment) => (segment.special ? segment.text : defuse(segment.text))).join("");
}
