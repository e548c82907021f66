import { CheckoutError } from "./errors.js";

/** Hands out the numbered copies of the editions. */
export class Inventory {
  #store;
  #pricing;

  constructor({ store, pricing }) {
    this.#store = store;
    this.#pricing = pricing;
  }

  async edition(id) {
    const edition = await this.#store.read(id);
    if (edition === undefined) throw new CheckoutError(404, `there is no edition ${id}`);
    return edition;
  }

  async sales(id) {
    await this.edition(id);
    return this.#store.sales(id);
  }

  /** Adds freshly printed copies to the stock. */
  async addPrints(id, copies) {
    if (!Number.isInteger(copies) || copies < 1) throw new CheckoutError(400, "copies is not a positive whole number");
    await this.edition(id);
    return this.#store.update(id, (edition) => ({ ...edition, printed: edition.printed + copies, left: edition.left + copies }));
  }

  /** Sells the copy with the lowest free number to the customer, at today's price. */
  async reserve(id, customer) {
    const edition = await this.edition(id);
    if (edition.left === 0) throw new CheckoutError(409, `${id} is sold out`);

    const price = await this.#pricing.quote(id);

    const sale = { edition: id, copy: edition.printed - edition.left + 1, customer, price };
    await this.#store.addSale(sale);
    await this.#store.write({ ...edition, left: edition.left - 1 });
    return sale;
  }
}
