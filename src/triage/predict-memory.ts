import { lastRunLog, statesOf } from "./container-state.ts";
import type { Finding } from "./finding.ts";
import { textAt } from "./kube-object.ts";
import type { Place } from "./predict.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, type Workload, earlierContainers } from "./workloads.ts";

/** Where nothing tells what is needed: half as much again as was not enough. */
export const untoldGrowth = 1.5;

/** More than before, and more than the program says that it needs. */
export function memoryStays(
  { workload, container }: Place,
  before: Snapshot,
  finding: Finding,
  value: string | undefined,
): string | undefined {
  const [old, limit] = [quantity(finding.value), quantity(value)];
  if (value === undefined) return undefined;
  if (limit === undefined) return `${quote(value, 40)} is no quantity`;
  if (old !== undefined && limit <= old) return `the limit is ${value}, not more than the ${finding.value ?? ""} that were not enough`;
  const need = neededMemory(workload, container, before);
  if (need !== undefined && limit < need * 1.1)
    return `the limit is ${value}, and the program's log speaks of ${Math.round(need / 2 ** 20)} MiB`;
  if (need === undefined && old !== undefined && limit < old * untoldGrowth && !hadLimit(workload, container, before, limit))
    return `nothing shows that ${value} is enough where ${finding.value ?? ""} was not`;
  return undefined;
}

/** Has a revision before had this limit, in bytes? */
function hadLimit(workload: Workload, { name }: Container, snapshot: Snapshot, limit: number): boolean {
  return earlierContainers(snapshot, workload, name).some(({ json }) => quantity(textAt(json, "resources", "limits", "memory")) === limit);
}

/** The largest amount of memory that the container's last lines name, in bytes. */
export function neededMemory(workload: Workload, container: Container, snapshot: Snapshot): number | undefined {
  const amounts = workload.pods.flatMap((pod) => {
    const state = statesOf(pod).find(({ name }) => name === container.name);
    const lines = state === undefined ? [] : (lastRunLog(snapshot, pod, state) ?? []).slice(-40);
    return lines.flatMap((line) =>
      [...line.matchAll(/\b(\d+(?:\.\d+)?) ?(Ki|Mi|Gi|K|M|G)i?B\b/g)].map(
        (match) => Number(match[1]) * 1024 ** (["K", "M", "G"].indexOf((match[2] ?? "K").charAt(0)) + 1),
      ),
    );
  });
  // A node has less than a tebibyte; a larger number is about something else.
  const likely = amounts.filter((amount) => amount < 2 ** 40);
  return likely.length === 0 ? undefined : Math.max(...likely);
}
