import { randomUUID } from "node:crypto";

const HOLD_MS = 8 * 60_000;

/** Seats that are held while somebody pays; a hold ends by itself. */
export class HoldBook {
  #holds = new Map();
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  hold(venue, seats) {
    const taken = this.heldSeats(venue);
    const clash = seats.filter((seat) => taken.has(seat));
    if (clash.length > 0) return { clash };
    const id = randomUUID();
    this.#holds.set(id, { venue, seats, until: this.#now() + HOLD_MS });
    return { id };
  }

  release(id) {
    return this.#holds.delete(id);
  }

  heldSeats(venue) {
    const held = new Set();
    for (const [id, hold] of this.#holds) {
      if (hold.until <= this.#now()) this.#holds.delete(id);
      else if (hold.venue === venue) hold.seats.forEach((seat) => held.add(seat));
    }
    return held;
  }
}
