import { FareError } from "./errors.js";

/** The questions that the fare engine answers. */
export class FareEngine {
  #pool;

  constructor(pool) {
    this.#pool = pool;
  }

  /** The codes of all airports. */
  async airports() {
    const connection = await this.#pool.acquire();
    try {
      return parseAnswer(await connection.ask("AIRPORTS"));
    } finally {
      this.#pool.release(connection);
    }
  }

  /** What a route costs on a day. */
  async priceOf(route, day) {
    const connection = await this.#pool.acquire();
    const answer = await connection.ask(`FARE ${route} ${day}`);
    this.#pool.release(connection);
    const [amount, currency] = parseAnswer(answer);
    return { route, day, amount: Number(amount), currency };
  }
}

/** The words after `OK`. */
function parseAnswer(line) {
  const [status, ...words] = line.trim().split(/\s+/);
  if (status !== "OK") throw new FareError(502, `the fare engine answered ${line.trim()}`);
  return words;
}
