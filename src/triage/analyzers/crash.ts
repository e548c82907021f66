import { type ContainerState, lastRunLog, statesOf } from "../container-state.ts";
import type { Evidence } from "../finding.ts";
import { type KubeObject, refOf } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, isOver, type Workload, workloadsOf } from "../workloads.ts";

/** A container that ended when it should not, or could not be started, and the pod that shows it. */
export interface Crash {
  readonly snapshot: Snapshot;
  readonly workload: Workload;
  readonly container: Container;
  readonly pod: KubeObject;
  readonly state: ContainerState;
}

/** The first of each container's crashes in a namespace. */
export function crashesOf(snapshot: Snapshot, namespace: string): readonly Crash[] {
  return workloadsOf(snapshot, namespace).flatMap((workload) =>
    containersOf(workload).flatMap((container) => {
      const shown = firstCrash(workload, container);
      return shown === undefined ? [] : [{ snapshot, workload, container, ...shown }];
    }),
  );
}

/** A pod in which the container failed and is not well again: old restarts of one that runs are history. */
function firstCrash(workload: Workload, container: Container): { pod: KubeObject; state: ContainerState } | undefined {
  const pods = workload.object.kind === "Deployment" ? workload.current : workload.pods;
  for (const pod of pods) {
    const state = statesOf(pod).find(({ name }) => name === container.name);
    if (state === undefined || (state.running && state.ready)) continue;
    const refused = state.waiting !== undefined && /^(RunContainerError|CreateContainerError|StartError)$/.test(state.waiting.reason);
    const looping = state.waiting?.reason === "CrashLoopBackOff" || (state.restarts > 0 && !state.ready);
    const failed = state.ended !== undefined && state.ended.exitCode !== 0 && (looping || isOver(pod) || container.init);
    if (refused || looping || failed) return { pod, state };
  }
  return undefined;
}

/** No line of a log that says why a program ended is longer, in characters; what is behind that is not read. */
const longestLine = 2000;

/** The last lines of the run that failed, oldest first. */
export function lastLines({ snapshot, pod, state }: Crash, most = 60): readonly string[] {
  return (lastRunLog(snapshot, pod, state) ?? []).slice(-most).map((line) => line.slice(0, longestLine));
}

/** What the runtime says of a container that it could not start, the last end before what it waits for. */
export function runtimeWords({ state }: Crash): readonly string[] {
  return [state.ended?.message ?? "", state.waiting?.message ?? ""].map((text) => text.slice(0, longestLine));
}

export function logLine({ pod, state }: Pick<Crash, "pod" | "state">, line: string): Evidence {
  return { object: refOf(pod), from: state.restarts > 0 ? "log of the run before" : "log", text: quote(line, 240) };
}
