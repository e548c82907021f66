import type { JsonValue } from "../../messages/conversation.ts";
import type { Finding } from "../finding.ts";
import { type KubeObject, numberAt, objectAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { fitsIn, quotaRoom } from "../quota-room.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, type Workload } from "../workloads.ts";

/** How many pods a rolling update may have too few, and too many, at a time. */
export interface RolloutSteps {
  readonly unavailable: number;
  readonly surge: number;
}

/** As the deployment controller works it out; `undefined` for another strategy, and for numbers that the API server does not take. */
export function rolloutSteps(deployment: KubeObject): RolloutSteps | undefined {
  const strategy = objectAt(deployment.json, "spec", "strategy");
  if ((textAt(strategy, "type") ?? "RollingUpdate") !== "RollingUpdate") return undefined;
  const replicas = numberAt(deployment.json, "spec", "replicas") ?? 1;
  const written = ["maxUnavailable", "maxSurge"].map((member) => valueAt(strategy, "rollingUpdate", member) ?? "25%");
  const unavailable = share(written[0], replicas, Math.floor);
  const surge = share(written[1], replicas, Math.ceil);
  if (unavailable === undefined || surge === undefined || written.every(isZero)) return undefined;
  // Where both come to nothing a rollout takes one pod away, or it would never move.
  return unavailable === 0 && surge === 0 ? { unavailable: 1, surge } : { unavailable, surge };
}

function share(value: JsonValue | undefined, of: number, round: (value: number) => number): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : undefined;
  const percent = typeof value === "string" ? /^(\d{1,3})%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : round((Number(percent) * of) / 100);
}

function isZero(value: JsonValue): boolean {
  return value === 0 || value === "0%";
}

/** A rollout that starts a new pod before an old one goes, where a quota has room for all pods of the deployment and not for one more. */
export function surgeOverQuota(
  snapshot: Snapshot,
  workload: Workload,
  quotaName: string,
  resource: string,
  evidence: Finding["evidence"],
): Finding | undefined {
  const { object, pods, current } = workload;
  const quota = snapshot.find("ResourceQuota", object.namespace, quotaName);
  const room = quota === undefined ? undefined : quotaRoom(snapshot, quota, resource, workload);
  const old = pods.filter((pod) => !isOver(pod) && !current.includes(pod));
  if (object.kind !== "Deployment" || room === undefined || old.length === 0 || !fitsIn(room)) return undefined;
  if (rolloutSteps(object)?.unavailable !== 0) return undefined;
  const field = ["spec", "strategy", "rollingUpdate", "maxUnavailable"];
  const written = valueAt(object.json, ...field);
  return {
    fault: "rollout-over-quota",
    severity: "cause",
    object: refOf(object),
    field,
    value: typeof written === "number" || typeof written === "string" ? String(written) : undefined,
    says: `a rollout of ${object.name} starts a new pod before an old one goes (maxUnavailable comes to 0), and quota ${quotaName} has no room for one more`,
    evidence,
    candidates: [{ value: "1", why: "lets one old pod go first" }],
  };
}
