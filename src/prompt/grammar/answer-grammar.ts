import { CloisterError, unreachable } from "../../error.ts";
import type { Answer, TextSlot } from "../../messages/answer.ts";
import type { Tool } from "../../messages/conversation.ts";
import { callClosing, callOpening } from "../spelling.ts";
import { formCalls } from "./forms.ts";
import { codePoint, literal, Rules } from "./rules.ts";
import { compileSchema } from "./schema.ts";
import { slotRule } from "./slot.ts";

export interface AnswerGrammar {
  /** In llama.cpp's dialect; `root` is where it begins. */
  readonly gbnf: string;
  /** Where it holds from: the answer's first token, or the first one after the text `<tool_call>`. */
  readonly from: "start" | "tool-call";
}

/** The grammar that holds an answer to what it may be; undefined where nothing has to be held. */
export function answerGrammar(answer: Answer, tools: readonly Tool[]): AnswerGrammar | undefined {
  const rules = new Rules();
  switch (answer.kind) {
    case "said":
      return undefined;
    case "anything":
      // Without tools `<tool_call>` is a word like any other.
      return tools.length === 0 ? undefined : { gbnf: rules.gbnf(callTail(toolCalls(rules, tools))), from: "tool-call" };
    case "call":
      if (tools.length === 0)
        throw new CloisterError("bad-request", "A tool call is required, but no tools are offered.", { field: "tool_choice" });
      return { gbnf: rules.gbnf(`${literal(callOpening)} ${callTail(toolCalls(rules, tools))}`), from: "start" };
    case "forms":
      return {
        gbnf: rules.gbnf(`${thoughtLine(rules, answer.thought)}${literal(callOpening)} ${callTail(formCalls(rules, answer.forms, tools))}`),
        from: "start",
      };
    case "words":
      return { gbnf: rules.gbnf(words(rules)), from: "start" };
    default:
      return unreachable(answer);
  }
}

/** `Thought: …` and a line feed. Left out are the characters that begin a call, or that the wire would escape: these are words, not a JSON string. */
function thoughtLine(rules: Rules, slot: TextSlot | undefined): string {
  if (slot === undefined) return "";
  const line = slotRule(rules, "thought", { ...slot, characters: slot.characters ?? '^<"\\\\' });
  return line === undefined ? "" : `${literal("Thought: ")} ${line} ${literal("\n")} `;
}

function callTail(call: string): string {
  return `${literal("\n")} ${call} ${literal(`\n${callClosing}`)}`;
}

/** A call of any of the tools, from `{"name"` to the last brace. */
function toolCalls(rules: Rules, tools: readonly Tool[]): string {
  const calls = tools.map((tool) => {
    const input = compileSchema(rules, tool.name, tool.inputSchema);
    return `${literal(`${JSON.stringify(tool.name)}, "arguments": `)} ${input}`;
  });
  return rules.share("call", `${literal('{"name": ')} (${calls.join(" | ")}) "}"`);
}

/**
 * Words that begin with a visible character and hold no `<tool_call>`: one rule for each number of its characters that were just
 * written. Its first character comes in it only once, so whatever else follows begins anew.
 */
function words(rules: Rules): string {
  const names = Array.from(callOpening, (_, at) => rules.reserve(`words-${at}`));
  const [first = ""] = callOpening;
  for (const [at, expected] of Array.from(callOpening).entries()) {
    const others = [...new Set([first, expected])].map((character) => codePoint(character.codePointAt(0) ?? 0)).join("");
    const alternatives = [`[^${others}] ${names[0]}`, `${literal(first)} ${names[1]}`];
    if (at > 0 && at + 1 < callOpening.length) alternatives.push(`${literal(expected)} ${names[at + 1]}`);
    rules.define(names[at] ?? "", `${alternatives.join(" | ")} | ""`);
  }
  return `([^ \\t\\r\\n\\x3C] ${names[0]} | ${literal(first)} ${names[1]})`;
}
