import { CheckoutError } from "./errors.js";

/** Asks the pricing service what a copy of an edition costs today, in minor units. */
export class Pricing {
  #url;

  constructor(url) {
    this.#url = url;
  }

  async quote(edition) {
    let response;
    try {
      response = await fetch(`${this.#url}/v1/prices/${edition}`, { signal: AbortSignal.timeout(5000) });
    } catch (error) {
      throw new CheckoutError(502, `pricing does not answer: ${error.message}`);
    }
    if (!response.ok) throw new CheckoutError(502, `pricing answered ${response.status}`);
    return (await response.json()).amount;
  }
}
