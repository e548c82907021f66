const AT_ONCE = 2;

/** Jobs that wait and run; `take` gives the next one while fewer than two run. */
export class Queue {
  #waiting = [];
  #running = new Set();

  put(job) {
    this.#waiting.push(job);
  }

  take() {
    if (this.#running.size >= AT_ONCE || this.#waiting.length === 0) return undefined;
    const job = this.#waiting.shift();
    this.#running.add(job);
    return job;
  }

  done(job) {
    this.#running.delete(job);
  }

  get waiting() {
    return this.#waiting.length;
  }

  get running() {
    return this.#running.size;
  }
}
