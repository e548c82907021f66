import { type KubeObject, type ObjectRef, refText } from "./kube-object.ts";

/** A cluster at one moment, as far as it was read: what analyzers look at. */
export interface Snapshot {
  /** Milliseconds since the epoch: what is "now" for these objects. */
  readonly now: number;
  readonly objects: readonly KubeObject[];
  /** All of a kind; with a namespace those in it. In the order of the snapshot. */
  of(kind: string, namespace?: string): readonly KubeObject[];
  find(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Was the kind read? Where it was not, that nothing is there proves nothing. */
  covers(kind: string): boolean;
  /** Lines of a container's log, oldest first, without time stamps; `undefined` where it was not read. */
  log(container: ContainerRef): readonly string[] | undefined;
}

export interface ContainerRef {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The log of the run before the present one. */
  readonly previous: boolean;
}

export interface SnapshotSource {
  readonly now: number;
  readonly objects: readonly KubeObject[];
  /** Was the kind read, though there may be nothing of it? */
  readonly covers: (kind: string) => boolean;
  readonly log?: ((container: ContainerRef) => readonly string[] | undefined) | undefined;
}

export function createSnapshot(source: SnapshotSource): Snapshot {
  const byKind = new Map<string, KubeObject[]>();
  const byPlace = new Map<string, KubeObject[]>();
  const byRef = new Map<string, KubeObject>();
  const add = (index: Map<string, KubeObject[]>, key: string, object: KubeObject): void => {
    const list = index.get(key);
    if (list === undefined) index.set(key, [object]);
    else list.push(object);
  };
  for (const object of source.objects) {
    add(byKind, object.kind, object);
    if (object.namespace !== undefined) add(byPlace, `${object.kind}/${object.namespace}`, object);
    byRef.set(refText(object), object);
  }
  return {
    now: source.now,
    objects: source.objects,
    of: (kind, namespace) => (namespace === undefined ? byKind.get(kind) : byPlace.get(`${kind}/${namespace}`)) ?? [],
    find: (kind, namespace, name) => byRef.get(refText({ kind, namespace, name } satisfies ObjectRef)),
    covers: (kind) => byKind.has(kind) || source.covers(kind),
    log: (container) => source.log?.(container),
  };
}
