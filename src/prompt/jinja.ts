import { Template } from "@huggingface/jinja";
import type { Prompt } from "./prompt.ts";
import { answerSegment, toolResultText } from "./parts.ts";
import { spellAnswer, spellTool } from "./spelling.ts";
import type { Segment, TemplateSource } from "./template.ts";

/** One message as chat templates expect it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly tool_calls?: readonly unknown[];
}

/** A template that could be read, not yet judged. */
export interface JinjaTemplate {
  /** Its plain output. */
  write(messages: readonly ChatMessage[], tools: readonly unknown[], ask: boolean): string;
  /** The prompt in segments; what the template does not know of (our words) never runs through it. */
  render(prompt: Prompt): readonly Segment[];
  readonly stop: readonly string[];
}

/**
 * Reads a chat template. Contents never enter it: it is rendered with placeholders, and the pieces between them are its control
 * text. So no content can break the template, none can become a control token, and what it renders depends on roles alone.
 */
export function loadJinjaTemplate(source: TemplateSource, chatTemplate: string): JinjaTemplate | { defect: string } {
  if (chatTemplate.includes("strftime_now")) return { defect: "writes today's date, so that yesterday's state is lost" };
  let template: Template;
  try {
    template = new Template(chatTemplate);
  } catch (error) {
    return { defect: `cannot be read (${error instanceof Error ? error.message : String(error)})` };
  }
  const write = (messages: readonly ChatMessage[], tools: readonly unknown[], ask: boolean): string =>
    template.render({
      messages,
      ...(tools.length > 0 ? { tools } : {}),
      add_generation_prompt: ask,
      bos_token: source.bosToken ?? "",
      eos_token: source.eosToken ?? "",
      enable_thinking: false,
    });
  const stop = findStops(write, source.eosToken);
  return { write, stop, render: (prompt) => renderWithPlaceholders(write, prompt) };
}

function renderWithPlaceholders(write: JinjaTemplate["write"], prompt: Prompt): Segment[] {
  const parts: Segment[] = [];
  const place = (segment: Segment): string => `@@part-${parts.push(segment) - 1}@@`;
  const words = (text: string): string => place({ text, special: false });

  const tools = prompt.tools.map((tool) => words(spellTool(tool)));
  const messages: ChatMessage[] = [{ role: "system", content: words(prompt.system) }];
  for (const turn of prompt.turns) {
    if (turn.role === "assistant") messages.push({ role: "assistant", content: place(answerSegment(spellAnswer(turn.text, turn.calls))) });
    else messages.push({ role: turn.role, content: words(turn.role === "tool" ? toolResultText(turn) : turn.text) });
  }
  // A tool's placeholder goes through the template's own JSON filter, which puts it in quotes.
  const pieces = write(messages, tools, true).split(/"?@@part-(\d+)@@"?/);
  const segments = pieces.map((piece, at) => (at % 2 === 0 ? { text: piece, special: true } : parts[Number(piece)]!));
  return joinWords(segments);
}

/**
 * Moves the ends of control text that hold no control token over to the words beside them: "…\n\n# Tools" is then cut into tokens
 * as it would be in one piece. A model's earlier answer is left alone.
 */
function joinWords(segments: readonly Segment[]): Segment[] {
  const joined: Segment[] = [];
  const add = (segment: Segment): void => {
    const last = joined.at(-1);
    if (segment.text === "") return;
    if (last && !last.assistant && !segment.assistant && last.special === segment.special)
      joined[joined.length - 1] = { text: last.text + segment.text, special: last.special };
    else joined.push(segment);
  };
  segments.forEach((segment, at) => {
    if (!segment.special || segment.assistant) return add(segment);
    const isWords = (neighbour: Segment | undefined): boolean => neighbour !== undefined && !neighbour.special && !neighbour.assistant;
    const [, head = "", rest = ""] = isWords(segments[at - 1]) ? (/^([^<[]*)([^]*)$/.exec(segment.text) ?? []) : ["", "", segment.text];
    const [, core = "", tail = ""] = isWords(segments[at + 1]) ? (/^([^]*[>\]]|)([^]*)$/.exec(rest) ?? []) : ["", rest, ""];
    add({ text: head, special: false });
    add({ text: core, special: true });
    add({ text: tail, special: false });
  });
  return joined;
}

/** The token that the template writes after an answer, and the one that the file names. */
function findStops(write: JinjaTemplate["write"], eosToken: string | undefined): string[] {
  const stops = new Set<string>();
  try {
    const text = write([user("@@ask@@"), { role: "assistant", content: "@@answer@@" }, user("@@more@@")], [], false);
    const after = /@@answer@@(<[^<>\n]+>|\[[^\]\n]+\])/.exec(text)?.[1];
    if (after !== undefined) stops.add(after);
  } catch {
    // A template that cannot render this is found broken by its probe.
  }
  if (eosToken !== undefined && eosToken !== "") stops.add(eosToken);
  return [...stops];
}

function user(content: string): ChatMessage {
  return { role: "user", content };
}
