/** Finds places by name, the last `entries` answers kept. */
export class Lookup {
  #places;
  #cache = new Map();
  #entries;

  constructor(places, { entries }) {
    this.#places = new Map(places.map((place) => [fold(place.name), place]));
    this.#entries = entries;
  }

  find(name) {
    const key = fold(name);
    if (this.#cache.has(key)) return this.#cache.get(key);
    const place = this.#places.get(key);
    this.#cache.set(key, place);
    if (this.#cache.size > this.#entries) this.#cache.delete(this.#cache.keys().next().value);
    return place;
  }

  get kept() {
    return this.#cache.size;
  }
}

/** Spellings that mean the same. */
export function fold(name) {
  return name.toLowerCase().trim();
}
