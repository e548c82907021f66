import type { RecordedObject } from "./recorded-object.ts";
import type { ResourceType } from "./resource-types.ts";

/** A cluster as it stood at one instant: what `loadCluster` reads and `createClusterApi` serves. The values of secrets are not in it. */
export interface RecordedCluster {
  /** Milliseconds since the epoch at which the recording was made. */
  readonly recordedAt: number;
  /** The git version that the API server reports, `v1.31.4`. */
  readonly serverVersion: string;
  /** Kubernetes' own kinds and those that only this cluster has. */
  readonly types: readonly ResourceType[];
  /** By `typeKey`, each list in the order of namespace and name. */
  readonly objects: ReadonlyMap<string, readonly RecordedObject[]>;
  /** By `logKey`. */
  readonly logs: ReadonlyMap<string, readonly LogLine[]>;
}

export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The timestamp as recorded, with its nanoseconds. */
  readonly stamp: string;
  readonly text: string;
}

/** Names of namespaces, pods and containers have no slash in them, so that no two logs share a key. */
export function logKey(namespace: string, pod: string, container: string, previous: boolean): string {
  return [namespace, pod, container, previous ? "previous" : "current"].join("/");
}
