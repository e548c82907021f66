import type { Tool, Turn } from "../../messages/conversation.ts";
import { type ChatBody, chatBody, chatText } from "./chat-messages.ts";

/** Has the server render a conversation without running it; undefined where it does not tell. */
export type RenderMessages = (chat: ChatBody) => Promise<string | undefined>;

export interface RenderingProbe {
  readonly defect: RenderingDefect | undefined;
  /** A text as long as what the rendering has beside the words that are sent: how tools are introduced, the roles' marks. */
  readonly added: string;
}

export interface RenderingDefect {
  /** The rest of a sentence that begins "it …". */
  readonly text: string;
  /** The model could not work with it. */
  readonly grave: boolean;
}

const tool: Tool = {
  name: "look_at_it",
  description: "@tool@",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
};

const turns: readonly Turn[] = [
  { role: "user", text: "@user-1@" },
  { role: "assistant", text: "", calls: [{ id: "1", name: "look_at_it", input: { path: "@path@" } }] },
  { role: "tool", callId: "1", text: "@result@", failed: false },
  { role: "assistant", text: "@answer@", calls: [] },
  { role: "user", text: "@user-2@" },
];

/**
 * The control question for a template of Ollama's: renders a conversation whose parts are marks and looks at what came out. A model whose template is
 * missing gets bare words, and goes on with them as with any text.
 */
export async function probeRendering(render: RenderMessages, hasTools: boolean): Promise<RenderingProbe> {
  if (!hasTools) return { defect: { text: "does not list the tools", grave: true }, added: "" };
  const alone = await render(chatBody({ system: "", tools: [], turns: turns.slice(0, 1) }, same));
  if (alone === undefined)
    return { defect: { text: "could not be looked at: this Ollama does not show what it renders", grave: false }, added: "" };
  if (alone.replace("@user-1@", "").trim() === "")
    return { defect: { text: "is missing: the model reads bare words, without roles", grave: true }, added: "" };
  const whole = chatBody({ system: "@system@", tools: [tool], turns }, same);
  const text = (await render(whole)) ?? "";
  const before = (await render(chatBody({ system: "@system@", tools: [tool], turns: turns.slice(0, 3) }, same))) ?? "";
  return { defect: findDefect(text, before), added: text.slice(0, Math.max(0, text.length - chatText(whole).length)) };
}

function findDefect(text: string, before: string): RenderingDefect | undefined {
  const positions = ["@system@", "@user-1@", "@path@", "@result@", "@answer@", "@user-2@"].map((mark) => ({
    mark,
    at: text.indexOf(mark),
  }));
  const lost = positions.find(({ at }) => at === -1);
  if (lost !== undefined) return { text: `leaves out ${partNames[lost.mark] ?? "parts of the conversation"}`, grave: true };
  if (!text.includes("@tool@") || !text.includes(tool.name)) return { text: "does not list the tools", grave: true };
  if (positions.some(({ at }, index) => index > 0 && at < (positions[index - 1]?.at ?? 0)))
    return { text: "moves parts of the conversation", grave: false };
  return text.startsWith(before)
    ? undefined
    : { text: "rewrites earlier turns as the conversation grows, so their state is lost", grave: false };
}

const partNames: Readonly<Record<string, string>> = {
  "@system@": "the system text",
  "@path@": "the calls",
  "@result@": "the results of tools",
};

function same(text: string): string {
  return text;
}
