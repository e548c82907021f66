/** Something that tried to leave and was refused, with how often it tried. */
export interface Refusal {
  /** The name or address that was wanted; empty where the kernel only counted (`what` is `no-route`). */
  readonly host: string;
  readonly port: number | undefined;
  /**
   * `not-allowed`: a name that is not one of the session's, refused by the sandbox's proxy. `no-handler`: a name or port that reached the
   * switchboard and is not answered there. `no-route`: packets to an address, dropped by the kernel because the seal has no
   * route.
   */
  readonly what: "not-allowed" | "no-handler" | "no-route";
  readonly count: number;
}

/** How a refusal reads in a table: `api.anthropic.com:443, 2 times`. */
export function describeRefusal(refusal: Refusal): string {
  const times = refusal.count === 1 ? "once" : `${refusal.count} times`;
  if (refusal.what === "no-route") return `${refusal.count} direct ${refusal.count === 1 ? "attempt" : "attempts"} (no route)`;
  return `${refusal.host}${refusal.port === undefined ? "" : `:${refusal.port}`}, ${times}`;
}

/** Counts equal refusals together. Distinct ones are bounded, so that a program that invents names cannot fill the memory. */
export class RefusalTally {
  readonly #counted = new Map<string, Refusal>();
  readonly #limit: number;

  constructor(limit = 1000) {
    this.#limit = limit;
  }

  /** Adds `refusal` and returns it with its new count. Beyond the limit of distinct ones everything is counted as `(others)`. */
  add(refusal: Refusal): Refusal {
    const known = this.#counted.get(keyOf(refusal)) !== undefined || this.#counted.size < this.#limit;
    const counted = known ? refusal : { ...refusal, host: "(others)", port: undefined };
    const key = keyOf(counted);
    const sum = { ...counted, count: counted.count + (this.#counted.get(key)?.count ?? 0) };
    this.#counted.set(key, sum);
    return sum;
  }

  list(): Refusal[] {
    return [...this.#counted.values()];
  }
}

function keyOf(refusal: Refusal): string {
  return `${refusal.what} ${refusal.host} ${refusal.port ?? ""}`;
}
