/** How fast bytes come, over the last seconds, and how long the rest will take. */
export class RateMeter {
  readonly #windowMs: number;
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];

  constructor(windowMs = 8_000) {
    this.#windowMs = windowMs;
  }

  /** `bytes` have come in all at time `at` (milliseconds). Bytes per second; `undefined` until there are two moments to compare. */
  rate(bytes: number, at: number): number | undefined {
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > this.#windowMs) this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || at <= first.at) return undefined;
    return Math.max(0, (bytes - first.bytes) / ((at - first.at) / 1000));
  }
}
