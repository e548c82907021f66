import { z } from "zod";
import type { ErrorCode } from "../../error.ts";

/**
 * What passes between the gateway's process and the engine's. Both sides are ours, yet both parse what they receive: a message
 * that is cut or of another version is a clear error and not a fault somewhere behind it.
 */
const id = z.int().nonnegative();

const segment = z.object({ text: z.string(), special: z.boolean(), assistant: z.boolean().optional() });

const load = z.object({
  type: z.literal("load"),
  modelPath: z.string(),
  /** Tokens; bounded by the trained window and the memory. Absent: chosen. */
  window: z.int().positive().optional(),
  /** Upper bound of compute threads. */
  threads: z.int().positive().optional(),
  /** Bytes that may be taken for the window's state. */
  memory: z.number().positive(),
  /** Bytes that the states of all lanes may take, on this machine at any time; and how many lanes at most. */
  laneMemory: z.number().positive().optional(),
  lanes: z.int().positive().optional(),
  /** Where states are kept on the disk, how many bytes of them, and what the model is. */
  state: z
    .object({
      folder: z.string(),
      bytes: z.number().nonnegative(),
      model: z.string(),
      modelDigest: z.string(),
      template: z.string(),
    })
    .optional(),
});
const count = z.object({ type: z.literal("count"), id, segments: z.array(segment) });
const countTexts = z.object({ type: z.literal("count-texts"), id, texts: z.array(z.string()) });
const run = z.object({
  type: z.literal("run"),
  id,
  /** Absent: the one lane of a caller that leads one conversation. */
  lane: z.object({ id: z.string(), kind: z.enum(["main", "sub-agent", "side"]) }).optional(),
  segments: z.array(segment),
  /** The first so many segments are system text and tools: every conversation with the same ones begins with them. */
  base: z.int().nonnegative().optional(),
  /** Texts that end the answer, beside the vocabulary's own end tokens. */
  stop: z.array(z.string()),
  grammar: z.object({ gbnf: z.string(), from: z.enum(["start", "tool-call"]) }).optional(),
  maxTokens: z.int().positive(),
  temperature: z.number().nonnegative(),
  /** A number: so many tokens are drafted wherever a draft is found, to measure and to test. Absent: `calibrated`, where it pays on this machine. */
  speculation: z.union([z.enum(["off", "calibrated"]), z.int().min(1).max(15)]).optional(),
});
const cancel = z.object({ type: z.literal("cancel"), id });
/** The answer of run `id` will be rendered as `text` in later prompts: its tokens are those that were generated. Absent: it says nothing. */
const remember = z.object({ type: z.literal("remember"), id, text: z.string().optional() });
/** Save what is worth it, and end. */
const close = z.object({ type: z.literal("close") });

const toEngine = z.discriminatedUnion("type", [load, count, countTexts, run, cancel, remember, close]);

const errorCodes = ["missing", "damaged", "internal", "prompt-too-long", "cancelled"] as const satisfies readonly ErrorCode[];

const failure = { code: z.enum(errorCodes), message: z.string(), hint: z.string().optional() };
const tokens = z.int().nonnegative();

const fromEngine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("log"), text: z.string() }),
  z.object({ type: z.literal("loading"), fraction: z.number() }),
  z.object({
    type: z.literal("loaded"),
    window: z.int().positive(),
    trainedWindow: z.int().positive(),
    threads: z.int().positive(),
    engine: z.string(),
    /** Conversations whose state is in memory at once, and bytes that each of them takes. */
    lanes: z.int().positive(),
    laneBytes: z.number().nonnegative(),
  }),
  z.object({ type: z.literal("load-failed"), ...failure }),
  z.object({ type: z.literal("counted"), id, tokens }),
  z.object({ type: z.literal("counted-texts"), id, tokens: z.array(tokens) }),
  z.object({ type: z.literal("prefill"), id, done: tokens, total: tokens, cached: tokens }),
  z.object({ type: z.literal("text"), id, text: z.string() }),
  z.object({
    type: z.literal("ended"),
    id,
    reason: z.enum(["stop", "max-tokens"]),
    timing: z.object({
      promptTokens: tokens,
      cachedTokens: tokens,
      restoredTokens: tokens.optional(),
      outputTokens: tokens,
      draftedTokens: tokens.optional(),
      acceptedTokens: tokens.optional(),
      prefillMs: z.number().nonnegative(),
      decodeMs: z.number().nonnegative(),
    }),
  }),
  z.object({ type: z.literal("failed"), id, ...failure }),
]);

export type LoadRequest = z.infer<typeof load>;
export type RunRequest = z.infer<typeof run>;
export type WireSegment = z.infer<typeof segment>;
export type ToEngine = z.infer<typeof toEngine>;
export type FromEngine = z.infer<typeof fromEngine>;
export type EngineFailureCode = (typeof errorCodes)[number];

/** Throws `ZodError` for anything that is no message to the engine. */
export function parseToEngine(message: unknown): ToEngine {
  return toEngine.parse(message);
}

/** Throws `ZodError` for anything that is no message of the engine. */
export function parseFromEngine(message: unknown): FromEngine {
  return fromEngine.parse(message);
}
