import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Editions and sales in two files: `editions.json`, as they came, and `journal.jsonl`, a line for each write since. Values that are
 * handed out are copies.
 */
export class Store {
  #journal;
  #appended = Promise.resolve();
  #delayMs;
  #editions = new Map();
  #sales = new Map();
  #queues = new Map();

  static async open(folder, { delayMs = 0 } = {}) {
    const store = new Store();
    store.#journal = join(folder, "journal.jsonl");
    store.#delayMs = delayMs;
    for (const edition of JSON.parse(await readFile(join(folder, "editions.json"), "utf8"))) store.#editions.set(edition.id, edition);
    for (const line of (await readFile(store.#journal, "utf8").catch(() => "")).split("\n").filter((text) => text !== "")) {
      const { edition, sale } = JSON.parse(line);
      if (edition !== undefined) store.#editions.set(edition.id, edition);
      if (sale !== undefined) store.#keep(sale);
    }
    return store;
  }

  get size() {
    return this.#editions.size;
  }

  /** An edition `{ id, title, printed, left }`, or undefined. */
  async read(id) {
    await sleep(this.#delayMs);
    const edition = this.#editions.get(id);
    return edition === undefined ? undefined : { ...edition };
  }

  async write(edition) {
    await this.#append({ edition });
    this.#editions.set(edition.id, { ...edition });
  }

  /** Reads an edition, writes what `change` makes of it and returns that. Updates of the same edition wait for one another. */
  update(id, change) {
    const turn = (this.#queues.get(id) ?? Promise.resolve()).then(async () => {
      const changed = await change(await this.read(id));
      await this.write(changed);
      return changed;
    });
    this.#queues.set(
      id,
      turn.catch(() => {}),
    );
    return turn;
  }

  /** Writes a sale `{ edition, copy, customer, price }`. A copy that is sold is not sold again. */
  async addSale(sale) {
    if (this.#isSold(sale)) throw new Error(`copy ${sale.copy} of ${sale.edition} is sold already`);
    this.#keep(sale);
    await this.#append({ sale });
  }

  async sales(id) {
    await sleep(this.#delayMs);
    return [...(this.#sales.get(id)?.values() ?? [])];
  }

  #isSold({ edition, copy }) {
    return this.#sales.get(edition)?.has(copy) ?? false;
  }

  #keep(sale) {
    if (!this.#sales.has(sale.edition)) this.#sales.set(sale.edition, new Map());
    this.#sales.get(sale.edition).set(sale.copy, sale);
  }

  /** Lines stand in the journal in the order of their writes. */
  #append(entry) {
    const line = `${JSON.stringify(entry)}\n`;
    const turn = this.#appended.then(async () => {
      await sleep(this.#delayMs);
      await appendFile(this.#journal, line);
    });
    this.#appended = turn.catch(() => {});
    return turn;
  }
}
