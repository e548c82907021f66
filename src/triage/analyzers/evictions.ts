import { eventsOf, instant } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, refOf, textAt, valueAt, conditionOf } from "../kube-object.ts";
import { asBytes, quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, type Workload, workloadsOf } from "../workloads.ts";

/** An eviction longer ago is history, in milliseconds: a day. */
const present = 86_400_000;

/** Pods that the kubelet has put out: they filled more of the node's disk than they may, or than the node had. */
export const findEvictions: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) => {
    const pod = workload.current.find(
      (one) => textAt(one.json, "status", "reason") === "Evicted" && snapshot.now - evictedAt(snapshot, one) < present,
    );
    return pod === undefined ? [] : evicted(workload, pod);
  });

function evictedAt(snapshot: Snapshot, pod: KubeObject): number {
  const condition = conditionOf(pod, "DisruptionTarget");
  const told = eventsOf(snapshot, pod).find(({ reason }) => reason === "Evicted")?.at;
  return (
    told ??
    instant(textAt(condition, "lastTransitionTime")) ??
    instant(textAt(pod.json, "status", "startTime") ?? textAt(pod.json, "metadata", "creationTimestamp")) ??
    0
  );
}

function evicted(workload: Workload, pod: KubeObject): Finding[] {
  const said = textAt(pod.json, "status", "message") ?? "";
  const place = placeOf(workload, said);
  if (place === undefined) return [];
  const value = textAt(workload.object.json, ...place.field);
  const bytes = quantity(value);
  return [
    {
      fault: place.full ? "evicted-by-node" : "evicted-for-disk",
      severity: place.full ? "fault" : "cause",
      object: refOf(workload.object),
      field: place.field,
      value,
      says: `pods of ${workload.object.name} are evicted: ${place.says}`,
      evidence: [{ object: refOf(pod), from: "status, Evicted", text: quote(said, 240) }],
      candidates:
        bytes === undefined || place.full
          ? []
          : [2, 4].map((factor) => ({ value: asBytes(bytes * factor), why: `${factor} times the limit` })),
    },
  ];
}

interface Limited {
  readonly field: readonly FieldStep[];
  readonly says: string;
  /** The node itself was full. */
  readonly full: boolean;
}

/** Which limit the kubelet's words are about. */
function placeOf(workload: Workload, said: string): Limited | undefined {
  const containers = containersOf(workload);
  const disk = (container: (typeof containers)[number], member: string): readonly FieldStep[] => [
    ...container.field,
    "resources",
    member,
    "ephemeral-storage",
  ];
  const own = containers.find(({ name }) => said.includes(`Container ${name} exceeded its local ephemeral storage limit`));
  if (own !== undefined)
    return { field: disk(own, "limits"), says: `container ${own.name} fills more of the node's disk than its limit`, full: false };
  const volume = /EmptyDir volume "([\w.-]+)" exceeds the limit/.exec(said)?.[1];
  if (volume !== undefined)
    return {
      field: [...workload.way, "spec", "volumes", { name: volume }, "emptyDir", "sizeLimit"],
      says: `volume ${volume} grows beyond its size limit`,
      full: false,
    };
  if (/total limit of containers/.test(said)) {
    const largest = containers
      .filter(({ json }) => valueAt(json, "resources", "limits", "ephemeral-storage") !== undefined)
      .sort((a, b) => limitOf(b.json) - limitOf(a.json))[0];
    if (largest !== undefined)
      return { field: disk(largest, "limits"), says: "together they fill more of the node's disk than their limits", full: false };
  }
  const low = /node was low on resource: ([\w-]+)/.exec(said)?.[1];
  const user = containers.find(({ name }) => said.includes(`Container ${name} was using`));
  if (low === undefined) return undefined;
  return {
    field: user === undefined ? [] : [...user.field, "resources", "requests", low],
    says: `their node was low on ${low}${user === undefined ? "" : `, of which container ${user.name} uses more than it asks for`}`,
    full: true,
  };
}

function limitOf(container: Parameters<typeof textAt>[0]): number {
  return quantity(textAt(container, "resources", "limits", "ephemeral-storage")) ?? 0;
}
