import type { Conversation } from "../messages/conversation.ts";
import { spellTool } from "./spelling.ts";
import type { PromptTemplate, Segment } from "./template.ts";

/** Tokens, exact where the tokenizer is the model's own. */
export interface PromptMeasure {
  /** In the order in which the model reads them; together they are `total`. */
  readonly parts: readonly PromptPart[];
  /** Tokens before the first word of the user's own: what every new session has to evaluate first, and every turn attends to. */
  readonly beforeUser: number;
  readonly total: number;
}

export interface PromptPart {
  /** `system`, `tool Bash`, `opening`, `user`, `later turns`, `template`. */
  readonly name: string;
  readonly tokens: number;
}

export interface TokenCounter {
  plain(text: string): number;
  segments(segments: readonly Segment[]): number;
}

/** Renders a conversation with the template, and what each part of it costs. What joins the parts (tags, the words around tools) is `template`. */
export function measurePrompt(conversation: Conversation, template: PromptTemplate, count: TokenCounter): PromptMeasure {
  const { system, tools, turns } = conversation;
  const first = turns.findIndex((turn) => turn.role === "user");
  const { opening, words } = splitTask(turns[first]?.text ?? "");
  const later = turns.filter((_, at) => at !== first).map((turn) => turn.text);
  const named: [string, string][] = [
    ["system", system],
    ...tools.map((tool): [string, string] => [`tool ${tool.name}`, spellTool(tool)]),
    ["opening", opening],
    ["user", words],
    ["later turns", later.join("\n")],
  ];
  const parts = named.filter(([, text]) => text !== "").map(([name, text]) => ({ name, tokens: count.plain(text) }));
  const segments = renderPrompt(conversation, template);
  const total = count.segments(segments);
  const known = parts.reduce((sum, part) => sum + part.tokens, 0);
  return { parts: [...parts, { name: "template", tokens: total - known }], beforeUser: count.segments(before(segments, words)), total };
}

/** What the model reads, as the engine gets it. */
export function renderPrompt({ system, tools, turns }: Conversation, template: PromptTemplate): readonly Segment[] {
  return template.render({ system, tools, turns, answer: { kind: "anything" }, maxTokens: 1, temperature: 0 });
}

/** Reminders and the working folder stand before the task. */
function splitTask(text: string): { opening: string; words: string } {
  const closing = "</system-reminder>";
  const afterReminders = text.lastIndexOf(closing) < 0 ? 0 : text.lastIndexOf(closing) + closing.length;
  const afterFolder = /^Working folder: .*\n\n/.exec(text)?.[0].length ?? 0;
  const at = Math.max(afterReminders, afterFolder);
  return { opening: text.slice(0, at).trim(), words: text.slice(at).trim() };
}

function before(segments: readonly Segment[], words: string): Segment[] {
  const kept: Segment[] = [];
  for (const segment of segments) {
    const at = words === "" ? -1 : segment.text.indexOf(words);
    if (at >= 0 && !segment.special) return [...kept, { ...segment, text: segment.text.slice(0, at) }];
    kept.push(segment);
  }
  return kept;
}
