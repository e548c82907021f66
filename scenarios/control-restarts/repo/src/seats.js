const HOLD_MS = 10 * 60_000;

/** The seats of one train. Holds end after ten minutes; `now` is the clock, in milliseconds. */
export class Train {
  #now;
  #free;
  #holds = new Map();
  #bookings = new Map();
  #next = 1;

  constructor({ seats, now = Date.now }) {
    this.#now = now;
    this.#free = new Set(Array.from({ length: seats }, (_, index) => index + 1));
  }

  get free() {
    this.#expire();
    return this.#free.size;
  }

  hold(count) {
    this.#expire();
    if (!Number.isInteger(count) || count < 1) throw new RangeError("a hold is of one seat or more");
    if (count > this.#free.size) throw new RangeError(`only ${this.#free.size} seats are free`);
    const seats = [...this.#free].slice(0, count);
    for (const seat of seats) this.#free.delete(seat);
    const id = `H-${this.#next++}`;
    this.#holds.set(id, { seats, until: this.#now() + HOLD_MS });
    return { id, seats };
  }

  book(holdId) {
    this.#expire();
    const hold = this.#holds.get(holdId);
    if (hold === undefined) throw new RangeError(`there is no hold ${holdId}`);
    this.#holds.delete(holdId);
    const id = `B-${this.#next++}`;
    this.#bookings.set(id, hold.seats);
    return { id, seats: hold.seats };
  }

  cancel(bookingId) {
    const seats = this.#bookings.get(bookingId);
    if (seats === undefined) throw new RangeError(`there is no booking ${bookingId}`);
    this.#bookings.delete(bookingId);
    for (const seat of seats) this.#free.add(seat);
  }

  #expire() {
    const now = this.#now();
    for (const [id, { seats, until }] of this.#holds) {
      if (until > now) continue;
      this.#holds.delete(id);
      for (const seat of seats) this.#free.add(seat);
    }
  }
}
