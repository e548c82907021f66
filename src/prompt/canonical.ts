import { unreachable } from "../error.ts";
import type { Call, Conversation, JsonObject, Tool, Turn } from "../messages/conversation.ts";
import { sameJson } from "../messages/json.ts";
import { isServerTool } from "../messages/references.ts";
import type { MessagesRequest, RequestBlock, RequestMessage, RequestTool, ResultBlock } from "../messages/request.ts";
import { stripAnnouncements, stripGitStatus } from "./announcements.ts";
import { isReminder, splitReminders, stripReminders } from "./reminders.ts";
import { orderInput, orderSchema } from "./tool-schema.ts";

/**
 * The conversation that a request carries, in the one form in which the model reads it. Two requests that tell a model the same give the same
 * bytes, and a turn's conversation is a prefix of the next turn's: what was evaluated once stays evaluated.
 *
 * Dropped: the billing header, noise in reminders and announcements (`reminders.ts`, `announcements.ts`), thoughts of earlier turns, tools
 * of the vendor's servers, deferred tools and the search for them. Joined: blocks of text by an empty line. Kept in place: system
 * messages in the middle.
 * Set in order: tools by name, members of schemas, arguments of calls, and results as their calls are (clients send them as they
 * finish, and templates without ids pair them by order).
 */
export function canonicalise(request: MessagesRequest): Conversation {
  const tools = request.tools.filter(isOffered).map(canonicalTool).sort(byName);
  const schemas = new Map(tools.map((tool) => [tool.name, tool.inputSchema]));
  const system = joinTexts(request.system.map((block) => (isBillingHeader(block.text) ? "" : stripGitStatus(stripReminders(block.text)))));
  const turns: Turn[] = [];
  let calls: readonly Call[] = [];
  for (const message of request.messages) {
    const made = turnsOf(message, calls, schemas);
    for (const turn of made) if (turn.role === "assistant") calls = turn.calls;
    turns.push(...made);
  }
  return { system, tools, turns };
}

function isBillingHeader(text: string): boolean {
  return /^\s*x-anthropic-billing-header:/i.test(text);
}

/** `ToolSearch` and its placeholder belong to the loading of tools on demand, which needs the vendor's servers. */
function isOffered(tool: RequestTool): boolean {
  return !isServerTool(tool) && tool.defer_loading !== true && tool.name !== "ToolSearch" && tool.name !== "DeferredToolPlaceholder";
}

function canonicalTool(tool: RequestTool): Tool {
  return {
    name: tool.name ?? "",
    description: wellFormed((tool.description ?? "").trim()),
    inputSchema: orderedOnce(tool.name ?? "", tool.input_schema ?? { type: "object" }),
  };
}

/** Schemas in order, with how they came, by their tools' names. A client sends the same ones with every request, and to order one takes five times what comparing it takes. */
const ordered = new Map<string, { readonly came: JsonObject; readonly made: JsonObject }>();
const mostOrdered = 256;

function orderedOnce(name: string, schema: JsonObject): JsonObject {
  const known = ordered.get(name);
  if (known !== undefined && sameJson(known.came, schema)) return known.made;
  const made = orderSchema(schema);
  if (ordered.size >= mostOrdered) ordered.clear();
  ordered.set(name, { came: schema, made });
  return made;
}

function byName(a: Tool, b: Tool): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function turnsOf(message: RequestMessage, calls: readonly Call[], schemas: ReadonlyMap<string, JsonObject>): Turn[] {
  switch (message.role) {
    case "assistant":
      return assistantTurn(message, schemas);
    case "user":
      return userTurns(message, calls);
    case "system":
      return textTurn("system", message.content);
    default:
      return unreachable(message.role);
  }
}

/** What client 2.1.84 puts where an answer had no text. */
const noContent = "(no content)";

function assistantTurn(message: RequestMessage, schemas: ReadonlyMap<string, JsonObject>): Turn[] {
  const calls: Call[] = [];
  const texts: string[] = [];
  for (const block of message.content) {
    if (block.type === "tool_use") calls.push({ id: block.id, name: block.name, input: orderInput(block.input, schemas.get(block.name)) });
    else if (block.type === "text" && block.text.trim() !== "" && block.text !== noContent) texts.push(block.text);
  }
  // Not trimmed: this is what the model wrote, and its tokens are still in the engine's state.
  const text = wellFormed(texts.join("\n\n"));
  return text === "" && calls.length === 0 ? [] : [{ role: "assistant", text, calls }];
}

