import { objectAt, textsAt, valueAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import { askedFor } from "./quota-room.ts";
import type { Finding } from "./finding.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, isOver, revisionsOf, type Workload } from "./workloads.ts";

/**
 * Would the quotas of the namespace let the pods be made? What all its pods would ask for is held against each quota; and a pod that asks for less than
 * the revision before, which ran, has lost what it needs.
 */
export function quotaStays(workload: Workload, now: Container, before: Snapshot, after: Snapshot, finding: Finding): string | undefined {
  const namespace = workload.object.namespace;
  const pods = after.of("Pod", namespace).filter((pod) => !isOver(pod));
  for (const quota of after.of("ResourceQuota", namespace))
    for (const [resource, hard] of Object.entries(textsAt(quota.json, "spec", "hard"))) {
      const [most, asked] = [quantity(hard), askedFor(pods, resource)];
      if (most !== undefined && asked !== undefined && asked > most * (1 + 1e-9))
        return `all pods would ask for ${round(asked)} of ${resource}, and quota ${quota.name} allows ${hard}`;
    }
  const at = finding.field.slice(finding.field.indexOf("resources"));
  const [old] = revisionsOf(before, workload.object).slice(1);
  const ran = containersOf({ way: [], template: objectAt(old?.json, "spec", "template") }).find(({ name }) => name === now.name);
  const [was, is] = [quantity(valueAt(ran?.json, ...at)), quantity(valueAt(now.json, ...at))];
  if (at[0] !== "resources" || was === undefined || is === undefined) return undefined;
  if (is < was) return "it asks for less than the revision before, which ran";
  return is > was * 2 ? "it asks for more than twice what the revision before asked for, which ran" : undefined;
}

function round(value: number): string {
  return value >= 2 ** 20 ? `${Math.ceil(value / 2 ** 20)}Mi` : String(Math.round(value * 1000) / 1000);
}
