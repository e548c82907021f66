import type { JsonValue } from "../messages/conversation.ts";
import { isJsonObject } from "../messages/json.ts";
import type { MessagesRequest } from "../messages/request.ts";
import { stripReminders } from "../prompt/reminders.ts";

/**
 * What clients ask beside the conversation: a title for the session, is this a new topic, is anybody there (and, from 2.1.84's
 * `/context`, how many tokens is this: it reads the usage of a one-token answer). None of it needs the model, and the model's state
 * holds the conversation: these are answered here.
 */
export type SideRequest =
  /** `max_tokens: 1`. */
  { readonly kind: "probe" } | { readonly kind: "said"; readonly text: string };

export function sideRequest(request: MessagesRequest): SideRequest | undefined {
  if (request.max_tokens === 1) return { kind: "probe" };
  if (request.tools.length > 0) return undefined;
  const wanted = titleMembers(request);
  if (wanted === undefined) return undefined;
  const members = wanted.map((name): [string, JsonValue] => [name, name === "title" ? titleOf(request) : true]);
  return { kind: "said", text: JSON.stringify(Object.fromEntries(members)) };
}

/** The members of the JSON object that is asked for, where it is a title's: by its schema, or by an older client's instructions. */
function titleMembers(request: MessagesRequest): string[] | undefined {
  const format = request.output_config?.format;
  if (format?.["type"] === "json_schema" && isJsonObject(format["schema"])) {
    const properties = format["schema"]["properties"];
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    return names.includes("title") && names.every((name) => name === "title" || name === "isNewTopic") ? names : undefined;
  }
  return request.system.some((block) => block.text.includes("isNewTopic")) ? ["isNewTopic", "title"] : undefined;
}

/** The task's own first words: true, and as telling as most titles. */
function titleOf(request: MessagesRequest): string {
  const texts = request.messages.filter((message) => message.role === "user").flatMap((message) => message.content);
  const task = texts.map((block) => (block.type === "text" ? stripReminders(block.text) : "")).join(" ");
  // Client 2.1.330 puts the task between tags and adds instructions after them.
  const inner = /<session>([\s\S]*?)<\/session>/.exec(task)?.[1] ?? task;
  const words = inner.trim().split(/\s+/).slice(0, 7).join(" ").slice(0, 60).trim();
  return words === "" ? "Session" : words.charAt(0).toUpperCase() + words.slice(1);
}
