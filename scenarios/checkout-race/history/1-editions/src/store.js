/** Editions and sales in memory. Values that are handed out are copies. */
export class Store {
  #editions;
  #sales = new Set();
  #queues = new Map();

  constructor(editions) {
    this.#editions = new Map(editions.map((edition) => [edition.id, edition]));
  }

  get size() {
    return this.#editions.size;
  }

  async read(id) {
    const edition = this.#editions.get(id);
    return edition === undefined ? undefined : { ...edition };
  }

  /** Reads an edition, writes what `change` makes of it and returns that. Updates of the same edition wait for one another. */
  update(id, change) {
    const turn = (this.#queues.get(id) ?? Promise.resolve()).then(async () => {
      const changed = await change(await this.read(id));
      this.#editions.set(id, { ...changed });
      return changed;
    });
    this.#queues.set(
      id,
      turn.catch(() => {}),
    );
    return turn;
  }

  /** Writes a sale. A copy that is sold is not sold again. */
  async addSale({ edition, copy }) {
    const key = `${edition} ${copy}`;
    if (this.#sales.has(key)) throw new Error(`copy ${copy} of ${edition} is sold already`);
    this.#sales.add(key);
  }
}
