import type { JsonValue } from "../../messages/conversation.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { type FieldStep, isObject, type KubeObject, listAt, objectAt, refOf, textsAt, valueAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, labelsOf, matchesSelector, workloadsOf } from "../workloads.ts";

/**
 * Policies that let nobody in: each peer of a rule chooses no pod. A policy without any rule means to let nobody in (a default of deny), and is
 * told only where no other policy of the same pods opens what it closes.
 */
export const findNetworkPolicies: Analyzer = (snapshot, namespace) => {
  const policies = snapshot.of("NetworkPolicy", namespace);
  return policies.flatMap((policy) => {
    const types = listAt(policy.json, "spec", "policyTypes");
    const chosen = snapshot
      .of("Pod", namespace)
      .filter((pod) => !isOver(pod) && matchesSelector(valueAt(policy.json, "spec", "podSelector"), labelsOf(pod.json)));
    if (chosen.length === 0) return choosesNobody(snapshot, policy);
    return (["ingress", "egress"] as const).flatMap((way): Finding[] => {
      const applies = types.includes(way === "ingress" ? "Ingress" : "Egress") || (types.length === 0 && way === "ingress");
      return applies
        ? listAt(policy.json, "spec", way).flatMap((rule, index) => deadPeers(snapshot, policy, rule, way, index, chosen))
        : [];
    });
  });
};

/** A policy whose own selector fits no workload: what it was to open or close for somebody is not. */
function choosesNobody(snapshot: Snapshot, policy: KubeObject): Finding[] {
  const selector = valueAt(policy.json, "spec", "podSelector");
  const workloads = workloadsOf(snapshot, policy.namespace ?? "");
  const meant = workloads.some(({ template, object }) =>
    matchesSelector(selector, labelsOf(object.kind === "Pod" ? object.json : template)),
  );
  if (workloads.length === 0 || meant) return [];
  return [
    {
      fault: "policy-chooses-nobody",
      severity: "symptom",
      object: refOf(policy),
      field: ["spec", "podSelector"],
      says: `NetworkPolicy ${policy.name} is meant for pods with ${quote(labelText(textsAt(selector, "matchLabels")), 80)}, and there are none`,
      evidence: [],
      candidates: [],
    },
  ];
}

/** The peers of a rule, where none of them chooses anybody. */
function deadPeers(
  snapshot: Snapshot,
  policy: KubeObject,
  rule: JsonValue,
  way: "ingress" | "egress",
  index: number,
  chosen: readonly KubeObject[],
): Finding[] {
  const side = way === "ingress" ? "from" : "to";
  const peers = listAt(rule, side);
  if (peers.length === 0) return [];
  const dead = peers.map((peer, at) => deadPeer(snapshot, policy, peer, ["spec", way, index, side, at]));
  if (dead.some((fault) => fault === undefined)) return [];
  const found = dead.find((fault) => fault !== undefined);
  if (found === undefined) return [];
  return [
    {
      fault: "policy-admits-nobody",
      severity: "cause",
      object: refOf(policy),
      field: found.field,
      value: found.value,
      says: `NetworkPolicy ${policy.name} lets nobody ${way === "ingress" ? "reach" : "be reached from"} ${chosen.length} pods (${[
        ...new Set(chosen.map((pod) => pod.json)).values(),
      ]
        .slice(0, 1)
        .map((json) => quote(labelText(labelsOf(json)), 80))
        .join("")}): ${found.says}`,
      evidence: chosen
        .slice(0, 2)
        .map((pod) => ({ object: refOf(pod), from: "chosen by the policy", text: quote(labelText(labelsOf(pod.json))) })),
      candidates: found.candidates,
    },
  ];
}

interface DeadPeer {
  readonly field: readonly FieldStep[];
  readonly value: string;
  readonly says: string;
  readonly candidates: Finding["candidates"];
}

/** The pods that a peer chooses; none for an address. */
export function admittedPods(snapshot: Snapshot, policy: KubeObject, peer: JsonValue): readonly KubeObject[] {
  const [namespaceSelector, podSelector] = [valueAt(peer, "namespaceSelector"), valueAt(peer, "podSelector")];
  if (namespaceSelector === undefined && podSelector === undefined) return [];
  const inside = new Set(
    namespaceSelector === undefined
      ? [policy.namespace]
      : snapshot
          .of("Namespace")
          .filter((one) => matchesSelector(namespaceSelector, labelsOf(one.json)))
          .map(({ name }) => name),
  );
  return snapshot
    .of("Pod")
    .filter((pod) => inside.has(pod.namespace) && !isOver(pod))
    .filter((pod) => podSelector === undefined || matchesSelector(podSelector, labelsOf(pod.json)));
}

/** Why a peer chooses nobody; `undefined` where it chooses somebody, or an address. */
function deadPeer(snapshot: Snapshot, policy: KubeObject, peer: JsonValue, field: readonly FieldStep[]): DeadPeer | undefined {
  if (isObject(valueAt(peer, "ipBlock"))) return undefined;
  const namespaceSelector = valueAt(peer, "namespaceSelector");
  const podSelector = valueAt(peer, "podSelector");
  const namespaces =
    namespaceSelector === undefined
      ? undefined
      : snapshot.of("Namespace").filter((one) => matchesSelector(namespaceSelector, labelsOf(one.json)));
  if (namespaces?.length === 0)
    return wrongLabel(namespaceSelector, snapshot.of("Namespace"), [...field, "namespaceSelector"], "no namespace");
  const inside = new Set(namespaces === undefined ? [policy.namespace] : namespaces.map(({ name }) => name));
  const pods = snapshot.of("Pod").filter((pod) => inside.has(pod.namespace) && !isOver(pod));
  if (podSelector === undefined || pods.some((pod) => matchesSelector(podSelector, labelsOf(pod.json)))) return undefined;
  return wrongLabel(podSelector, pods, [...field, "podSelector"], "no pod");
}

/** The label of a selector that nothing has, with those that come near. */
function wrongLabel(
  selector: JsonValue | undefined,
  objects: readonly KubeObject[],
  field: readonly FieldStep[],
  nobody: string,
): DeadPeer {
  const labels = Object.entries(textsAt(selector, "matchLabels"));
  const [key = "", value = ""] =
    labels.find(([name, one]) => !objects.some((object) => labelsOf(object.json)[name] === one)) ?? labels[0] ?? [];
  const values = objects.flatMap((object) => labelsOf(object.json)[key] ?? []);
  const keys = objects.filter((object) => Object.values(labelsOf(object.json)).includes(value));
  return {
    field: key === "" ? field : [...field, "matchLabels", key],
    value,
    says: key === "" ? `${nobody} fits its selector` : `${nobody} has the label ${quote(`${key}=${value}`, 80)}`,
    candidates: [
      ...nearMisses(value, values).map((one) => ({ value: one, why: `a label ${key} that is there` })),
      ...keys.slice(0, 1).flatMap((object) => {
        const other = Object.entries(objectAt(object.json, "metadata", "labels")).find(([, one]) => one === value)?.[0];
        return other === undefined || other === key ? [] : [{ value, why: `as label ${other} of ${object.kind} ${object.name}` }];
      }),
    ],
  };
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .filter(([key]) => key !== "pod-template-hash")
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}
