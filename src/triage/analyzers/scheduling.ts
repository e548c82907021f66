import type { JsonValue } from "../../messages/conversation.ts";
import { eventsOf } from "../container-state.ts";
import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, objectAt, refOf, textAt, textsAt, valueAt, conditionOf } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { placementOf } from "./placement.ts";
import { awayFromVolume } from "./volume-place.ts";
import { quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, labelsOf, matchesSelector, type Workload, workloadsOf } from "../workloads.ts";

/** Pods that no node takes, and what of the pod keeps each node from it: worked out from the nodes, not read from the scheduler's words. */
export const findScheduling: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) => {
    const waiting = workload.pods.find(
      (pod) =>
        textAt(pod.json, "spec", "nodeName") === undefined &&
        listAt(pod.json, "status", "conditions").some((one) => textAt(one, "type") === "PodScheduled" && textAt(one, "status") === "False"),
    );
    return waiting === undefined ? [] : unschedulable(snapshot, workload, waiting);
  });

/** Why a node does not take a pod of the template. */
export interface Obstacle {
  readonly what: "selector" | "affinity" | "taint" | "cpu" | "memory" | "cordoned" | "not-ready";
  readonly field: readonly FieldStep[];
  readonly value: string | undefined;
  readonly says: string;
  readonly candidates: readonly Candidate[];
}

function unschedulable(snapshot: Snapshot, workload: Workload, pod: KubeObject): Finding[] {
  const said = eventsOf(snapshot, pod).find(({ reason }) => reason === "FailedScheduling")?.message ?? scheduledMessage(pod);
  const evidence = [{ object: refOf(pod), from: "event", text: quote(said, 300) }];
  const object = refOf(workload.object);
  // A volume that is there and cannot come to the pod: it is the pod that has to go to the volume.
  const away = /volume node affinity/i.test(said) ? awayFromVolume(snapshot, workload) : undefined;
  if (away !== undefined)
    return [{ ...away, severity: "cause", object, says: `no node takes a pod of ${workload.object.name}: ${away.says}`, evidence }];
  // Claims have a finding of their own; without them there would be a node.
  if (/persistentvolumeclaim|PersistentVolumeClaims?|volume node affinity/i.test(said))
    return [
      {
        fault: "unschedulable",
        severity: "symptom",
        object,
        field: [],
        says: `a pod of ${workload.object.name} waits for its volume`,
        evidence,
        candidates: [],
      },
    ];
  const nodes = snapshot.of("Node");
  const each = nodes.map((node) => obstaclesOf(workload, node, nodes));
  // Where its selector fits some nodes it was meant for those: what keeps it from the others is as it should be.
  const chosen = each.filter((list) => !list.some(({ what }) => what === "selector" || what === "affinity"));
  const obstacles = chosen.length > 0 ? chosen : each;
  // What has to change is what keeps the most nodes away by itself, workers before control planes.
  const alone = obstacles.filter((list) => list.length === 1).flat();
  const first = mostCommon(alone) ?? mostCommon(obstacles.flat().filter(({ what }) => what !== "taint")) ?? mostCommon(obstacles.flat());
  const placed =
    first === undefined || each.some((list) => list.length === 0) ? placementOf(snapshot, workload, takers(nodes, each), said) : undefined;
  if (placed !== undefined)
    return [{ ...placed, severity: "cause", object, says: `no node takes a pod of ${workload.object.name}: ${placed.says}`, evidence }];
  if (first === undefined)
    return [
      {
        fault: "unschedulable",
        severity: "fault",
        object,
        field: [],
        says: `no node takes a pod of ${workload.object.name}`,
        evidence,
        candidates: [],
      },
    ];
  return [
    {
      fault: `unschedulable-${first.what}`,
      severity: "cause",
      object,
      field: first.field,
      value: first.value,
      says: `no node takes a pod of ${workload.object.name}: ${first.says}`,
      evidence,
      candidates: first.candidates,
    },
  ];
}

/** Nodes that would take the pod if they were empty. */
function takers(nodes: readonly KubeObject[], obstacles: readonly (readonly Obstacle[])[]): readonly KubeObject[] {
  return nodes.filter((_, index) => obstacles[index]?.length === 0);
}

