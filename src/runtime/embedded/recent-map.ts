/** A map that holds at most `capacity` entries and forgets the one that was used longest ago. */
export interface RecentMap<V> {
  /** Marks the entry as used. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  readonly size: number;
}

export function createRecentMap<V>(capacity: number): RecentMap<V> {
  // A Map iterates in insertion order, so the first key is the one that was used longest ago.
  const entries = new Map<string, V>();
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= capacity) return;
      for (const oldest of entries.keys()) {
        entries.delete(oldest);
        return;
      }
    },
    get size() {
      return entries.size;
    },
  };
}
