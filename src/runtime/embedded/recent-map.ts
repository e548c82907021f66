/** A map of bounded weight that forgets the entry that was used longest ago. */
export interface RecentMap<V> {
  /** Marks the entry as used. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  readonly size: number;
}

/** Holds at most `capacity` entries, or entries that weigh `capacity` together where `weigh` says what one weighs. */
export function createRecentMap<V>(capacity: number, weigh: (value: V, key: string) => number = () => 1): RecentMap<V> {
  // A Map iterates in insertion order, so the first key is the one that was used longest ago.
  const entries = new Map<string, V>();
  let weight = 0;

  function remove(key: string): void {
    const value = entries.get(key);
    if (value === undefined) return;
    entries.delete(key);
    weight -= weigh(value, key);
  }

  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      entries.set(key, value);
      weight += weigh(value, key);
      for (const oldest of entries.keys()) {
        if (weight <= capacity) return;
        remove(oldest);
      }
    },
    get size() {
      return entries.size;
    },
  };
}
