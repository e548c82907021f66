import type { JsonValue } from "../messages/conversation.ts";
import { isJsonObject } from "../messages/json.ts";
import type { MessagesRequest } from "../messages/request.ts";
import { stripReminders } from "../prompt/reminders.ts";

/**
 * What clients ask beside the conversation: a title or a name for the session, is this a new topic, what might the user type next, by which
 * prefix may this command be allowed, is anybody there (and, from 2.1.84's `/context`, how many tokens is this: it reads the usage of a
 * one-token answer). None of it needs the model, and the model's state holds the conversation: these are answered here. A summary or a question
 * aside does need it, and goes its way through the lanes.
 */
export type SideRequest =
  /** `max_tokens: 1`. */
  { readonly kind: "probe" } | { readonly kind: "said"; readonly text: string };

export function sideRequest(request: MessagesRequest): SideRequest | undefined {
  if (request.max_tokens === 1) return { kind: "probe" };
  // This one comes with the conversation's own tools. No suggestion is an answer that both clients take.
  if (lastText(request).includes("[SUGGESTION MODE: ")) return { kind: "said", text: "" };
  if (request.tools.length > 0) return undefined;
  // 2.1.84, when a user may allow all commands that begin alike: "none" has it ask for each.
  if (systemSays(request, "command_injection_detected") || lastText(request).includes("command_injection_detected"))
    return { kind: "said", text: "none" };
  const wanted = wantedMembers(request);
  if (wanted === undefined) return undefined;
  const members = wanted.map((name): [string, JsonValue] => [name, memberOf(name, request)]);
  return { kind: "said", text: JSON.stringify(Object.fromEntries(members)) };
}

/**
 * Client `/context` asks for the tokens of tool definitions with this message in the place of a conversation. The system text is counted by
 * itself then, so ours must not be in this count.
 */
export function countsToolsAlone({ tools, system, messages }: MessagesRequest): boolean {
  const [only, ...more] = messages;
  const [block, ...blocks] = only?.content ?? [];
  return tools.length > 0 && system.length === 0 && more.length + blocks.length === 0 && block?.type === "text" && block.text === "foo";
}

/** The members of the JSON object that is asked for, where it is a title's or a name's: by its schema, or by an older client's instructions. */
function wantedMembers(request: MessagesRequest): string[] | undefined {
  const format = request.output_config?.format;
  if (format?.["type"] === "json_schema" && isJsonObject(format["schema"])) {
    const properties = format["schema"]["properties"];
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    if (names.join() === "name") return systemSays(request, "kebab-case") ? names : undefined;
    return names.includes("title") && names.every((name) => name === "title" || name === "isNewTopic") ? names : undefined;
  }
  return systemSays(request, "isNewTopic") ? ["isNewTopic", "title"] : undefined;
}

function memberOf(name: string, request: MessagesRequest): JsonValue {
  switch (name) {
    case "title":
      return titleOf(request);
    case "name":
      return nameOf(request);
    default:
      return true;
  }
}

function systemSays({ system }: MessagesRequest, words: string): boolean {
  return system.some((block) => block.text.includes(words));
}

function lastText({ messages }: MessagesRequest): string {
  const last = messages.findLast((message) => message.role !== "system");
  return last?.role === "user" ? last.content.map((block) => (block.type === "text" ? block.text : "")).join("\n") : "";
}

/** The task's own first words: true, and as telling as most titles. */
function titleOf(request: MessagesRequest): string {
  const words = taskWords(request).slice(0, 7).join(" ").slice(0, 60).trim();
  return words === "" ? "Session" : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Two to four of them, as a branch would be called. */
function nameOf(request: MessagesRequest): string {
  const words = taskWords(request).flatMap((word) => word.toLowerCase().match(/[a-z0-9]+/g) ?? []);
  const telling = words.filter((word) => word.length > 3);
  return (telling.length > 1 ? telling : words).slice(0, 4).join("-") || "session";
}

function taskWords(request: MessagesRequest): string[] {
  const texts = request.messages.filter((message) => message.role === "user").flatMap((message) => message.content);
  const task = texts.map((block) => (block.type === "text" ? stripReminders(block.text) : "")).join(" ");
  // Client 2.1.330 puts the task between tags and adds instructions after them.
  const inner = /<session>([\s\S]*?)<\/session>/.exec(task)?.[1] ?? task;
  return inner
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
}
