import { statesOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { refOf, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { containersOf, isOver, workloadsOf } from "../workloads.ts";

/** So many restarts are more than one bad day. */
const leastRestarts = 3;
/** An end longer ago is history, in milliseconds: a day. */
const present = 86_400_000;

/** Containers that run now and have been killed for their memory again and again: what they hold grows until the limit ends it, and a higher limit only defers that. */
export const findMemoryGrowth: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) =>
    containersOf(workload).flatMap((container): Finding[] => {
      for (const pod of workload.pods.filter((one) => !isOver(one))) {
        const state = statesOf(pod).find(({ name }) => name === container.name);
        const { ended, restarts = 0, running } = state ?? {};
        if (running !== true || ended?.reason !== "OOMKilled" || restarts < leastRestarts) continue;
        if (ended.at === undefined || snapshot.now - ended.at > present) continue;
        const lasted = ended.ranSeconds === undefined ? "" : `, the last time ${spell(ended.ranSeconds)} after its start`;
        return [
          {
            fault: "memory-grows",
            severity: "fault",
            object: refOf(workload.object),
            field: [...container.field, "resources", "limits", "memory"],
            value: textAt(container.json, "resources", "limits", "memory"),
            says: `container ${container.name} runs, and is killed for its memory again and again${lasted}: what it holds grows`,
            evidence: [{ object: refOf(pod), from: "last state", text: quote(`OOMKilled, ${restarts} restarts`) }],
            candidates: [],
          },
        ];
      }
      return [];
    }),
  );

function spell(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