/**
 * The results of a message, then its words. Useful reminders beside results (a hook's output, a changed file) become the end of the last result:
 * client 2.1.84 sends them first as blocks of their own, and in later requests each as part of the result that it belongs to.
 */
function userTurns(message: RequestMessage, calls: readonly Call[]): Turn[] {
  const results = message.content.filter((block) => block.type === "tool_result");
  const isBeside = (block: RequestBlock): block is RequestBlock & { type: "text" } =>
    results.length > 0 && block.type === "text" && isReminder(block.text);
  const texts = results.map((block) => splitReminders(wellFormed(block.content.map(resultText).filter(Boolean).join("\n"))));
  const beside = message.content.filter(isBeside);
  const reminders = [...texts.flatMap((result) => result.reminders), ...beside.map((block) => stripReminders(block.text).trim())].filter(
    Boolean,
  );
  // The client takes the blanks off a result that it adds a reminder to, noise as well; which one that will be is not known beforehand.
  const bare = beside.length > 0 || texts.some((result) => result.reminded);
  const place = (id: string): number => calls.findIndex((call) => call.id === id);
  const turns = results
    .map(({ tool_use_id: callId, is_error: failed }, at): ResultTurn => {
      const text = texts[at]?.text ?? "";
      return { role: "tool", callId, text: bare ? text.trim() : text.trimEnd(), failed: failed === true };
    })
    .sort((a, b) => place(a.callId) - place(b.callId));
  const words = message.content.filter((block) => !isBeside(block));
  return [...withReminders(turns, reminders), ...spokenTurns(words)];
}

type ResultTurn = Turn & { readonly role: "tool" };

function withReminders(turns: readonly ResultTurn[], reminders: readonly string[]): readonly ResultTurn[] {
  if (reminders.length === 0) return turns;
  return turns.map((turn, at) =>
    at < turns.length - 1 ? turn : { ...turn, text: [turn.text, ...reminders].filter((part) => part !== "").join("\n\n") },
  );
}

/**
 * What the user says. An answer that was stopped before its first word leaves no message behind: the client joins what was said before and
 * after it. It was begun all the same, so it stands between them, empty.
 */
function spokenTurns(content: RequestMessage["content"]): Turn[] {
  const parts: RequestBlock[][] = [[]];
  for (const block of content) {
    if (block.type === "tool_result") continue;
    const stopped = block.type === "text" && block.text.trimStart().startsWith("[Request interrupted by user]");
    if (stopped && textTurn("user", parts.at(-1) ?? []).length > 0) parts.push([]);
    parts.at(-1)?.push(block);
  }
  const turns = parts.flatMap((part) => textTurn("user", part));
  return turns.flatMap((turn, at): Turn[] => (at === 0 ? [turn] : [{ role: "assistant", text: "", calls: [] }, turn]));
}

function textTurn(role: "user" | "system", content: RequestMessage["content"]): Turn[] {
  const text = joinTexts(
    content.map((block) => {
      if (block.type === "text") return role === "system" ? stripAnnouncements(stripReminders(block.text)) : stripReminders(block.text);
      return block.type === "image" || block.type === "document" || block.type === "search_result" ? resultText(block) : "";
    }),
  );
  return text === "" ? [] : [{ role, text }];
}

function resultText(block: ResultBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
      return "[an image was left out: this model reads text only]";
    case "document":
      return "[a document was left out: this model reads text only]";
    case "search_result":
      return block.content.map((part) => part.text).join("\n");
    default:
      return "";
  }
}

function joinTexts(texts: readonly string[]): string {
  return wellFormed(
    texts
      .map((text) => text.trim())
      .filter((text) => text !== "")
      .join("\n\n"),
  );
}

/** Clients cut long outputs in the middle of a surrogate pair; a tokenizer wants whole characters. */
function wellFormed(text: string): string {
  return text.replaceAll(/\p{Surrogate}/gu, "\u{FFFD}");
}
