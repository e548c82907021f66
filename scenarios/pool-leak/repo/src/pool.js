import { FareError } from "./errors.js";

/** Connections that are used again: at most `size` at a time. Who acquires one has it alone until it is released. */
export class Pool {
  #open;
  #waitMs;
  #idle = [];
  #queue = [];
  #made = 0;

  constructor({ open, size, waitMs }) {
    this.#open = open;
    this.size = size;
    this.#waitMs = waitMs;
  }

  get used() {
    return this.#made - this.#idle.length;
  }

  get waiting() {
    return this.#queue.length;
  }

  /** A connection; waits for one at most `waitMs`. */
  async acquire() {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (!idle.broken) return idle;
      this.#made--;
    }
    if (this.#made >= this.size) return this.#wait();
    this.#made++;
    try {
      return await this.#open();
    } catch (error) {
      this.#made--;
      throw error;
    }
  }

  /** Gives a connection back, broken or not. */
  release(connection) {
    if (connection.broken) this.#made--;
    else this.#idle.push(connection);
    const next = this.#queue.shift();
    if (next === undefined) return;
    clearTimeout(next.timer);
    this.acquire().then(next.done, next.fail);
  }

  #wait() {
    return new Promise((done, fail) => {
      const waiter = { done, fail };
      waiter.timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiter), 1);
        fail(new FareError(503, `no connection to the fare engine within ${this.#waitMs} ms`));
      }, this.#waitMs);
      this.#queue.push(waiter);
    });
  }
}
