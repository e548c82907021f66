/** Who watches which parcel, and what was last scanned of it. A watcher is a function that gets each scan. */
export class Hub {
  #keep;
  #forgetMs;
  #watchers = new Map();
  #scans = new Map();

  constructor({ keep, forgetMs = 600_000 }) {
    this.#keep = keep;
    this.#forgetMs = forgetMs;
  }

  /** How many watchers there are. */
  get size() {
    let sum = 0;
    for (const watchers of this.#watchers.values()) sum += watchers.size;
    return sum;
  }

  get parcels() {
    return this.#watchers.size;
  }

  watch(parcel, watcher) {
    if (!this.#watchers.has(parcel)) this.#watchers.set(parcel, new Set());
    this.#watchers.get(parcel).add(watcher);
  }

  unwatch(parcel, watcher) {
    const watchers = this.#watchers.get(parcel);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(parcel);
  }

  /** Scans of the parcel after the one with this number. */
  since(parcel, number) {
    return (this.#scans.get(parcel) ?? []).filter((scan) => scan.number > number);
  }

  publish(parcel, { place, state }) {
    const scans = this.#scans.get(parcel) ?? [];
    const scan = { number: (scans.at(-1)?.number ?? 0) + 1, place, state };
    this.#scans.set(parcel, [...scans, scan].slice(-this.#keep));
    if (state === "delivered") setTimeout(() => this.#scans.delete(parcel), this.#forgetMs).unref();
    for (const watcher of [...(this.#watchers.get(parcel) ?? [])]) watcher(scan);
    return scan;
  }
}
