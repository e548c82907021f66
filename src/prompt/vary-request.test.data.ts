import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import { isObject } from "./tool-schema.ts";

/** Changes of a Messages request: some that must not change what the model reads, and some that must. */
export interface Change {
  readonly name: string;
  /** Undefined where the request has nothing of the kind. */
  readonly apply: (request: JsonObject, random: () => number) => JsonObject | undefined;
}

type Block = JsonObject & { readonly type: string };
type Message = JsonObject & { readonly role: string; readonly content: JsonValue };

/** Reproducible numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const messagesOf = (request: JsonObject): Message[] => (request["messages"] as Message[]).map((message) => ({ ...message }));
const blocksOf = (message: Message): Block[] =>
  typeof message.content === "string" ? [{ type: "text", text: message.content }] : (message.content as unknown as Block[]);
const textOf = (block: Block): string => (typeof block["text"] === "string" ? block["text"] : "");

function mapBlocks(request: JsonObject, change: (block: Block, message: Message) => Block): JsonObject {
  const messages = messagesOf(request).map((message) => ({
    ...message,
    content: blocksOf(message).map((block) => change(block, message)),
  }));
  return { ...request, messages };
}

function shuffleMembers(value: JsonValue, random: () => number): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => shuffleMembers(item, random));
  if (!isObject(value)) return value;
  return Object.fromEntries(shuffle(Object.entries(value), random).map(([key, member]) => [key, shuffleMembers(member, random)]));
}

function replaceInStrings(value: JsonValue, pattern: RegExp, by: string): JsonValue {
  if (typeof value === "string") return value.replaceAll(pattern, by);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => replaceInStrings(item, pattern, by));
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaceInStrings(member, pattern, by)]))
    : value;
}

const replacing =
  (pattern: RegExp, by: string) =>
  (request: JsonObject): JsonObject =>
    replaceInStrings(request, pattern, by) as JsonObject;

export const harmless: readonly Change[] = [
  { name: "members in another order", apply: (request, random) => shuffleCalls(shuffleMembersOf(request, random), random) },
  {
    name: "tools in another order",
    apply: (request, random) => ({ ...request, tools: shuffle((request["tools"] ?? []) as JsonValue[], random) }),
  },
  {
    name: "cache markers elsewhere",
    apply: (request, random) => mapBlocks(request, (block) => ({ ...block, cache_control: random() < 0.5 ? null : { type: "ephemeral" } })),
  },
  { name: "another nonce in the billing header", apply: replacing(/cch=\w+;/g, "cch=f00ba;") },
  { name: "another conversation's billing header", apply: replacing(/cc_version=[\w.]+/g, "cc_version=9.9.9.abc") },
  { name: "another day", apply: replacing(/Today's date is \d{4}-\d\d-\d\d/g, "Today's date is 2031-01-02") },
  { name: "another state of git", apply: replacing(/(Recent commits:\n)[0-9a-f]{7}[^\n]*/g, "$1abcdef0 another commit") },
  { name: "other ids", apply: replacing(/\btoolu_/g, "toolu_of_another_process_") },
  {
    name: "thoughts",
    apply: (request) => ({
      ...request,
      messages: messagesOf(request).map((message) =>
        message.role === "assistant"
          ? { ...message, content: [{ type: "thinking", thinking: "hm", signature: "s" }, ...blocksOf(message)] as unknown as JsonValue }
          : message,
      ),
    }),
  },
  {
    name: "members that nobody knows",
    apply: (request) => ({
      ...mapBlocks(request, (block) => ({ ...block, novelty: { of: "tomorrow" } })),
      metadata: { user_id: "another" },
      novelty: [1, 2],
      thinking: { type: "adaptive" },
    }),
  },
  {
    name: "texts as strings",
    apply: (request) => ({
      ...request,
      messages: messagesOf(request).map((message) => {
        const [only, ...others] = blocksOf(message);
        return only?.type === "text" && others.length === 0 ? { ...message, content: textOf(only) } : message;
      }),
    }),
  },
  {
    name: "results of parallel calls as they finish",
    apply: (request, random) => ({
      ...request,
      messages: messagesOf(request).map((message) => {
        const blocks = blocksOf(message);
        const results = shuffle(
          blocks.filter((block) => block.type === "tool_result"),
          random,
        );
        const content = [...results, ...blocks.filter((block) => block.type !== "tool_result")] as unknown as JsonValue;
        // Reminders stand at the end of the result that came last: with them the order is told by the client.
        return message.role === "user" && !JSON.stringify(content).includes("<system-reminder>") ? { ...message, content } : message;
      }),
    }),
  },
  {
    name: "a nudge beside the newest result",
    apply: (request) =>
      atResults(request, (blocks) => [...blocks, { type: "text", text: remind("The TodoWrite tool hasn't been used recently.") }]),
  },
  {
    name: "tokens left",
    apply: (request) => {
      const messages = messagesOf(request);
      const counted = { type: "text", text: "<total_tokens>12345 tokens left</total_tokens>" };
      return { ...request, messages: [...messages, { role: "system", content: [counted] as unknown as JsonValue }] };
    },
  },
];

