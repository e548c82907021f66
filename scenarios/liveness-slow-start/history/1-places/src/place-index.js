/** Places that one machine reads in a second, measured on the nodes that we have. */
const placesPerSecond = 590_000;

/** What is compared. */
export function plain(name) {
  return name.toLowerCase();
}

export class PlaceIndex {
  #places = [];

  get size() {
    return this.#places.length;
  }

  /** Lines of name, latitude and longitude. Yields now and then how many there are so far; they can be found when it has ended. */
  async *read(lines) {
    const places = [];
    for await (const line of lines) {
      if (line === "" || line.startsWith("#")) continue;
      const [name, latitude, longitude] = line.split("\t");
      places.push({ key: plain(name), name, latitude: Number(latitude), longitude: Number(longitude) });
      if (places.length % 100_000 === 0) yield places.length;
    }
    this.#places = places.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  find(text, most = 10) {
    const key = plain(text);
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#places[middle].key < key) low = middle + 1;
      else high = middle;
    }
    return this.#places.slice(low, low + most).filter((place) => place.key.startsWith(key)).map(({ key: _, ...place }) => place);
  }
}

/** `# places 38400000`, the first line of an index: how long reading it will take. */
export function announce(firstLine) {
  const count = Number(/^# places (\d+)$/.exec(firstLine)?.[1]);
  if (!Number.isInteger(count)) throw new Error("the index does not say how many places it has");
  return { count, seconds: Math.ceil(count / placesPerSecond) };
}
