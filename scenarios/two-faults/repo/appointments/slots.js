const HOLD_MS = 5 * 60_000;

/** Slots by id: `{ id, day, hour, room }`. A slot is free, held for five minutes, or booked by one patient. */
export class Slots {
  #slots;
  #held = new Map();
  #booked = new Map();
  #now;

  constructor(slots, now = Date.now) {
    this.#slots = new Map(slots.map((slot) => [slot.id, slot]));
    this.#now = now;
  }

  free(day) {
    return [...this.#slots.values()].filter((slot) => slot.day === day && this.#isFree(slot.id)).sort((a, b) => a.hour - b.hour);
  }

  hold(id, patient) {
    if (!this.#slots.has(id) || !this.#isFree(id, patient)) throw new RangeError(`slot ${id} is not free`);
    this.#held.set(id, { patient, until: this.#now() + HOLD_MS });
  }

  book(id, patient) {
    if (!this.#slots.has(id) || !this.#isFree(id, patient)) throw new RangeError(`slot ${id} is not free`);
    this.#held.delete(id);
    this.#booked.set(id, patient);
    return { ...this.#slots.get(id), patient };
  }

  #isFree(id, patient) {
    const held = this.#held.get(id);
    return !this.#booked.has(id) && (held === undefined || held.until <= this.#now() || held.patient === patient);
  }
}
