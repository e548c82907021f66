import { atLeast, budgetPods } from "./analyzers/limits.ts";
import { admittedPods } from "./analyzers/network-policies.ts";
import type { Finding } from "./finding.ts";
import { flagAt, isObject, type KubeObject, listAt, objectAt, refText, textAt, textsAt, valueAt } from "./kube-object.ts";
import { routeStays, setServiceStays } from "./predict-backends.ts";
import { ingressPortStays, nameStays, scalerTargetStays } from "./predict-names.ts";
import { shutOutStays } from "./predict-names-policy.ts";
import { refusedPodStays } from "./predict-refused-pods.ts";
import { claimClassStays } from "./predict-references.ts";
import { claimAccessStays, volumeAwayStays } from "./predict-volume-places.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { labelsOf, selects, workloadsOf } from "./workloads.ts";

/**
 * What a change of an object beside the workloads has to bring before its fault counts as mended: that triage is silent is not enough, since a policy that
 * admits everybody has no fault either. The answer is why the fault stays; `undefined` where it goes.
 */
export function whyObjectStays(finding: Finding, before: Snapshot, after: Snapshot, repositoryText = ""): string | undefined {
  const object = after.find(finding.object.kind, finding.object.namespace, finding.object.name);
  if (object === undefined) return undefined;
  switch (finding.fault) {
    case "selector-matches-nothing":
      return selectorStays(finding, object, before, after);
    case "policy-admits-nobody":
      return policyStays(finding, object, after);
    case "ingress-port":
      return ingressPortStays(finding, object, before, after);
    case "rollout-over-quota":
    case "quota-needs":
    case "pod-security":
    case "pod-security-forbids":
      return refusedPodStays(finding, object, before, after, repositoryText);
    case "policy-shuts-out-names":
      return shutOutStays(object, before, after);
    case "certificate-issuer":
    case "secret-store":
      return nameStays(finding, object, repositoryText);
    // New pods have not asked for a name yet; a restart is no answer.
    case "names-withheld":
      return flagAt(object.json, ...finding.field) === true ? undefined : "its names are still given to ready pods alone";
    case "storage-class":
      return object.kind === "PersistentVolumeClaim" ? claimClassStays(finding, textAt(object.json, ...finding.field)) : undefined;
    case "claim-access-mode":
      return claimAccessStays(finding, object);
    case "volume-away":
      return volumeAwayStays(finding, object, after);
    case "scaler-target":
      return scalerTargetStays(finding, object, after, repositoryText);
    case "ingress-backend":
      return namedStays(finding, object, "nothing answers there any more");
    case "ingress-certificate":
      return namedStays(finding, object, "no certificate is shown any more");
    case "webhook-service":
      return namedStays(finding, object, "it asks no service any more");
    case "route-backend":
    case "route-port":
    case "route-gateway":
    case "route-listener":
      return routeStays(finding, object, before, repositoryText);
    case "gateway-class":
    case "gateway-certificate":
      return namedStays(finding, object, "nothing is named there any more");
    case "set-service":
      return setServiceStays(finding, object, after, repositoryText);
    case "scaler-metric":
      return namedStays(finding, object, "it does not scale by that metric any more");
    case "budget-blocks-drain":
      return budgetStays(object, after);
    default:
      return undefined;
  }
}

/** A service reaches the workloads that it was meant for, under their old labels or new ones, and no others. */
function selectorStays(finding: Finding, service: KubeObject, before: Snapshot, after: Snapshot): string | undefined {
  const selector = textsAt(service.json, "spec", "selector");
  if (Object.keys(selector).length === 0) return "it chooses no pods at all";
  const key = finding.field.at(-1);
  const values = finding.candidates.map(({ value }) => value);
  if (typeof key !== "string" || values.length === 0) return undefined;
  const was = textsAt(before.find(service.kind, service.namespace, service.name)?.json, "spec", "selector");
  const others = Object.entries(was).filter(([name]) => name !== key);
  const meant = workloadsOf(before, service.namespace ?? "").filter(({ template }) => {
    const labels = labelsOf(template);
    return values.includes(labels[key] ?? "") && others.every(([name, value]) => labels[name] === value);
  });
  const known = new Set(meant.map(({ object }) => refText(object)));
  const stranger = workloadsOf(after, service.namespace ?? "").find(
    ({ object, template }) => selects(selector, labelsOf(template)) && !known.has(refText(object)),
  );
  return stranger === undefined || known.size === 0
    ? undefined
    : `it chooses the pods of ${quote(stranger.object.name, 80)}, for which it was not meant`;
}

const peerMembers: ReadonlySet<string> = new Set(["podSelector", "namespaceSelector", "ipBlock"]);

/** A rule lets in whom it was meant for: the pods that carry one of the labels that come near. */
function policyStays(finding: Finding, policy: KubeObject, after: Snapshot): string | undefined {
  const [, way = "ingress", index = 0, side = "from"] = finding.field;
  const peers = listAt(policy.json, "spec", way, index, side);
  if (peers.length === 0) return isObject(valueAt(policy.json, "spec", way, index)) ? "the rule lets everybody in" : "the rule is gone";
  const unknown = peers.find(
    (peer) => !isObject(peer) || Object.keys(peer).length === 0 || Object.keys(peer).some((key) => !peerMembers.has(key)),
  );
  if (unknown !== undefined) return "one of its peers is none";
  if (peers.some((peer) => isObject(valueAt(peer, "ipBlock")))) return "the rule goes by addresses, and those of pods change";
  const key = finding.field.at(-1);
  const meant = finding.candidates.map(({ value }) => value);
  if (typeof key !== "string" || meant.length === 0) return undefined;
  const stranger = peers
    .flatMap((peer) => admittedPods(after, policy, peer))
    .find((pod) => !meant.includes(labelsOf(pod.json)[key] ?? "") && !Object.values(labelsOf(pod.json)).includes(finding.value ?? ""));
  return stranger === undefined ? undefined : `it lets in ${quote(stranger.name, 80)}, for which it was not meant`;
}

/** A name that has to be one of those that are known, where any is. */
function namedStays(finding: Finding, object: KubeObject, gone: string): string | undefined {
  const stands = valueAt(object.json, ...finding.field);
  if (typeof stands !== "string" && typeof stands !== "number") return gone;
  const value = String(stands);
  // As before, and all the same no finding any more: what was missing has been made.
  if (value === finding.value || finding.candidates.length === 0) return undefined;
  return finding.candidates.some((candidate) => candidate.value === value) ? undefined : `nothing shows that ${quote(value, 60)} is meant`;
}

/** A budget still has to keep pods from going all at once. */
function budgetStays(budget: KubeObject, after: Snapshot): string | undefined {
  const pods = budgetPods(after, budget).length;
  const { minAvailable, maxUnavailable } = objectAt(budget.json, "spec");
  if (minAvailable !== undefined && maxUnavailable !== undefined) return "only one of minAvailable and maxUnavailable may be there";
  const kept = maxUnavailable === undefined ? atLeast(minAvailable, pods) : pods - atLeast(maxUnavailable, pods);
  if (kept >= pods) return "it still lets none of its pods go";
  return kept > 0 ? undefined : "all of its pods might go at once";
}
