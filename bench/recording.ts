import { z } from "zod";
import type { JsonObject, JsonValue } from "../src/messages/conversation.ts";
import { isJsonObject } from "../src/messages/json.ts";

/** The scenario whose written session is recorded. */
export const recordedScenario = "oom-kill";

/**
 * The Messages requests that the real client sent over one written session, in order. The answers are the script's, so every contender
 * is asked the same conversation, whatever it would have answered itself.
 */
const recording = z.object({
  kind: z.enum(["recipe", "incident", "code"]),
  client: z.string(),
  /** The checkout in which the client worked: the guide's forms name it. */
  workDir: z.string(),
  namespace: z.string(),
  requests: z.array(z.custom<JsonObject>(isJsonObject)).min(1),
});

export type Recording = z.infer<typeof recording>;
/** `recipe`: the client with its default settings. The others: as Cloister starts it, with its own profile of that name. */
export type RecordingKind = Recording["kind"];

/** A recording from the disk; undefined for anything else. */
export function readRecording(value: unknown): Recording | undefined {
  return recording.safeParse(value).data;
}

/** What is worth telling of a recording beside its figures. */
export function describeRecording({ kind, client, requests }: Recording): Readonly<Record<string, unknown>> {
  const first = requests[0] ?? {};
  const tools = Array.isArray(first["tools"]) ? first["tools"].length : 0;
  return { kind, client, turns: requests.length, firstRequestBytes: bytesOf(first), firstRequestTools: tools };
}

export function bytesOf(request: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(request));
}

/** The request as it is posted: another model's name, and an answer of at most so many tokens for every contender alike. */
export function forContender(request: JsonObject, model: string, answerTokens: number): JsonObject {
  // Thinking would be another answer in each server's own way, and its budget may be larger than the bound.
  const { thinking: _, ...rest } = request;
  return { ...rest, model, max_tokens: answerTokens, temperature: 0 };
}

/**
 * A recording made short, for trying the bench itself: of the tools only the first few whose text is within `tokens` (and Bash), of the
 * system prompt as much as is left. Results of such a run are marked and are no figures.
 */
export function cutRecording(whole: Recording, tokens: number): Recording {
  const characters = tokens * charactersPerToken;
  return { ...whole, requests: whole.requests.map((request) => cutRequest(request, characters)) };
}

/** Text and JSON of the client come to about so many characters a token; for estimates only. */
export const charactersPerToken = 4.3;

function cutRequest(request: JsonObject, characters: number): JsonObject {
  const tools = (Array.isArray(request["tools"]) ? (request["tools"] as readonly JsonValue[]) : []).filter(isJsonObject);
  let left = characters;
  const kept = tools
    .map((tool) => (tool["name"] === "Bash" ? { ...tool, description: "Run a shell command." } : tool))
    .filter((tool) => {
      const size = JSON.stringify(tool).length;
      const fits = tool["name"] === "Bash" || size <= left / 2;
      if (fits) left -= size;
      return fits;
    });
  const system = (Array.isArray(request["system"]) ? (request["system"] as readonly JsonValue[]) : []).filter(isJsonObject).map((block) => {
    const text = typeof block["text"] === "string" ? block["text"].slice(0, Math.max(0, left)) : "";
    left -= text.length;
    return { ...block, text };
  });
  return { ...request, tools: kept, system: system.filter((block) => block.text !== "") };
}
