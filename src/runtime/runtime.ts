import type { Call } from "../messages/conversation.ts";
import type { Prompt } from "../prompt/prompt.ts";

/** One engine behind the gateway. `embedded` runs the model in a child process of ours; `scripted` replays a written session. */
export interface Runtime {
  readonly facts: RuntimeFacts;
  /** Tokens of the prompt, exact, with the model's own tokenizer and template: what `run` would evaluate. */
  count(prompt: Prompt): Promise<number>;
  /**
   * Runs one turn. Breaking the loop or aborting `signal` stops the work, also in the middle of prefill. Failures are thrown as
   * `CloisterError`: `prompt-too-long`, `engine-lost`, `overloaded`, `cancelled`. Events come in this order: any number of
   * `prefill`, then `text` and `call` as they are made, then exactly one `end`.
   */
  run(prompt: Prompt, signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  close(): Promise<void>;
}

export interface RuntimeFacts {
  readonly runtime: "embedded" | "scripted";
  /** Name as the catalogue has it; for `scripted` the script's. */
  readonly model: string;
  /** False where no model is behind it; shown to the user wherever results are shown. */
  readonly isModel: boolean;
  /** Context window in tokens, prompt and answer together. */
  readonly window: number;
  /** Can the runtime hold an answer to a grammar? */
  readonly grammar: boolean;
  /** Whose template renders the prompt, and why: "the model's own", "ours, in ChatML: the model's own shows calls with doubled braces". */
  readonly template: string;
  /** Engine and version, `node-llama-cpp 3.22.1`. */
  readonly engine: string;
}

export type RuntimeEvent =
  /** Tokens: `total` in the prompt, `cached` of them taken from state, `done` evaluated or taken so far. The first one comes before the first chunk. */
  | { readonly type: "prefill"; readonly done: number; readonly total: number; readonly cached: number }
  | { readonly type: "text"; readonly text: string }
  /** A whole call; valid against its tool's schema, or a `CloisterError` was thrown in its place. Ids are the gateway's business: `call.id` is empty. */
  | { readonly type: "call"; readonly call: Call }
  | { readonly type: "end"; readonly reason: StopReason; readonly timing: Timing };

export type StopReason = "end-turn" | "tool-use" | "max-tokens";

export interface Timing {
  readonly promptTokens: number;
  /** Of the prompt's tokens, those whose state was kept from earlier. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Milliseconds, wall clock, in the engine. */
  readonly prefillMs: number;
  readonly decodeMs: number;
}
