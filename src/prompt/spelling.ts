import type { Call, JsonValue, Tool } from "../messages/conversation.ts";

/**
 * The one spelling of calls and tools. The template renders earlier calls with it, the grammar allows nothing else, and the parser
 * reads it back: so an answer that comes back in the next request has the same bytes, and its state is still good.
 *
 * JSON has a blank after each comma and colon (as Python writes it, which is what the models were trained on), JSON.stringify's
 * escapes, and members in the order in which they stand.
 */
export const callOpening = "<tool_call>";
export const callClosing = "</tool_call>";

export function spellJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(spellJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${spellJson(member)}`);
    return `{${members.join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** What stands between the opening tag's line and the closing tag's line. */
export function spellCallBody(call: Pick<Call, "name" | "input">): string {
  return spellJson({ name: call.name, arguments: call.input });
}

export function spellCall(call: Pick<Call, "name" | "input">): string {
  return `${callOpening}\n${spellCallBody(call)}\n${callClosing}`;
}

/** A whole answer: its words, then its calls, each on a line of its own. */
export function spellAnswer(text: string, calls: readonly Pick<Call, "name" | "input">[]): string {
  return [...(text === "" ? [] : [text]), ...calls.map(spellCall)].join("\n");
}

/**
 * One tool as one line of JSON. Left out is what the grammar enforces anyway and the model need not read: `$schema` and
 * `additionalProperties: false`. Each line is prefilled once per session, and every token of it is attended to on every turn.
 */
export function spellTool(tool: Tool): string {
  const { name, description, inputSchema } = tool;
  return spellJson({ type: "function", function: { name, description, parameters: withoutNoise(inputSchema) } });
}

function withoutNoise(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutNoise);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(([key, value]) => {
    if (key === "$schema") return typeof value !== "string";
    return !(key === "additionalProperties" && value === false);
  });
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNoise(value)]));
}
