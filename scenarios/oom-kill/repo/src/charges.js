import { randomUUID } from "node:crypto";
import { checkAmount } from "./money.js";

/** Charges by id. The same idempotency key gives the same charge, however often a client repeats its request. */
export class ChargeBook {
  #byId = new Map();
  #byKey = new Map();

  charge(key, { amount, currency, order }) {
    const before = this.#byKey.get(key);
    if (before !== undefined) return before;
    const charge = { id: randomUUID(), order, amount: checkAmount(amount), currency, state: "charged" };
    this.#byId.set(charge.id, charge);
    this.#byKey.set(key, charge);
    return charge;
  }

  refund(id) {
    const charge = this.#byId.get(id);
    if (charge === undefined) throw new RangeError(`no charge ${id}`);
    charge.state = "refunded";
    return charge;
  }
}