export const telling: readonly Change[] = [
  { name: "another task", apply: (request) => inText(request, "user", "mend", "break") },
  {
    name: "another answer",
    apply: (request) =>
      onBlock(
        request,
        (block, message) => message.role === "assistant" && block.type === "text" && textOf(block).length > 2,
        (block) => ({ ...block, text: `${textOf(block)} Really.` }),
      ),
  },
  {
    name: "another argument",
    apply: (request) =>
      onBlock(
        request,
        (block) => block.type === "tool_use" && block["name"] === "Bash",
        (block) => ({ ...block, input: { command: "rm everything" } }),
      ),
  },
  {
    name: "another result",
    apply: (request) =>
      onBlock(
        request,
        (block) => block.type === "tool_result",
        (block) => ({ ...block, content: "something else" }),
      ),
  },
  {
    name: "a result that failed",
    apply: (request) =>
      onBlock(
        request,
        (block) => block.type === "tool_result" && block["is_error"] !== true && typeof block["content"] === "string",
        (block) => ({ ...block, is_error: true }),
      ),
  },
  {
    name: "a turn less",
    apply: (request) => {
      const messages = messagesOf(request);
      const results = new Set(["tool_result", "tool_use"]);
      const at = messages.findIndex(
        (message) => message.role === "assistant" && blocksOf(message).every((block) => !results.has(block.type)),
      );
      return at < 0 || at === messages.length - 1 ? undefined : { ...request, messages: messages.toSpliced(at, 1) };
    },
  },
  {
    name: "a tool less",
    apply: (request) => ({
      ...request,
      tools: ((request["tools"] ?? []) as readonly JsonObject[]).filter((tool) => tool["name"] !== "Bash"),
    }),
  },
];

const remind = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>`;

function shuffleMembersOf(request: JsonObject, random: () => number): JsonObject {
  const { tools = [], ...others } = request;
  return Object.fromEntries(shuffle(Object.entries({ ...others, tools: shuffleMembers(tools, random) }), random));
}

/** Arguments that a schema names have its order; what is within them is the model's own. */
function shuffleCalls(request: JsonObject, random: () => number): JsonObject {
  const known = new Set(((request["tools"] ?? []) as readonly JsonObject[]).map((tool) => tool["name"]));
  return mapBlocks(request, (block) => {
    const input = block["input"];
    if (block.type !== "tool_use" || !known.has(block["name"] ?? null) || !isObject(input)) return block;
    return { ...block, input: Object.fromEntries(shuffle(Object.entries(input), random)) };
  });
}

function atResults(request: JsonObject, change: (blocks: readonly Block[]) => readonly JsonObject[]): JsonObject | undefined {
  const messages = messagesOf(request);
  // Only where there is a reminder already: the blanks that the client takes off go with the first one.
  const at = messages.findLastIndex(
    (message) => blocksOf(message).some((block) => block.type === "tool_result") && JSON.stringify(message).includes("<system-reminder>"),
  );
  const found = messages[at];
  if (found === undefined) return undefined;
  return { ...request, messages: messages.with(at, { ...found, content: change(blocksOf(found)) as unknown as JsonValue }) };
}

function onBlock(
  request: JsonObject,
  isIt: (block: Block, message: Message) => boolean,
  change: (block: Block) => Block,
): JsonObject | undefined {
  let done = false;
  const changed = mapBlocks(request, (block, message) => {
    if (done || !isIt(block, message)) return block;
    done = true;
    return change(block);
  });
  return done ? changed : undefined;
}

function inText(request: JsonObject, role: string, from: string, to: string): JsonObject | undefined {
  return onBlock(
    request,
    (block, message) => message.role === role && block.type === "text" && textOf(block).includes(from),
    (block) => ({ ...block, text: textOf(block).replace(from, to) }),
  );
}
