import type { Timing } from "../runtime.ts";
import type { ChatLine, GenerateLine } from "./wire.ts";

/** The figures at an answer's end. */
export type Report = Pick<GenerateLine | ChatLine, "prompt_eval_count" | "prompt_eval_duration" | "eval_count" | "eval_duration">;

/** Adds up what one turn cost, over the requests that it took. */
export interface Meter {
  begin(): void;
  /** One piece of the answer, which is one token, nearly. */
  piece(): void;
  /** The server's own figures for the request that ended. */
  report(report: Report): void;
  /** The request was broken off, or cut by the server: it reports nothing, and the clock here stands for it. */
  unreported(): void;
  /** A part of the prompt was read ahead, in so many milliseconds. */
  prefilled(milliseconds: number): void;
  /** Tokens of the answer so far. */
  readonly outputTokens: number;
  /** The turn's prompt, as the server counted it, cached tokens included; undefined where nothing was reported. */
  readonly promptTokens: number | undefined;
  timing(promptTokens: number): Timing;
}

/**
 * The prompt's duration covers only what was not in the cache, its count all of it: the two make no rate, and how many tokens were cached is not
 * reported. Loading is not prefill: it stays out.
 */
export function createMeter(now: () => number): Meter {
  let [outputTokens, prefillMs, decodeMs] = [0, 0, 0];
  let promptTokens: number | undefined;
  let current = { begun: now(), first: undefined as number | undefined, pieces: 0 };
  return {
    begin() {
      current = { begun: now(), first: undefined, pieces: 0 };
    },
    piece() {
      current.first ??= now();
      current.pieces++;
    },
    report(report) {
      // A later request's prompt ends with what the earlier ones of this turn wrote.
      if (report.prompt_eval_count !== undefined) promptTokens = report.prompt_eval_count - outputTokens;
      outputTokens += report.eval_count ?? current.pieces;
      prefillMs += (report.prompt_eval_duration ?? 0) / 1e6;
      decodeMs += (report.eval_duration ?? 0) / 1e6;
    },
    unreported() {
      const first = current.first ?? now();
      outputTokens += current.pieces;
      prefillMs += first - current.begun;
      decodeMs += now() - first;
    },
    prefilled(milliseconds) {
      prefillMs += milliseconds;
    },
    get outputTokens() {
      return outputTokens;
    },
    get promptTokens() {
      return promptTokens;
    },
    timing: (total) => ({ promptTokens: total, cachedTokens: 0, outputTokens, prefillMs, decodeMs }),
  };
}
