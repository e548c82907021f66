import { CheckoutError } from "./errors.js";

/** Hands out the numbered copies of the editions. */
export class Inventory {
  #store;

  constructor({ store }) {
    this.#store = store;
  }

  async edition(id) {
    const edition = await this.#store.read(id);
    if (edition === undefined) throw new CheckoutError(404, `there is no edition ${id}`);
    return edition;
  }

  /** Sells the copy with the lowest free number to the customer. */
  async reserve(id, customer) {
    await this.edition(id);
    let sale;
    await this.#store.update(id, async (edition) => {
      if (edition.left === 0) throw new CheckoutError(409, `${id} is sold out`);
      sale = { edition: id, copy: edition.printed - edition.left + 1, customer, price: edition.price };
      await this.#store.addSale(sale);
      return { ...edition, left: edition.left - 1 };
    });
    return sale;
  }
}
