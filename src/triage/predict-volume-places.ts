import { obstaclesOf } from "./analyzers/scheduling.ts";
import { reachableNodes } from "./analyzers/volume-place.ts";
import type { Finding } from "./finding.ts";
import { type KubeObject, textAt } from "./kube-object.ts";
import { whyNotMeant } from "./meant.ts";
import type { Snapshot } from "./snapshot.ts";
import { workloadOf } from "./workloads.ts";

/** A claim that nodes share goes to a class of which such a volume has been seen. */
export function claimAccessStays(finding: Finding, object: KubeObject): string | undefined {
  const value = textAt(object.json, ...finding.field);
  return value === undefined || value === "" ? "no class is asked for any more" : whyNotMeant(finding, value, "");
}

/** The pod goes where its volume is: a node there takes it, by the value of the selector that was wrong and not for want of one. */
export function volumeAwayStays(finding: Finding, object: KubeObject, after: Snapshot): string | undefined {
  const value = textAt(object.json, ...finding.field);
  if (value === undefined) return "it does not say any more where it is to run";
  if (finding.candidates.every((one) => one.value !== value)) return "its volume is not there";
  const workload = workloadOf(after, object);
  if (workload === undefined) return undefined;
  const nodes = after.of("Node");
  const takes = (reachableNodes(after, workload) ?? []).some((node) => obstaclesOf(workload, node, nodes).length === 0);
  return takes ? undefined : "no node that has its volume takes it";
}
