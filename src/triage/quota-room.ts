import type { JsonObject } from "../messages/conversation.ts";
import { type KubeObject, listAt, numberAt, textsAt, valueAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import type { Snapshot } from "./snapshot.ts";
import { isOver, type Workload } from "./workloads.ts";

/** Which of a container's resources a quota means: `limits.memory`, `requests.cpu`, or `cpu`, which is what is asked for. */
export function containerResource(resource: string): { readonly side: "requests" | "limits"; readonly dimension: string } | undefined {
  const [, side, dimension] = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/.exec(resource) ?? [];
  return dimension === undefined ? undefined : { side: side === "limits" ? "limits" : "requests", dimension };
}

/** What pods ask for of a resource as quotas name it: `requests.cpu`, `cpu`, `limits.memory`, `pods`; `undefined` for what pods do not have. */
export function askedFor(pods: readonly { readonly json: JsonObject }[], resource: string): number | undefined {
  if (resource === "pods" || resource === "count/pods") return pods.length;
  const known = containerResource(resource);
  if (known === undefined) return undefined;
  const { side, dimension } = known;
  return pods
    .flatMap((pod) => listAt(pod.json, "spec", "containers"))
    .reduce<number>((sum, container) => {
      const own = valueAt(container, "resources", side, dimension);
      // A container that asks for nothing asks for its limit.
      return sum + (quantity(own ?? (side === "requests" ? valueAt(container, "resources", "limits", dimension) : undefined)) ?? 0);
    }, 0);
}

/** What a quota allows of a resource, what others than the workload have of it, and what all pods of its template would ask for. */
export interface QuotaRoom {
  readonly hard: number;
  readonly others: number;
  readonly each: number;
  readonly wanted: number;
}

/** `undefined` where the quota does not bound the resource, or pods do not have it. `now` is the cluster as it is, with the pods that are there. */
export function quotaRoom(now: Snapshot, quota: KubeObject, resource: string, workload: Workload): QuotaRoom | undefined {
  const hard = quantity(textsAt(quota.json, "spec", "hard")[resource]);
  const each = askedFor([{ json: workload.template }], resource);
  if (hard === undefined || each === undefined) return undefined;
  const own = new Set(workload.pods);
  const pods = now.of("Pod", workload.object.namespace).filter((pod) => !isOver(pod));
  const [mine, seen] = [pods.filter((pod) => own.has(pod)), pods.filter((pod) => !own.has(pod))].map(
    (some) => askedFor(some, resource) ?? 0,
  );
  // Who may read pods only in part still has the quota's own count.
  const told = quantity(textsAt(quota.json, "status", "used")[resource]) ?? 0;
  const replicas = numberAt(workload.object.json, "spec", "replicas") ?? 1;
  return { hard, others: Math.max(seen ?? 0, told - (mine ?? 0)), each, wanted: each * replicas };
}

/** Do all pods fit in at once? */
export function fitsIn({ hard, others, wanted }: QuotaRoom): boolean {
  return others + wanted <= hard * (1 + 1e-9);
}
