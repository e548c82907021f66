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
  const byRef = new Map<string, KubeObject>();
  for (const object of source.objects) {
    const list = byKind.get(object.kind);
    if (list === undefined) byKind.set(object.kind, [object]);
    else list.push(object);
    byRef.set(refText(object), object);
  }
  return {
    now: source.now,
    objects: source.objects,
    of(kind, namespace) {
      const all = byKind.get(kind) ?? [];
      return namespace === undefined ? all : all.filter((object) => object.namespace === namespace);
    },
    find: (kind, namespace, name) => byRef.get(refText({ kind, namespace, name } satisfies ObjectRef)),
    covers: (kind) => byKind.has(kind) || source.covers(kind),
    log: (container) => source.log?.(container),
  };
}
