import { eventsOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { numberAt, refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { isOver, isReady, workloadsOf } from "../workloads.ts";

/** Pods that wait for a volume which one node at a time can have, and which another node has. */
export const findAttachments: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload): Finding[] => {
    for (const pod of workload.pods.filter((one) => !isOver(one) && !isReady(one))) {
      const said = eventsOf(snapshot, pod).find(
        ({ reason, message }) => reason === "FailedAttachVolume" && message.startsWith("Multi-Attach"),
      );
      if (said === undefined) continue;
      const { object } = workload;
      const strategy = textAt(object.json, "spec", "strategy", "type") ?? "RollingUpdate";
      const replicas = numberAt(object.json, "spec", "replicas") ?? 1;
      const at = { object: refOf(object), evidence: [{ object: refOf(pod), from: "event", text: quote(said.message, 240) }] };
      const says = `pod ${pod.name} waits for a volume that one node at a time can have`;
      if (object.kind !== "Deployment")
        return [
          { ...at, fault: "volume-elsewhere", severity: "fault", field: [], says: `${says}, and another node has it`, candidates: [] },
        ];
      // Pods that share it by intent never fit on two nodes; a pod that only takes the place of the one before does, once that is gone.
      if (replicas > 1)
        return [
          {
            ...at,
            fault: "volume-elsewhere",
            severity: "cause",
            field: ["spec", "replicas"],
            value: String(replicas),
            says: `${says}, and ${object.name} has ${replicas} replicas of it`,
            candidates: [{ value: "1", why: "one pod has the volume" }],
          },
        ];
      if (strategy === "Recreate") return [];
      return [
        {
          ...at,
          fault: "volume-elsewhere",
          severity: "cause",
          field: ["spec", "strategy", "type"],
          value: strategy,
          says: `${says}, and a rollout of ${object.name} starts it before the one that has it is gone`,
          candidates: [{ value: "Recreate", why: "ends the old pod first" }],
        },
      ];
    }
    return [];
  });
