import type { Conversation, Tool, Turn } from "../messages/conversation.ts";
import type { ChatMessage, JinjaTemplate } from "./jinja.ts";
import type { Segment } from "./template.ts";
import { spellAnswer, spellTool } from "./spelling.ts";

/**
 * A probe, not a list of names: renders conversations whose parts are markers and looks at what came out.
 *
 * @returns what is wrong, each as the rest of a sentence that begins "The model's own …"; empty where the template is sound
 */
export function findDefects(template: JinjaTemplate): string[] {
  const defects: string[] = [];
  for (const probe of [probeTools, probeParts, probeCallFormat, probeCallSpelling, probeThought, probeGrowth]) {
    try {
      const defect = probe(template);
      if (defect !== undefined) defects.push(defect);
    } catch (error) {
      defects.push(`does not render a conversation of ours (${error instanceof Error ? error.message : String(error)})`);
      break;
    }
  }
  return defects;
}

/**
 * Does the template open an answer with a thought when it is told not to think? An empty one is how some models are told; one that is left
 * open, as templates of models do that always think, has to be closed in its place.
 */
export function writesEmptyThought(template: JinjaTemplate): boolean {
  try {
    return /<think>\s*(?:<\/think>\s*)?$/.test(template.write([{ role: "user", content: "@@ask@@" }], [], true));
  } catch {
    return false;
  }
}

const tools: readonly Tool[] = ["look", "mend"].map((name) => ({
  name,
  description: `${name} at "it" <b>&`,
  inputSchema: { type: "object", properties: { path: { type: "string" }, line: { type: "integer" } }, required: ["path"] },
}));

/** Everything that happens in a session: later system text, text beside a call, several results in a row, a new user turn. */
const turns: readonly Turn[] = [
  { role: "user", text: "@user-1@" },
  { role: "system", text: "@later-system@" },
  { role: "assistant", text: "@answer-1@", calls: [call("1", "look", "@path-1@")] },
  { role: "tool", callId: "1", text: "@result-1@", failed: false },
  { role: "assistant", text: "", calls: [call("2", "look", "@path-2@"), call("3", "mend", "@path-3@")] },
  { role: "tool", callId: "2", text: "@result-2@", failed: false },
  { role: "tool", callId: "3", text: "@result-3@", failed: false },
  { role: "user", text: "@user-2@" },
  { role: "assistant", text: "@answer-2@", calls: [] },
  { role: "user", text: "@user-3@" },
  { role: "assistant", text: "@answer-3@", calls: [call("4", "mend", "@path-4@")] },
  { role: "tool", callId: "4", text: "@result-4@", failed: false },
];

function call(id: string, name: string, path: string): { id: string; name: string; input: { path: string; line: number } } {
  return { id, name, input: { path, line: 7 } };
}

function render(template: JinjaTemplate, conversation: Conversation): string {
  return joined(template.render({ ...conversation, answer: { kind: "anything" }, maxTokens: 1, temperature: 0 }));
}

function joined(segments: readonly Segment[]): string {
  return segments.map((segment) => segment.text).join("");
}

const whole: Conversation = { system: "@system@", tools, turns };

function probeTools(template: JinjaTemplate): string | undefined {
  const text = render(template, whole);
  if (tools.some((tool) => count(text, spellTool(tool)) !== 1)) return "does not list the tools as JSON, one a line";
  const messages: ChatMessage[] = [
    { role: "system", content: "@system@" },
    { role: "user", content: "@user@" },
  ];
  const real = tools.map((tool): unknown => JSON.parse(spellTool(tool)));
  if (tools.some((tool) => count(template.write(messages, real, true), spellTool(tool)) !== 1))
    return "spells the tools in another way than JSON";
  return undefined;
}

function probeParts(template: JinjaTemplate): string | undefined {
  for (const conversation of [whole, { ...whole, tools: [] }]) {
    const text = render(template, conversation);
    const positions = markers.map((marker) => ({ marker, at: text.indexOf(marker), times: count(text, marker) }));
    for (const [index, { marker, at, times }] of positions.entries()) {
      const what = marker.startsWith("@result")
        ? "the results of tools"
        : marker === "@later-system@"
          ? "later system messages"
          : "parts of the conversation";
      if (times === 0) return `leaves out ${what}`;
      if (times > 1) return `repeats ${what}`;
      if (index > 0 && at < (positions[index - 1]?.at ?? 0)) return `moves ${what}`;
    }
  }
  return undefined;
}

const markers = [
  whole.system,
  ...turns.flatMap((turn) => (turn.role === "assistant" ? [spellAnswer(turn.text, turn.calls)] : [turn.text])),
];

function probeCallFormat(template: JinjaTemplate): string | undefined {
  const text = render(template, { ...whole, turns: turns.slice(0, 1) });
  if (/\{\{\s*"name"/.test(text)) return "shows the call format with doubled braces";
  if (!/<tool_call>\s*\{"name":/.test(text)) return "does not show the call format that its calls have";
  return undefined;
}

/** Calls given in the usual way, as `tool_calls`, must come out as we spell them: then the model was taught our spelling. */
function probeCallSpelling(template: JinjaTemplate): string | undefined {
  const messages = [{ role: "system", content: whole.system } as const, ...turns.map(usualMessage)];
  const usual = template.write(
    messages,
    tools.map((tool): unknown => JSON.parse(spellTool(tool))),
    true,
  );
  return usual === render(template, whole) ? undefined : "spells calls in another way than the one it was asked for";
}

function usualMessage(turn: Turn): ChatMessage {
  if (turn.role !== "assistant") return { role: turn.role, content: turn.text };
  const calls = turn.calls.map(({ name, input }) => ({ type: "function", function: { name, arguments: input } }));
  return { role: "assistant", content: turn.text, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

/** Told not to think, it must not leave a thought open for the model to go on with. */
function probeThought(template: JinjaTemplate): string | undefined {
  const opened = /<(?:think|thinking|reasoning)>\s*$/.test(render(template, { ...whole, turns: turns.slice(0, 1) }));
  return opened ? "opens every answer with a thought" : undefined;
}

/** Each time the model is asked, the prompt must begin with the last prompt and the answer given to it. */
function probeGrowth(template: JinjaTemplate): string | undefined {
  let before = "";
  for (const [at, turn] of turns.entries()) {
    if (turn.role !== "assistant") continue;
    const prompt = render(template, { ...whole, turns: turns.slice(0, at) });
    if (!prompt.startsWith(before)) return "rewrites earlier turns as the conversation grows";
    before = prompt + spellAnswer(turn.text, turn.calls);
  }
  return render(template, whole).startsWith(before) ? undefined : "rewrites earlier turns as the conversation grows";
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
