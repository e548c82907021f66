import { z } from "zod";

/** What an unattended client reports of itself while it works, in the order in which it happens. */
export type ClientEvent =
  | { readonly type: "start"; readonly version: string; readonly model: string; readonly tools: readonly string[] }
  | { readonly type: "said"; readonly text: string }
  | { readonly type: "call"; readonly id: string; readonly name: string; readonly input: Readonly<Record<string, unknown>> }
  | { readonly type: "result"; readonly callId: string; readonly failed: boolean; readonly text: string }
  /** The last one. `reason` is the client's own word (`success`, `error_max_turns`, `error_during_execution`), `text` its last words or error. */
  | { readonly type: "end"; readonly failed: boolean; readonly reason: string; readonly turns: number; readonly text: string };

const textPart = z.looseObject({ type: z.literal("text"), text: z.string() });
const resultContent = z.union([z.string(), z.array(z.union([textPart, z.unknown()]))]).optional();

const startLine = z.looseObject({
  type: z.literal("system"),
  subtype: z.literal("init"),
  model: z.string().default(""),
  tools: z.array(z.string()).default([]),
  claude_code_version: z.string().default(""),
});
const messageLine = z.looseObject({
  type: z.enum(["assistant", "user"]),
  message: z.looseObject({ content: z.union([z.string(), z.array(z.unknown())]) }),
});
const endLine = z.looseObject({
  type: z.literal("result"),
  subtype: z.string().default(""),
  is_error: z.boolean().default(false),
  num_turns: z.number().default(0),
  result: z.string().default(""),
});
const callPart = z.looseObject({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.record(z.string(), z.unknown()) });
const resultPart = z.looseObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  is_error: z.boolean().nullish(),
  content: resultContent,
});

/** Characters of one line; a longer one is passed over. A tool's result is far smaller. */
const longestLine = 16 * 1024 * 1024;

/**
 * Reads `-p --output-format stream-json --verbose` of both client versions. Lines that are not JSON and kinds that are not known are
 * passed over, since each version adds some. A stream that ends without an `end` event was cut off: the client died.
 */
export async function* readClientStream(output: AsyncIterable<Uint8Array | string>): AsyncGenerator<ClientEvent, void, undefined> {
  for await (const line of lines(output)) yield* readClientLine(line);
}

/** The events of one line; none for what is not known. */
export function readClientLine(line: string): ClientEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return [];
  }
  const start = startLine.safeParse(value);
  if (start.success) return [{ type: "start", version: start.data.claude_code_version, model: start.data.model, tools: start.data.tools }];
  const end = endLine.safeParse(value);
  if (end.success) {
    const { is_error: failed, subtype: reason, num_turns: turns, result: text } = end.data;
    return [{ type: "end", failed, reason, turns, text }];
  }
  const message = messageLine.safeParse(value);
  if (!message.success) return [];
  const { content } = message.data.message;
  // A string is what the user wrote; the caller knows it.
  return typeof content === "string" ? [] : content.flatMap((part) => readPart(part, message.data.type));
}

function readPart(part: unknown, by: "assistant" | "user"): ClientEvent[] {
  if (by === "user") {
    const result = resultPart.safeParse(part);
    if (!result.success) return [];
    return [{ type: "result", callId: result.data.tool_use_id, failed: result.data.is_error === true, text: textOf(result.data.content) }];
  }
  const call = callPart.safeParse(part);
  if (call.success) return [{ type: "call", id: call.data.id, name: call.data.name, input: call.data.input }];
  const said = textPart.safeParse(part);
  return said.success ? [{ type: "said", text: said.data.text }] : [];
}

function textOf(content: z.infer<typeof resultContent>): string {
  if (content === undefined || typeof content === "string") return content ?? "";
  return content
    .map((part) => textPart.safeParse(part))
    .map((part) => (part.success ? part.data.text : ""))
    .join("");
}

async function* lines(output: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let skipping = false;
  for await (const chunk of output) {
    const [first = "", ...more] = (typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true })).split("\n");
    rest += first;
    for (const next of more) {
      if (!skipping) yield rest;
      skipping = false;
      rest = next;
    }
    if (rest.length > longestLine) {
      skipping = true;
      rest = "";
    }
  }
  if (!skipping && rest !== "") yield rest;
}
