import { isUnanswered } from "./analyzers/cluster-names.ts";
import type { Finding } from "./finding.ts";
import { labelsOf, matchesSelector } from "./workloads.ts";
import { valueAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";

/** Which findings say that a host is not known though only nobody answered: the program asks for names, and a policy among the causes shuts it out from them. */
export function followsFromPolicy(snapshot: Snapshot, causes: readonly Finding[]): (finding: Finding) => boolean {
  const policies = causes
    .filter(({ fault }) => fault === "policy-shuts-out-names")
    .flatMap(({ object }) => snapshot.find(object.kind, object.namespace, object.name) ?? []);
  return ({ fault, evidence }) =>
    fault === "host-unknown" &&
    policies.length > 0 &&
    evidence.some(({ object, text }) => {
      const pod = object.kind === "Pod" ? snapshot.find("Pod", object.namespace, object.name) : undefined;
      const isChosen = policies.some(
        (policy) =>
          pod?.namespace === policy.namespace && matchesSelector(valueAt(policy.json, "spec", "podSelector"), labelsOf(pod?.json)),
      );
      return isChosen && isUnanswered(text);
    });
}
