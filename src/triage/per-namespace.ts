import type { Snapshot } from "./snapshot.ts";

type OfNamespace<T> = (snapshot: Snapshot, namespace: string | undefined) => T;

/**
 * The same function, worked out once for each snapshot and namespace: many analyzers ask the same of a snapshot, which never changes. What is
 * remembered goes with the snapshot.
 */
export function perNamespace<T>(work: OfNamespace<T>): OfNamespace<T> {
  const known = new WeakMap<Snapshot, Map<string | undefined, { readonly value: T }>>();
  return (snapshot, namespace) => {
    const ofSnapshot = known.get(snapshot) ?? new Map<string | undefined, { readonly value: T }>();
    known.set(snapshot, ofSnapshot);
    const entry = ofSnapshot.get(namespace) ?? { value: work(snapshot, namespace) };
    ofSnapshot.set(namespace, entry);
    return entry.value;
  };
}
