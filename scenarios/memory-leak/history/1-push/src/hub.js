/** Who watches which parcel. A watcher is a function that gets each scan. */
export class Hub {
  #watchers = new Map();

  watch(parcel, watcher) {
    if (!this.#watchers.has(parcel)) this.#watchers.set(parcel, new Set());
    this.#watchers.get(parcel).add(watcher);
  }

  unwatch(parcel, watcher) {
    const watchers = this.#watchers.get(parcel);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(parcel);
  }

  publish(parcel, scan) {
    for (const watcher of [...(this.#watchers.get(parcel) ?? [])]) watcher(scan);
    return scan;
  }
}