function mostCommon(obstacles: readonly Obstacle[]): Obstacle | undefined {
  const counts = new Map<string, { obstacle: Obstacle; count: number }>();
  for (const obstacle of obstacles) {
    const key = `${obstacle.what} ${JSON.stringify(obstacle.field)}`;
    counts.set(key, { obstacle, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.obstacle;
}

/** Everything of the template that keeps it from this node, as far as nodes and template alone tell. Exported for the check of a changed template. */
export function obstaclesOf(workload: Workload, node: KubeObject, nodes: readonly KubeObject[]): readonly Obstacle[] {
  const { template, way } = workload;
  const spec = objectAt(template, "spec");
  const found: Obstacle[] = [];
  const labels = labelsOf(node.json);
  for (const [key, value] of Object.entries(textsAt(spec, "nodeSelector"))) {
    if (labels[key] === value) continue;
    const values = new Set(nodes.flatMap((one) => labelsOf(one.json)[key] ?? []));
    found.push({
      what: "selector",
      field: [...way, "spec", "nodeSelector", key],
      value,
      says: `its node selector asks for ${key}=${quote(value, 60)}, which no node has${otherKey(key, value, nodes)}`,
      candidates: [...new Set([...nearMisses(value, values), ...values])]
        .slice(0, 3)
        .map((one) => ({ value: one, why: `nodes have ${key}=${one}` })),
    });
  }
  const terms = listAt(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms");
  if (terms.length > 0 && !terms.some((term) => matchesSelector({ matchExpressions: listAt(term, "matchExpressions") }, labels)))
    found.push({
      what: "affinity",
      field: [...way, "spec", "affinity", "nodeAffinity"],
      value: undefined,
      says: "its node affinity fits no node",
      candidates: [],
    });
  for (const taint of listAt(node.json, "spec", "taints")) {
    const effect = textAt(taint, "effect");
    if (effect === "PreferNoSchedule" || tolerates(listAt(spec, "tolerations"), taint)) continue;
    const key = textAt(taint, "key") ?? "";
    const near = nearToleration(listAt(spec, "tolerations"), taint);
    found.push({
      what: key === "node.kubernetes.io/unschedulable" ? "cordoned" : key.startsWith("node.kubernetes.io/") ? "not-ready" : "taint",
      field: [...way, "spec", "tolerations", ...(near === undefined ? [] : [near.index, near.member])],
      value: near?.value,
      says: `nodes have the taint ${quote(`${key}=${textAt(taint, "value") ?? ""}:${effect ?? ""}`, 100)}, which it does not tolerate${near === undefined ? "" : `: it tolerates the ${near.member} ${quote(near.value, 60)}`}`,
      candidates: near === undefined ? [] : [{ value: near.wanted, why: `the ${near.member} of the nodes' taint` }],
    });
  }
  for (const resource of ["cpu", "memory"] as const) {
    const has = quantity(textAt(node.json, "status", "allocatable", resource));
    const containers = containersOf(workload).filter(({ init }) => !init);
    const asked = containers.map(
      ({ json }) => quantity(valueAt(json, "resources", "requests", resource) ?? valueAt(json, "resources", "limits", resource)) ?? 0,
    );
    const total = asked.reduce((sum, one) => sum + one, 0);
    if (has === undefined || total <= has) continue;
    const largest = containers[asked.indexOf(Math.max(...asked))];
    const asks = valueAt(largest?.json, "resources", "requests", resource);
    const value = typeof asks === "number" ? String(asks) : textAt(largest?.json, "resources", "requests", resource);
    found.push({
      what: resource,
      field: [...(largest?.field ?? way), "resources", "requests", resource],
      value,
      says: `it asks for ${value ?? "more"} of ${resource}, more than any node has (${textAt(node.json, "status", "allocatable", resource) ?? ""})`,
      candidates: [],
    });
  }
  return found;
}

/** The label that nodes have with this value, where none has the key as it is written. */
function otherKey(key: string, value: string, nodes: readonly KubeObject[]): string {
  const labels = nodes.map((node) => labelsOf(node.json));
  if (labels.some((one) => one[key] !== undefined)) return "";
  const [near] = nearMisses(
    key,
    labels.flatMap((one) => Object.keys(one).filter((name) => one[name] === value)),
  );
  return near === undefined ? "" : `; nodes have ${near}=${value}`;
}

interface NearToleration {
  readonly index: number;
  readonly member: "key" | "value" | "effect";
  readonly value: string;
  readonly wanted: string;
}

/** The toleration that fits a taint but for one of its members. */
function nearToleration(tolerations: readonly JsonValue[], taint: JsonValue): NearToleration | undefined {
  const [key, value = "", effect] = ["key", "value", "effect"].map((member) => textAt(taint, member));
  for (const [index, one] of tolerations.entries()) {
    const own = { key: textAt(one, "key"), value: textAt(one, "value") ?? "", effect: textAt(one, "effect") };
    const anyValue = textAt(one, "operator") === "Exists";
    const [sameKey, sameValue, sameEffect] = [
      own.key === key,
      anyValue || own.value === value,
      own.effect === undefined || own.effect === effect,
    ];
    if (sameKey && sameEffect && own.value !== "") return { index, member: "value", value: own.value, wanted: value };
    if (sameKey && sameValue && own.effect !== undefined && effect !== undefined)
      return { index, member: "effect", value: own.effect, wanted: effect };
    if (sameValue && sameEffect && own.key !== undefined && key !== undefined && nearMisses(own.key, [key]).length > 0)
      return { index, member: "key", value: own.key, wanted: key };
  }
  return undefined;
}

/** Does one of the tolerations fit a taint? One with an operator that there is not is refused by the API server. */
export function tolerates(tolerations: readonly unknown[], taint: Parameters<typeof textAt>[0]): boolean {
  return tolerations.some((value) => {
    const toleration = value as Parameters<typeof textAt>[0];
    const [key, effect] = [textAt(toleration, "key"), textAt(toleration, "effect")];
    if (!["Exists", "Equal", ""].includes(textAt(toleration, "operator") ?? "")) return false;
    if (effect !== undefined && effect !== textAt(taint, "effect")) return false;
    if (key === undefined) return textAt(toleration, "operator") === "Exists";
    if (key !== textAt(taint, "key")) return false;
    return textAt(toleration, "operator") === "Exists" || (textAt(toleration, "value") ?? "") === (textAt(taint, "value") ?? "");
  });
}

function scheduledMessage(pod: KubeObject): string {
  const condition = conditionOf(pod, "PodScheduled");
  return textAt(condition, "message") ?? "";
}
