import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { AnswerGrammar } from "../../prompt/grammar/answer-grammar.ts";
import { literal } from "../../prompt/grammar/rules.ts";
import { callOpening } from "../../prompt/spelling.ts";
import type { Refusal } from "../http/failures.ts";
import type { Server } from "../http/server.ts";

export interface CompletionRequest {
  readonly tokens: readonly number[];
  readonly slot: number;
  readonly stop: readonly string[];
  readonly grammar: AnswerGrammar | undefined;
  /** At least 1. */
  readonly maxTokens: number;
  readonly temperature: number;
}

export type CompletionEvent =
  /** `done` counts the cached ones. */
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly cached: number }
  /** `tokens`: all that were made since the event before, or undefined where the server kept some to itself. */
  | { readonly type: "piece"; readonly text: string; readonly tokens: readonly number[] | undefined }
  | {
      readonly type: "end";
      readonly reason: "stop" | "max-tokens";
      /** What ended it: the vocabulary's own end token, or a stop text. */
      readonly by: "token" | "text" | "limit";
      readonly evaluated: number;
      readonly cached: number;
      readonly made: number;
      readonly promptMs: number;
      readonly madeMs: number;
    };

const count = z.number().int().nonnegative();
const milliseconds = z.number().nonnegative();

const failureSchema = z.object({
  error: z.object({ code: z.number().int().catch(500), message: z.string().catch(""), type: z.string().optional() }),
});
const progressSchema = z.object({ prompt_progress: z.object({ total: count, cache: count, processed: count }) });
const finalSchema = z.object({
  stop: z.literal(true),
  stop_type: z.enum(["none", "eos", "limit", "word"]).catch("none"),
  tokens_predicted: count,
  timings: z.object({ cache_n: count.catch(0), prompt_n: count, prompt_ms: milliseconds, predicted_ms: milliseconds }),
});
const pieceSchema = z.object({ content: z.string(), tokens: z.array(z.number().int()).default([]), tokens_predicted: count });

/**
 * One answer of `/completion`. Breaking the loop or aborting `signal` closes the connection, which ends the server's work.
 *
 * @throws CloisterError `prompt-too-long`, `engine-lost` for a stream that has no end, and what a `Server` throws
 */
export async function* complete(server: Server, request: CompletionRequest, signal: AbortSignal): AsyncGenerator<CompletionEvent, void> {
  let made = 0;
  for await (const { data } of server.events({ path: "/completion", body: requestBody(request), signal, explain })) {
    if (data === "[DONE]") continue;
    const value = parseData(server, data);
    const failure = failureSchema.safeParse(value).data;
    if (failure !== undefined) {
      const { code, message, type } = failure.error;
      throw explain({ status: code, message: `${type ?? ""} ${message}` }) ?? server.failure(code, message);
    }
    const progress = progressSchema.safeParse(value).data?.prompt_progress;
    if (progress !== undefined) {
      yield { type: "progress", done: progress.processed, total: progress.total, cached: progress.cache };
      continue;
    }
    const final = finalSchema.safeParse(value).data;
    if (final !== undefined) {
      yield endOf(final);
      return;
    }
    const piece = pieceSchema.safeParse(value).data;
    if (piece === undefined) throw server.lost("sent something that is no part of an answer");
    // A token that ends within a character is held back together with its number: then some are missing here.
    const whole = piece.tokens_predicted === made + piece.tokens.length;
    made = piece.tokens_predicted;
    yield { type: "piece", text: piece.content, tokens: whole ? piece.tokens : undefined };
  }
  throw server.lost("stopped in the middle of its answer");
}

function endOf(final: z.infer<typeof finalSchema>): CompletionEvent {
  const { timings } = final;
  const by = ({ eos: "token", word: "text", limit: "limit", none: "limit" } as const)[final.stop_type];
  return {
    type: "end",
    reason: by === "limit" ? "max-tokens" : "stop",
    by,
    evaluated: timings.prompt_n,
    cached: timings.cache_n,
    made: final.tokens_predicted,
    promptMs: timings.prompt_ms,
    madeMs: timings.predicted_ms,
  };
}

function requestBody(request: CompletionRequest): object {
  return {
    prompt: request.tokens,
    id_slot: request.slot,
    cache_prompt: true,
    stream: true,
    return_tokens: true,
    return_progress: true,
    n_predict: request.maxTokens,
    stop: request.stop,
    // Their text has to come out, or a stop text that is a control token would never be seen.
    preserved_tokens: [...request.stop, callOpening],
    temperature: request.temperature,
    // The same sampling as the embedded engine's, whatever the server was started with.
    top_k: 40,
    top_p: 0.95,
    min_p: 0,
    repeat_penalty: 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    dry_multiplier: 0,
    ...grammarFields(request.grammar),
  };
}

/** A lazy grammar is fed from the beginning of what triggered it, so it has to begin with the call's opening. */
export function grammarFields(grammar: AnswerGrammar | undefined): object {
  if (grammar === undefined) return {};
  if (grammar.from === "start") return { grammar: grammar.gbnf };
  return {
    grammar: grammar.gbnf.replace(/^root ::= /, () => `root ::= ${literal(callOpening)} `),
    grammar_lazy: true,
    grammar_triggers: [{ type: patternTrigger, value: openingAtTheEnd }],
  };
}

/** `COMMON_GRAMMAR_TRIGGER_TYPE_PATTERN` of llama.cpp's common.h. */
const patternTrigger = 2;
/**
 * Only where nothing but the line feed follows: of a token that says more than the opening (`>{`) the grammar could not take the rest, and
 * the server would fail in the middle of the answer. Such a call is not held; the parser judges it.
 */
const openingAtTheEnd = `${callOpening}\\n?(?![\\s\\S])`;

function explain({ status, message }: Refusal): CloisterError | undefined {
  if (status !== 400) return undefined;
  if (/exceed_context_size|exceeds the available context size/.test(message))
    // Asked for before: a server that has been started again with a smaller window.
    return new CloisterError("prompt-too-long", `prompt is too long: ${message}`);
  if (/grammar/i.test(message)) return new CloisterError("internal", `The server does not take the answer's grammar: ${message}`);
  return undefined;
}

function parseData(server: Server, data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (cause) {
    throw server.lost("sent an event that is no JSON", cause);
  }
}
