import { z } from "zod";
import { CloisterError } from "../error.ts";
import { isJsonObject, parseJson } from "./json.ts";
import { checkReferences, isServerTool } from "./references.ts";
import type { JsonObject } from "./conversation.ts";

/**
 * The Anthropic Messages request as its clients send it (https://docs.anthropic.com/en/api/messages). Strict where a mistake would
 * change what the model reads: roles, block types, tools, `tool_choice`, `max_tokens`. Members that are not named here
 * (`metadata`, `context_management`, `betas`, `cache_control`, `thinking`, whatever comes next) are taken off without a word:
 * each version of the client brings new ones. `stop_sequences`, `top_p` and `top_k` are among them: no client of ours sends them.
 */

const jsonObject = z.custom<JsonObject>(isJsonObject, "must be an object");

const textBlock = z.object({ type: z.literal("text"), text: z.string() });
/** Things that a text model cannot see. What is inside does not matter: it is left out, and the text says so. */
const unseenBlock = z.object({ type: z.enum(["image", "document"]) });
const toolUseBlock = z.object({ type: z.literal("tool_use"), id: z.string().min(1), name: z.string().min(1), input: jsonObject });
/** The model's own thoughts of earlier turns, and the marks of features that only the vendor's own servers have. Read and dropped. */
const droppedBlock = z.object({
  type: z.enum([
    "thinking",
    "redacted_thinking",
    "server_tool_use",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
    "advisor_tool_result",
    "mcp_tool_use",
    "mcp_tool_result",
    "container_upload",
    "tool_reference",
    "tool_addition",
    "tool_removal",
    "compaction",
    "fallback",
  ]),
});
const searchResultBlock = z.object({ type: z.literal("search_result"), content: z.array(textBlock) });

/** A string stands for one text block; reading it as such here means that an error's path leads to the block that is wrong. */
const asBlocks = (value: unknown): unknown => (typeof value === "string" ? [{ type: "text", text: value }] : value);

const resultBlock = z.discriminatedUnion("type", [textBlock, unseenBlock, searchResultBlock, droppedBlock]);
const toolResultBlock = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string().min(1),
  content: z.preprocess((value) => (value === undefined || value === null ? [] : asBlocks(value)), z.array(resultBlock)),
  is_error: z.boolean().nullish(),
});

const block = z.discriminatedUnion("type", [textBlock, unseenBlock, searchResultBlock, toolUseBlock, toolResultBlock, droppedBlock]);
const message = z.object({
  role: z.enum(["user", "assistant", "system"]),
  content: z.preprocess(asBlocks, z.array(block)),
});

/** Tools that the vendor's servers run themselves: accepted, because clients list them, and never offered to the model. */
const serverToolType =
  /^(web_search|web_fetch|code_execution|bash|text_editor|computer|computer_toolset|browser_toolset|memory|advisor|tool_search_tool_(regex|bm25))(_\d{8})?$|^mcp_toolset$/;
const tool = z
  .object({
    type: z
      .string()
      .refine((type) => type === "custom" || serverToolType.test(type), "is not a kind of tool")
      .nullish(),
    name: z.string().optional(),
    description: z.string().optional(),
    input_schema: jsonObject.optional(),
    defer_loading: z.boolean().optional(),
  })
  .superRefine((value, context) => {
    if (isServerTool(value)) return;
    const wrong = (path: string, text: string): void => context.addIssue({ code: "custom", path: [path], message: text });
    if (value.name === undefined || !/^[a-zA-Z0-9_-]{1,128}$/.test(value.name)) wrong("name", "must be 1 to 128 letters, digits, _ or -");
    if (value.input_schema?.["type"] !== "object") wrong("input_schema", 'must be a JSON Schema with "type": "object"');
  });

const toolChoice = z.discriminatedUnion("type", [
  z.object({ type: z.enum(["auto", "any", "none"]) }),
  z.object({ type: z.literal("tool"), name: z.string() }),
]);

/** What a client may ask for at most, in tokens. Larger than any window; the gateway bounds it by the session's own. */
const largestMaxTokens = 10_000_000;

const request = z.object({
  model: z.string().min(1).max(256),
  max_tokens: z.int().min(1).max(largestMaxTokens),
  messages: z.array(message).min(1),
  system: z.preprocess((value) => (value === undefined || value === null ? [] : asBlocks(value)), z.array(textBlock)),
  tools: z
    .array(tool)
    .nullish()
    .transform((tools) => tools ?? []),
  tool_choice: toolChoice.nullish(),
  stream: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  output_config: z.object({ format: jsonObject.nullish() }).nullish(),
});

export type MessagesRequest = z.infer<typeof request> & {
  /** The sub-agent that asks, where the client names it in a header. */
  readonly agent?: string | undefined;
};
export type RequestMessage = z.infer<typeof message>;
export type RequestBlock = z.infer<typeof block>;
export type ResultBlock = z.infer<typeof resultBlock>;
export type RequestTool = z.infer<typeof tool>;

/** Generated code: a third of the time, and without the parser's memory for cycles, which keeps what it saw until the next full collection. */
const compiled = z.compile(request);
const compiledCount = z.compile(request.extend({ max_tokens: request.shape.max_tokens.default(1) }));

/** A Messages request, checked. Throws `bad-request` with the path of the first thing that is wrong in `field`. */
export function parseRequest(body: string | Uint8Array): MessagesRequest {
  return parseWith(compiled, body);
}

/** Client 2.1.330 sends it with every request of a sub-agent; 2.1.84 names none. */
export const agentHeader = "x-claude-code-agent-id";

/** The same for `count_tokens`, where there is no answer to bound and `max_tokens` is left out: it comes out as 1. */
export function parseCountRequest(body: string | Uint8Array): MessagesRequest {
  return parseWith(compiledCount, body);
}

function parseWith(schema: z.ZodType<MessagesRequest>, body: string | Uint8Array): MessagesRequest {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) throw badField(parsed.error.issues[0]);
  checkReferences(parsed.data);
  return parsed.data;
}

function badField(issue: z.core.$ZodIssue | undefined): CloisterError {
  const field = issue === undefined || issue.path.length === 0 ? "(body)" : issue.path.join(".");
  return new CloisterError("bad-request", `${field}: ${issue?.message ?? "is not valid"}`, { field });
}
