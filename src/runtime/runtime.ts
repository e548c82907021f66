import type { Call } from "../messages/conversation.ts";
import type { Prompt } from "../prompt/prompt.ts";

/** One engine behind the gateway; each folder beside this file holds one kind. `scripted` replays a written session. */
export interface Runtime {
  readonly facts: RuntimeFacts;
  /**
   * Tokens of the prompt with the model's own tokenizer and template: what `run` would evaluate. Exact where `facts.can.count` says so,
   * else an estimate that is held against what the engine reports.
   */
  count(prompt: Prompt): Promise<number>;
  /** Tokens of each text by itself, as plain text; for budgets. Order as given. */
  countTexts(texts: readonly string[]): Promise<readonly number[]>;
  /**
   * Runs one turn of a lane; the caller sees to it that a lane has one at a time. Breaking the loop or aborting `signal` stops the work,
   * also in the middle of prefill where `facts.can.cancel` says so. Failures are thrown as `CloisterError`: `prompt-too-long`, `engine-lost`,
   * `overloaded`, `invalid-call`, `unreachable`, `timeout`, `cancelled`. Events come in this order: any number of `prefill`, then `text`,
   * `thinking` and `call` as they are made, then exactly one `end`.
   */
  run(prompt: Prompt, lane: Lane, signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  close(): Promise<void>;
}

/**
 * One conversation, whose state is kept apart from every other's: what one lane does costs another nothing but time. `id` is the same for
 * every request of the conversation, in every process.
 */
export interface Lane {
  readonly id: string;
  readonly kind: LaneKind;
}

/** The conversation with the user, one that the client leads with itself for a part of the work, a question aside. */
export type LaneKind = "main" | "sub-agent" | "side";

export type RuntimeName = "embedded" | "llama-server" | "ollama" | "openai" | "scripted";

export interface RuntimeFacts {
  readonly runtime: RuntimeName;
  /** Name as the catalogue has it, or as the server does; for `scripted` the script's. */
  readonly model: string;
  /** False where no model is behind it; shown to the user wherever results are shown. */
  readonly isModel: boolean;
  /** Context window in tokens, prompt and answer together. */
  readonly window: number;
  /** Whose template renders the prompt, and why: "the model's own", "ours, in ChatML: the model's own shows calls with doubled braces". */
  readonly template: string;
  /** Engine and version, `node-llama-cpp 3.22.1`. */
  readonly engine: string;
  readonly can: RuntimeAbilities;
}

/** What the runtime can do. What it cannot is never faked: the gateway does without, and whoever shows the facts shows this. */
export interface RuntimeAbilities {
  /** Hold an answer to a grammar, from its first token. */
  readonly grammar: boolean;
  /** Count a prompt's tokens exactly before it is run. */
  readonly count: boolean;
  /** Keep a state for each lane, so that none pushes out another's. */
  readonly lanes: boolean;
  /** Keep state on disk, so that a new process goes on where an old one was. */
  readonly store: boolean;
  /** Say how far the prefill is while it runs. */
  readonly progress: boolean;
  /** Say how many of the prompt's tokens were not evaluated again. */
  readonly cacheFigures: boolean;
  /** Stop within a chunk when the client goes away. */
  readonly cancel: boolean;
}

export type RuntimeEvent =
  /** Tokens: `total` in the prompt, `cached` of them taken from state, `done` evaluated or taken so far. The first one comes before the first chunk. */
  | { readonly type: "prefill"; readonly done: number; readonly total: number; readonly cached: number }
  | { readonly type: "text"; readonly text: string }
  /** A thought, though none was asked for: withheld from the client, counted in the record. */
  | { readonly type: "thinking"; readonly text: string }
  /** A whole call; valid against its tool's schema, or `invalid-call` was thrown in its place. Ids are the gateway's business: `call.id` is empty. */
  /** `dropped`: calls of the same answer that came after it and do not count, where the runtime knows of any. */
  | { readonly type: "call"; readonly call: Call; readonly dropped?: number }
  | { readonly type: "end"; readonly reason: StopReason; readonly timing: Timing };

export type StopReason = "end-turn" | "tool-use" | "max-tokens";

export interface Timing {
  readonly promptTokens: number;
  /** Of the prompt's tokens, those whose state was kept from earlier. */
  readonly cachedTokens: number;
  /** Of the cached tokens, those that were read from disk for this turn. Absent: none, or not known. */
  readonly restoredTokens?: number | undefined;
  readonly outputTokens: number;
  /** Tokens of the answer that were guessed from the prompt before the model was asked, and those of them that it then wrote itself. Absent: none were. */
  readonly draftedTokens?: number | undefined;
  readonly acceptedTokens?: number | undefined;
  /** Milliseconds, wall clock, in the engine. */
  readonly prefillMs: number;
  readonly decodeMs: number;
}
