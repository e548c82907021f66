import type { Analyzer, Evidence, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, refOf } from "../kube-object.ts";
import { asBytes, quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import { fitsMemory, type SharedMemory, sharedMemoryOf, tellsFull } from "../shared-memory.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, type Workload, workloadsOf } from "../workloads.ts";
import { statesOf } from "../container-state.ts";
import { crashesOf, lastLines, logLine } from "./crash.ts";

/** Programs that find their shared memory full; whoever asks them may be the one that ends of it. */
export const findSharedMemory: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) =>
    containersOf(workload).flatMap((container): Finding[] => {
      const memory = sharedMemoryOf(workload, container);
      const told = memory === undefined ? undefined : fullIn(snapshot, workload, container);
      return memory === undefined || told === undefined ? [] : [full(snapshot, workload, container, memory, told)];
    }),
  );

interface Told {
  readonly pod: KubeObject;
  readonly line: string;
  readonly from: string;
}

/** So many last lines of a log are read, and so much of each. */
const [mostLines, longestLine] = [200, 2000];

function fullIn(snapshot: Snapshot, { current }: Workload, { name }: Container): Told | undefined {
  for (const pod of current)
    for (const previous of [false, true]) {
      if (previous && !statesOf(pod).some((state) => state.name === name && state.restarts > 0)) continue;
      const lines = snapshot.log({ namespace: pod.namespace ?? "", pod: pod.name, container: name, previous }) ?? [];
      const line = lines.slice(-mostLines).findLast((one) => tellsFull(one.slice(0, longestLine)));
      if (line !== undefined) return { pod, line: line.slice(0, longestLine), from: previous ? "log of the run before" : "log" };
    }
  return undefined;
}

function full(snapshot: Snapshot, workload: Workload, container: Container, memory: SharedMemory, { pod, line, from }: Told): Finding {
  const bytes = quantity(memory.size) ?? 0;
  const field: readonly FieldStep[] = [...workload.way, "spec", "volumes", { name: memory.volume }, "emptyDir", "sizeLimit"];
  return {
    fault: "shared-memory-full",
    severity: "cause",
    object: refOf(workload.object),
    field,
    value: memory.size,
    says: `container ${container.name} finds its shared memory full: volume ${quote(memory.volume, 60)} at /dev/shm may have ${quote(memory.size, 30)}`,
    evidence: [{ object: refOf(pod), from, text: quote(line, 240) }, ...clients(snapshot, workload, line)],
    candidates: [2, 4, 8]
      .filter((factor) => fitsMemory(container, bytes * factor))
      .map((factor) => ({ value: asBytes(bytes * factor), why: `${factor} times as much` })),
  };
}

/** Programs that ended of the very same segment: what the server told them. */
function clients(snapshot: Snapshot, { object }: Workload, line: string): readonly Evidence[] {
  const segment = /"(\/[\w.-]{6,100})"/.exec(line)?.[1];
  if (segment === undefined) return [];
  return crashesOf(snapshot, object.namespace ?? "").flatMap((crash) => {
    const same = lastLines(crash).findLast((one) => tellsFull(one) && one.includes(`"${segment}"`));
    return same === undefined || crash.workload.object === object ? [] : [logLine(crash, same)];
  });
}
