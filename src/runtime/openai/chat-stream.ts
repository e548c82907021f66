import { z } from "zod";
import type { Server, ServerRequest } from "../http/server.ts";

export interface ChatUsage {
  readonly promptTokens: number;
  /** Undefined where the server does not say. */
  readonly cachedTokens: number | undefined;
  readonly outputTokens: number;
}

export type ChatEvent =
  /** Tokens; `done` counts the cached ones. */
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly cached: number }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly text: string }
  /** The first call of the answer, whole; its arguments as the server gave them. */
  | { readonly type: "call"; readonly name: string; readonly arguments: string }
  | {
      readonly type: "end";
      readonly reason: "stop" | "max-tokens";
      readonly usage: ChatUsage | undefined;
      /** Milliseconds, by the server's own clock; llama-server only. */
      readonly timings: { readonly prompt_ms: number; readonly predicted_ms: number } | undefined;
    };

const count = z.number().int().nonnegative();

const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count.catch(0),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish().catch(undefined),
});

const deltaSchema = z.object({
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z
    .array(
      z.object({
        index: count.nullish(),
        function: z.object({ name: z.string().nullish(), arguments: z.unknown() }).nullish(),
      }),
    )
    .nullish(),
});

const chunkSchema = z.object({
  choices: z.array(z.object({ delta: deltaSchema.nullish(), finish_reason: z.string().nullish() })).default([]),
  usage: usageSchema.nullish().catch(undefined),
  /** llama-server, where it was asked for. */
  prompt_progress: z.object({ total: count, cache: count, processed: count }).nullish().catch(undefined),
  timings: z.object({ prompt_ms: z.number().nonnegative(), predicted_ms: z.number().nonnegative() }).nullish().catch(undefined),
});

const failureSchema = z.object({
  error: z.union([z.string(), z.object({ message: z.string().catch(""), code: z.unknown() })]),
});

/**
 * One answer of `/v1/chat/completions`. Of several calls the first one comes out. Breaking the loop or aborting the request's signal closes
 * the connection.
 *
 * @throws CloisterError `engine-lost` for a stream that ends without a reason, and what a `Server` throws
 */
export async function* readChat(server: Server, request: ServerRequest): AsyncGenerator<ChatEvent, void> {
  const calls = createCallJoiner();
  let finish: string | undefined;
  let usage: ChatUsage | undefined;
  let timings: z.infer<typeof chunkSchema>["timings"];
  for await (const { data } of server.events(request)) {
    if (data === "[DONE]") break;
    const chunk = parseChunk(server, data);
    const { prompt_progress: progress } = chunk;
    if (progress) yield { type: "progress", done: progress.processed, total: progress.total, cached: progress.cache };
    const choice = chunk.choices[0];
    const { content, reasoning_content, reasoning, tool_calls } = choice?.delta ?? {};
    const thought = reasoning_content ?? reasoning ?? "";
    if (thought !== "") yield { type: "thinking", text: thought };
    if (typeof content === "string" && content !== "") yield { type: "text", text: content };
    for (const [at, call] of (tool_calls ?? []).entries()) calls.add(call.index ?? at, call.function?.name, call.function?.arguments);
    finish = choice?.finish_reason ?? finish;
    if (chunk.usage) usage = readUsage(chunk.usage);
    timings = chunk.timings ?? timings;
  }
  if (finish === undefined) throw server.lost("stopped in the middle of its answer");
  const call = calls.first();
  if (call !== undefined) yield { type: "call", ...call };
  yield { type: "end", reason: finish === "length" ? "max-tokens" : "stop", usage, timings: timings ?? undefined };
}

export function readUsage(usage: z.infer<typeof usageSchema>): ChatUsage {
  return {
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? undefined,
    outputTokens: usage.completion_tokens,
  };
}

/** A whole answer, not streamed: what a probe reads. */
export const wholeAnswerSchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullish() }) })).min(1),
  usage: usageSchema.nullish().catch(undefined),
});

function parseChunk(server: Server, data: string): z.infer<typeof chunkSchema> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw server.lost("sent an event that is no JSON", cause);
  }
  const failure = failureSchema.safeParse(value).data?.error;
  if (failure !== undefined) {
    const { message, code } = typeof failure === "string" ? { message: failure, code: 500 } : failure;
    throw server.failure(typeof code === "number" && code >= 400 && code < 600 ? code : 500, message);
  }
  const chunk = chunkSchema.safeParse(value).data;
  if (chunk === undefined) throw server.lost("sent something that is no part of an answer");
  return chunk;
}

/** Puts calls together from their pieces. Only the first one is kept whole: more than one an answer is never asked for. */
function createCallJoiner(): {
  add(index: number, name: string | null | undefined, piece: unknown): void;
  first(): { readonly name: string; readonly arguments: string } | undefined;
} {
  let lowest = Infinity;
  let name = "";
  let pieces: string[] = [];
  return {
    add(index, called, piece) {
      if (index > lowest) return;
      if (index < lowest) [lowest, name, pieces] = [index, "", []];
      // Some servers repeat the name with each piece.
      if (name === "") name = called ?? "";
      if (typeof piece === "string") pieces.push(piece);
      else if (typeof piece === "object" && piece !== null) pieces.push(JSON.stringify(piece));
    },
    first() {
      if (lowest === Infinity) return undefined;
      const joined = pieces.join("");
      return { name, arguments: joined.trim() === "" ? "{}" : joined };
    },
  };
}
