/** How long a request may wait, in milliseconds. Only waiting for the server counts as silence, not the time that the reader takes. */
export interface TimeLimits {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Until the answer's head is there, and then until the first byte of its body. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly silenceMs: number;
  /** From the request to the last byte. */
  readonly wholeMs: number;
}

/** A question that costs the server nothing: tokens, properties, a list of models. */
export const questionLimits: TimeLimits = { connectMs: 5_000, firstByteMs: 30_000, silenceMs: 30_000, wholeMs: 60_000 };

/**
 * A turn. A server that says nothing while it reads the prompt is silent for as long as that takes: 566 s were measured for 22,302 tokens
 * on two cores.
 */
export const turnLimits: TimeLimits = { connectMs: 5_000, firstByteMs: 1_800_000, silenceMs: 300_000, wholeMs: 7_200_000 };
