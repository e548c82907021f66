import { lastRunLog, statesOf } from "../container-state.ts";
import { mayAskForNames, nameRule, unansweredName } from "./cluster-names.ts";
import type { Analyzer, Evidence, Finding } from "../finding.ts";
import { type KubeObject, listAt, refOf, refText, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, labelsOf, matchesSelector } from "../workloads.ts";

/**
 * Policies that say where pods may connect, and leave out the cluster's name server: told where a program of these pods says that nobody answers its questions
 * for names, and no other policy of them lets them ask.
 */
export const findNamePolicies: Analyzer = (snapshot, namespace) => {
  const policies = snapshot
    .of("NetworkPolicy", namespace)
    .filter(({ json }) => listAt(json, "spec", "policyTypes").includes("Egress"))
    .map((policy) => ({ policy, opens: mayAskForNames(snapshot, policy) }));
  if (policies.every(({ opens }) => opens)) return [];
  const found = new Map<string, Finding>();
  for (const pod of snapshot.of("Pod", namespace)) {
    const own = isOver(pod) ? [] : policies.filter(({ policy }) => chooses(policy, pod));
    if (own.length === 0 || own.some(({ opens }) => opens)) continue;
    const policy = narrowest(
      snapshot,
      own.map((one) => one.policy),
    );
    const evidence = policy === undefined || found.has(refText(policy)) ? undefined : whoSaysSo(snapshot, pod);
    if (policy === undefined || evidence === undefined) continue;
    found.set(refText(policy), {
      fault: "policy-shuts-out-names",
      severity: "cause",
      object: refOf(policy),
      field: ["spec", "egress"],
      value: undefined,
      says: `NetworkPolicy ${policy.name} says where pods may connect, and does not let them ask the cluster's name server (port 53 over UDP, k8s-app=kube-dns in namespace kube-system)`,
      evidence: [evidence],
      candidates: [nameRule(snapshot)],
    });
  }
  return [...found.values()];
};

function chooses({ json }: KubeObject, pod: KubeObject): boolean {
  return matchesSelector(valueAt(json, "spec", "podSelector"), labelsOf(pod.json));
}

/** Of several policies the one that is about the fewest pods: what only this program may do is written there. */
function narrowest(snapshot: Snapshot, policies: readonly KubeObject[]): KubeObject | undefined {
  const size = (policy: KubeObject): number => snapshot.of("Pod", policy.namespace).filter((pod) => chooses(policy, pod)).length;
  return policies.toSorted((a, b) => size(a) - size(b))[0];
}

function whoSaysSo(snapshot: Snapshot, pod: KubeObject): Evidence | undefined {
  for (const state of statesOf(pod)) {
    const now = snapshot.log({ namespace: pod.namespace ?? "", pod: pod.name, container: state.name, previous: false }) ?? [];
    const line = unansweredName(lastRunLog(snapshot, pod, state) ?? []) ?? unansweredName(now);
    if (line !== undefined) return { object: refOf(pod), from: `log of container ${state.name}`, text: quote(line, 200) };
  }
  return undefined;
}
