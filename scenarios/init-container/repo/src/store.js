import { fits } from "./slots.js";

/** Bookings of a day in memory: what the service has without a database. */
export class Store {
  #days = new Map();

  book(day, wanted) {
    const booked = this.#days.get(day) ?? [];
    if (!fits(booked, wanted)) return false;
    this.#days.set(day, [...booked, wanted]);
    return true;
  }
}
