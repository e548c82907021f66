import { Connection } from "./connection.js";
import { FareError } from "./errors.js";

/** The questions that the fare engine answers. */
export class FareEngine {
  #where;

  constructor(where) {
    this.#where = where;
  }

  /** What a route costs on a day. */
  async priceOf(route, day) {
    const connection = await Connection.open(this.#where);
    try {
      const [amount, currency] = parseAnswer(await connection.ask(`FARE ${route} ${day}`));
      return { route, day, amount: Number(amount), currency };
    } finally {
      connection.close();
    }
  }
}

/** The words after `OK`. */
function parseAnswer(line) {
  const [status, ...words] = line.trim().split(/\s+/);
  if (status !== "OK") throw new FareError(502, `the fare engine answered ${line.trim()}`);
  return words;
}
