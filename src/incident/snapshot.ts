import type { JsonValue } from "../messages/conversation.ts";
import { readObjects } from "../triage/kube-object.ts";
import { createSnapshot, type Snapshot } from "../triage/snapshot.ts";
import { logKey, type RecordedCluster } from "./cluster/recorded-cluster.ts";

/** A recorded cluster as triage looks at it: at the moment of its recording, every kind that the cluster has covered. */
export function snapshotOf(cluster: RecordedCluster): Snapshot {
  const kinds = new Set(cluster.types.map(({ kind }) => kind));
  return createSnapshot({
    now: cluster.recordedAt,
    objects: [...cluster.objects.values()].flatMap((list) => list.flatMap((object) => readObjects(object as unknown as JsonValue))),
    covers: (kind) => kinds.has(kind),
    log: ({ namespace, pod, container, previous }) =>
      cluster.logs.get(logKey(namespace, pod, container, previous))?.map(({ text }) => text),
  });
}
