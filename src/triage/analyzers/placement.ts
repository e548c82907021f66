import type { JsonValue } from "../../messages/conversation.ts";
import type { Candidate, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, numberAt, textAt, textsAt, valueAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, isOver, labelsOf, matchesSelector, type Workload, earlierContainers } from "../workloads.ts";

/** What keeps a pod from every node though the nodes themselves would take it: other pods, and how it is to stand to them. */
export type Placement = Pick<Finding, "fault" | "field" | "value" | "says" | "candidates">;

/** The first that holds, of what the scheduler's words allow: it counts each kind of obstacle, so what it does not name is none. `nodes` are those that would take it. */
export function placementOf(snapshot: Snapshot, workload: Workload, nodes: readonly KubeObject[], said: string): Placement | undefined {
  if (/topology spread/.test(said)) return spread(workload, nodes);
  if (/anti-affinity/.test(said)) return apart(snapshot, workload, nodes);
  if (/pod affinity/.test(said)) return beside(snapshot, workload);
  if (/free ports/.test(said)) return samePort(snapshot, workload, nodes);
  const resource = /Insufficient (cpu|memory)\b/.exec(said)?.[1];
  return resource === "cpu" || resource === "memory" ? noRoom(snapshot, workload, nodes, resource) : undefined;
}

/** A label by which pods are to be spread, and which no node has. */
function spread(workload: Workload, nodes: readonly KubeObject[]): Placement | undefined {
  const keys = new Set(nodes.flatMap((node) => Object.keys(labelsOf(node.json))));
  const list = listAt(workload.template, "spec", "topologySpreadConstraints");
  const index = list.findIndex(
    (one) => textAt(one, "whenUnsatisfiable") !== "ScheduleAnyway" && !keys.has(textAt(one, "topologyKey") ?? ""),
  );
  const value = textAt(list[index], "topologyKey");
  if (value === undefined) return undefined;
  return {
    fault: "unschedulable-spread",
    field: [...workload.way, "spec", "topologySpreadConstraints", index, "topologyKey"],
    value,
    says: `it is to be spread by the label ${quote(value, 80)}, which no node has`,
    candidates: nearMisses(value, keys).map((one) => ({ value: one, why: "a label of the nodes" })),
  };
}

const required = "requiredDuringSchedulingIgnoredDuringExecution";

/** More replicas that keep away from one another than there are places that keep them apart. */
function apart(snapshot: Snapshot, workload: Workload, nodes: readonly KubeObject[]): Placement | undefined {
  const terms = listAt(workload.template, "spec", "affinity", "podAntiAffinity", required);
  const own = labelsOf(workload.template);
  const replicas = numberAt(workload.object.json, "spec", "replicas") ?? 1;
  for (const term of terms) {
    const key = textAt(term, "topologyKey") ?? "";
    const places = new Set(nodes.flatMap((node) => labelsOf(node.json)[key] ?? []));
    if (places.size === 0) return labelMissing(workload, terms.indexOf(term), key, nodes);
    if (!matchesSelector(valueAt(term, "labelSelector"), own) || replicas <= places.size) continue;
    return {
      fault: "unschedulable-apart",
      field: ["spec", "replicas"],
      value: String(replicas),
      says: `its ${replicas} replicas keep away from one another by ${quote(key, 60)}, and there are ${places.size} such places`,
      candidates: [{ value: String(places.size), why: "one for each of them" }],
    };
  }
  const others = terms.findIndex((term) => neighbours(snapshot, workload, term).length > 0);
  if (others < 0) return undefined;
  return {
    fault: "unschedulable-apart",
    field: [...workload.way, "spec", "affinity", "podAntiAffinity", required, others, "labelSelector"],
    value: undefined,
    says: "it keeps away from pods that stand on every node",
    candidates: [],
  };
}

function labelMissing({ way }: Workload, index: number, key: string, nodes: readonly KubeObject[]): Placement {
  const keys = new Set(nodes.flatMap((node) => Object.keys(labelsOf(node.json))));
  return {
    fault: "unschedulable-spread",
    field: [...way, "spec", "affinity", "podAntiAffinity", required, index, "topologyKey"],
    value: key,
    says: `it keeps away from others by the label ${quote(key, 80)}, which no node has`,
    candidates: nearMisses(key, keys).map((value) => ({ value, why: "a label of the nodes" })),
  };
}

/** Pods beside which it is to stand, and which there are not: the label without which there would be some. */
function beside(snapshot: Snapshot, workload: Workload): Placement | undefined {
  const terms = listAt(workload.template, "spec", "affinity", "podAffinity", required);
  const index = terms.findIndex((term) => neighbours(snapshot, workload, term).length === 0);
  const term = terms[index];
  if (term === undefined) return undefined;
  const way: readonly FieldStep[] = [...workload.way, "spec", "affinity", "podAffinity", required, index, "labelSelector"];
  const wanted = textsAt(term, "labelSelector", "matchLabels");
  const pods = snapshot.of("Pod", workload.object.namespace).filter((pod) => !isOver(pod));
  for (const [key, value] of Object.entries(wanted)) {
    const others = Object.entries(wanted).filter(([name]) => name !== key);
    const values = pods
      .map((pod) => labelsOf(pod.json))
      .filter((labels) => others.every(([name, one]) => labels[name] === one))
      .flatMap((labels) => labels[key] ?? []);
    const candidates = nearMisses(value, values).map((one) => ({ value: one, why: `pods have ${key}=${one}` }));
    if (candidates.length === 0) continue;
    return {
      fault: "unschedulable-beside",
      field: [...way, "matchLabels", key],
      value,
      says: `it is to stand beside pods with ${key}=${quote(value, 60)}, and there are none`,
      candidates,
    };
  }
  return {
    fault: "unschedulable-beside",
    field: way,
    value: undefined,
    says: "it is to stand beside pods that there are not",
    candidates: [],
  };
}

