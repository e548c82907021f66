import type { SessionSample, TurnSample } from "./play-session.ts";
import { median, sum } from "./statistics.ts";

/** When a contender's first answer had what was asked for. Milliseconds from the request. */
export interface FirstCall {
  readonly ms: number;
  /** False: there was no valid call, and `ms` is to the end of the first answer. */
  readonly valid: boolean;
}

export function firstCall({ firstValidCallMs, endMs }: TurnSample): FirstCall {
  return firstValidCallMs === undefined ? { ms: endMs, valid: false } : { ms: firstValidCallMs, valid: true };
}

/** The first call over several rounds: the median time, valid only if it was every time. */
export function medianFirstCall(samples: readonly SessionSample[]): FirstCall {
  const calls = samples.flatMap(({ turns }) => turns.slice(0, 1).map(firstCall));
  return { ms: median(calls.map(({ ms }) => ms)), valid: calls.every(({ valid }) => valid) };
}

export function totalMs({ turns }: SessionSample, count: number): number {
  return sum(turns.slice(0, count).map(({ endMs }) => endMs));
}

/** Over the rounds, for each turn: medians of time and tokens. */
export function turnMedians(
  samples: readonly SessionSample[],
  count: number,
): { readonly ms: number[]; readonly computed: number[]; readonly cached: number[] } {
  const each = (of: (turn: TurnSample) => number): number[] =>
    Array.from({ length: count }, (_, index) => median(samples.flatMap(({ turns }) => turns.slice(index, index + 1).map(of))));
  return { ms: each(({ endMs }) => endMs), computed: each(({ computed }) => computed), cached: each(({ cached }) => cached) };
}

/** The share of all prompt tokens that came from kept state. */
export function cachedShare({ turns }: SessionSample): number {
  const cached = sum(turns.map((turn) => turn.cached));
  return cached / (cached + sum(turns.map((turn) => turn.computed)));
}

/**
 * Tokens computed for each new one. A conversation only grows, so all that is new over a session is its last prompt; a turn that was answered
 * without the model (0 tokens) is none.
 */
export function recomputedRatio({ turns }: SessionSample): number {
  const asked = turns.filter(({ computed, cached }) => computed + cached > 0);
  const last = asked.at(-1);
  return last === undefined ? Number.NaN : sum(asked.map(({ computed }) => computed)) / (last.computed + last.cached);
}

/** Turns that were no answers, as `turn 3: status 400: …`; the same words once. */
export function failures(samples: readonly SessionSample[]): string[] {
  return [
    ...new Set(
      samples.flatMap(({ turns }) => turns.flatMap(({ error }, index) => (error === undefined ? [] : [`turn ${index + 1}: ${error}`]))),
    ),
  ];
}
