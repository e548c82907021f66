import type { Finding } from "../finding.ts";
import { listAt, refOf, textAt, textsAt } from "../kube-object.ts";
import { asBytes, quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import type { Workload } from "../workloads.ts";

/** A claim of a stateful set that a quota does not let be made, by the controller's own words. */
export function refusedClaim(
  snapshot: Snapshot,
  { object: set }: Workload,
  said: string,
  evidence: Finding["evidence"],
): Finding | undefined {
  const [, claim = "", quota = "", resource = ""] =
    /persistentvolumeclaims "([\w.-]+)" is forbidden: exceeded quota: ([\w.-]+), requested: ([\w./-]+)=/.exec(said) ?? [];
  const templates = listAt(set.json, "spec", "volumeClaimTemplates");
  const index = templates.findIndex((one) => claim.startsWith(`${textAt(one, "metadata", "name") ?? ""}-${set.name}-`));
  if (set.kind !== "StatefulSet" || index < 0 || !resource.endsWith("requests.storage")) return undefined;
  const found = snapshot.find("ResourceQuota", set.namespace, quota);
  const [hard, used] = ["hard", "used"].map((member) => quantity(textsAt(found?.json, "status", member)[resource]));
  const left =
    hard === undefined || used === undefined || hard <= used ? undefined : asBytes(Math.floor((hard - used) / 2 ** 20) * 2 ** 20);
  const value = textAt(templates[index], "spec", "resources", "requests", "storage");
  return {
    fault: "claim-quota",
    severity: "cause",
    object: refOf(set),
    field: ["spec", "volumeClaimTemplates", index, "spec", "resources", "requests", "storage"],
    value,
    says: `claim ${claim} of StatefulSet ${set.name} is refused: it asks for ${quote(value ?? "more", 40)}, and quota ${quota} has ${left ?? "less"} left`,
    evidence,
    candidates: left === undefined ? [] : [{ value: left, why: `what quota ${quota} has left` }],
  };
}
