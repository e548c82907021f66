import { cutLog, type LogPlan, planLogs } from "../../incident/capture/plan-logs.ts";
import type { LeftOut } from "../../incident/capture/plan-lists.ts";
import type { RecordedObject } from "../../incident/cluster/recorded-object.ts";
import { type ClusterAccess, runKubectl } from "./live-snapshot.ts";

export interface LogBounds {
  /** Bytes that are kept of one log, its newest. */
  readonly each: number;
  /** Bytes that are kept of all. */
  readonly total: number;
}

export interface ReadLogs {
  /** Lines with their time stamps, by `NAMESPACE/POD/CONTAINER[-previous]`. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
  readonly leftOut: readonly LeftOut[];
  readonly cut: readonly LeftOut[];
}

const mostLines = 5000;
/** Read at most, so that one line of a gigabyte fills no memory. */
const mostBytes = 8 * 2 ** 20;
/** Failures after which a node's kubelet is not asked again: each may take half a minute. */
const patience = 2;

/** Reads the logs of pods, those of pods that are not well first, until the room is used. A kubelet that does not answer costs its logs only. */
export async function readLogs(
  access: ClusterAccess,
  pods: readonly RecordedObject[],
  bounds: LogBounds,
  told: (line: string) => void,
): Promise<ReadLogs> {
  const logs = new Map<string, readonly string[]>();
  const leftOut: LeftOut[] = [];
  const cut: LeftOut[] = [];
  const failures = new Map<string, number>();
  let room = bounds.total;
  for (const plan of planLogs(pods)) {
    const name = nameOf(plan);
    const what = `log ${name}`;
    if (room <= 0) {
      leftOut.push({ what, why: `the room for logs (${bounds.total} bytes) was used` });
      continue;
    }
    if ((failures.get(plan.node) ?? 0) >= patience) {
      leftOut.push({ what, why: `node ${plan.node} did not answer for other logs` });
      continue;
    }
    const { code, stdout, stderr } = await runKubectl(access, argumentsOf(plan));
    if (code !== 0) {
      const why = stderr.trim().split("\n").at(-1)?.slice(0, 300) ?? "";
      // That there is no such log is an answer; all else is a node that cannot be asked.
      if (!/\(BadRequest\)|not found|\(Forbidden\)/.test(why)) failures.set(plan.node, (failures.get(plan.node) ?? 0) + 1);
      leftOut.push({ what, why });
      continue;
    }
    const { lines, dropped, foreign } = cutLog(stdout, Math.min(bounds.each, room));
    if (dropped > 0) cut.push({ what, why: `its newest ${lines.length} lines are taken, ${dropped} before them are not` });
    if (foreign > 0) cut.push({ what, why: `${foreign} lines that are no lines of a log are not taken` });
    if (lines.length === 0 && foreign > 0) continue;
    room -= lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    logs.set(name, lines);
  }
  told(`logs: ${logs.size}`);
  return { logs, leftOut, cut };
}

function argumentsOf({ namespace, pod, container, previous }: LogPlan): string[] {
  const bounds = [`--tail=${mostLines}`, `--limit-bytes=${mostBytes}`];
  const which = ["--namespace", namespace, "--container", container, ...(previous ? ["--previous"] : [])];
  return ["logs", pod, ...which, "--timestamps", ...bounds];
}

function nameOf({ namespace, pod, container, previous }: LogPlan): string {
  return `${namespace}/${pod}/${container}${previous ? "-previous" : ""}`;
}
