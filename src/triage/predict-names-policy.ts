import { isForNamesAlone, mayAskForNames } from "./analyzers/cluster-names.ts";
import { type KubeObject, listAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";

/** The pods may ask for names, by rules that are for that alone; what the policy said before it says still. */
export function shutOutStays(policy: KubeObject, before: Snapshot, after: Snapshot): string | undefined {
  if (!mayAskForNames(after, policy)) return "its pods may still not ask the cluster's name server";
  const was = before.find(policy.kind, policy.namespace, policy.name);
  const left = listAt(was?.json, "spec", "egress").map((rule) => JSON.stringify(rule));
  const added = listAt(policy.json, "spec", "egress").filter((rule) => {
    const at = left.indexOf(JSON.stringify(rule));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  if (left.length > 0) return "a rule that was there is gone, or another one";
  return added.every((rule) => isForNamesAlone(after, policy, rule)) && added.some((rule) => mayAskForNames(after, withRule(policy, rule)))
    ? undefined
    : "it lets its pods reach more than the cluster's name server";
}

function withRule(policy: KubeObject, rule: ReturnType<typeof listAt>[number]): KubeObject {
  return { ...policy, json: { spec: { egress: [rule] } } };
}
