import type { Segment } from "../../prompt/template.ts";
import { defuse as defuseUsual } from "../openai/defuse.ts";

/**
 * Takes the force from what is a control token of the model in somebody's words. Ollama cuts a prompt into tokens as one text, so a log line
 * with `<|im_end|>` in it would end the turn; with a blank after its first character it is a word like any other. Where the vocabulary is not
 * known: from what looks like one in most vocabularies.
 */
export function createDefuser(control: readonly string[] | undefined): (text: string) => string {
  if (control === undefined) return defuseUsual;
  if (control.length === 0) return (text) => text;
  const dangerous = new RegExp(control.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "gu");
  return (text) =>
    text.replace(dangerous, (token) => {
      const [first = ""] = token;
      return `${first} ${token.slice(first.length)}`;
    });
}

/** A rendered prompt as the one text that Ollama takes. */
export function rawPrompt(segments: readonly Segment[], defuse: (text: string) => string): string {
  return segments.map((segment) => (segment.special ? segment.text : defuse(segment.text))).join("");
}