/** Pods that stand somewhere and that a term of affinity is about. */
function neighbours(snapshot: Snapshot, { object }: Workload, term: JsonValue): readonly KubeObject[] {
  const named = listAt(term, "namespaces").filter((one): one is string => typeof one === "string");
  // By the namespaces' own labels: which those are is not followed here, so any pod may be meant.
  const anywhere = valueAt(term, "namespaceSelector") !== undefined;
  const pods = anywhere ? snapshot.of("Pod") : (named.length > 0 ? named : [object.namespace]).flatMap((one) => snapshot.of("Pod", one));
  return pods.filter(
    (pod) =>
      !isOver(pod) &&
      textAt(pod.json, "spec", "nodeName") !== undefined &&
      matchesSelector(valueAt(term, "labelSelector"), labelsOf(pod.json)),
  );
}

/** A port of the node itself, which each of the nodes that would take it has given away. */
function samePort(snapshot: Snapshot, workload: Workload, nodes: readonly KubeObject[]): Placement | undefined {
  for (const container of containersOf(workload))
    for (const [index, port] of listAt(container.json, "ports").entries()) {
      const number = numberAt(port, "hostPort");
      if (number === undefined) continue;
      const holders = snapshot
        .of("Pod")
        .filter(
          (pod) =>
            !isOver(pod) &&
            textAt(pod.json, "spec", "nodeName") !== undefined &&
            containersOf({ way: [], template: pod.json }).some(({ json }) =>
              listAt(json, "ports").some((one) => numberAt(one, "hostPort") === number),
            ),
        );
      if (holders.length === 0) continue;
      const own = holders.every((pod) => workload.pods.includes(pod));
      if (own)
        return {
          fault: "unschedulable-port",
          field: ["spec", "replicas"],
          value: String(numberAt(workload.object.json, "spec", "replicas") ?? 1),
          says: `each of its replicas wants port ${number} of its node, and ${nodes.length === 1 ? "there is one node" : `there are ${nodes.length} nodes`} for them`,
          candidates: [{ value: String(nodes.length), why: "one for each node" }],
        };
      const name = textAt(port, "name");
      return {
        fault: "unschedulable-port",
        field: [...container.field, "ports", name === undefined ? index : { name }, "hostPort"],
        value: String(number),
        says: `it wants port ${number} of its node, which pods there have: ${holders
          .slice(0, 2)
          .map((pod) => pod.name)
          .join(", ")}`,
        candidates: [],
      };
    }
  return undefined;
}

type Resource = "cpu" | "memory";

/** Each node has enough in all, and too little is left. */
function noRoom(snapshot: Snapshot, workload: Workload, nodes: readonly KubeObject[], resource: Resource): Placement | undefined {
  const containers = containersOf(workload).filter(({ init }) => !init);
  const largest = containers.toSorted((a, b) => askedBy(b.json, resource) - askedBy(a.json, resource))[0];
  if (largest === undefined || nodes.length === 0) return undefined;
  const value = textAt(largest.json, "resources", "requests", resource);
  const candidates: Candidate[] = earlierContainers(snapshot, workload, largest.name)
    .flatMap(({ json }) => textAt(json, "resources", "requests", resource) ?? [])
    .filter((one, at, all) => one !== value && all.indexOf(one) === at)
    .slice(0, 3)
    .map((one) => ({ value: one, why: "the revision before asked for it" }));
  return {
    fault: `unschedulable-${resource}`,
    field: [...largest.field, "resources", "requests", resource],
    value,
    says: `it asks for ${value ?? "more"} of ${resource}, and no node has so much left`,
    candidates,
  };
}

/** What is left of a resource on a node, beside what some pods there ask for. */
export function leftOn(snapshot: Snapshot, node: KubeObject, resource: Resource, without: ReadonlySet<KubeObject>): number {
  const taken = snapshot
    .of("Pod")
    .filter((pod) => textAt(pod.json, "spec", "nodeName") === node.name && !isOver(pod) && !without.has(pod))
    .reduce((sum, pod) => sum + podAsks(pod.json, resource), 0);
  return (quantity(textAt(node.json, "status", "allocatable", resource)) ?? Number.POSITIVE_INFINITY) - taken;
}

/** What a pod's containers ask for together. */
export function podAsks(pod: JsonValue, resource: Resource): number {
  return listAt(pod, "spec", "containers").reduce<number>((sum, one) => sum + askedBy(one, resource), 0);
}

function askedBy(container: JsonValue, resource: Resource): number {
  return quantity(valueAt(container, "resources", "requests", resource) ?? valueAt(container, "resources", "limits", resource)) ?? 0;
}
