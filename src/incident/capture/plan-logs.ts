import { containerNames } from "../cluster/load-logs.ts";
import { parseInstant } from "../cluster/rebase.ts";
import { listAt, numberAt, textAt, valueAt, type RecordedObject } from "../cluster/recorded-object.ts";

/** A log to ask the kubelet for. */
export interface LogPlan {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly node: string;
}

/**
 * Which logs there can be: of every container that has run, and of the run before where it was started again. Those of pods that are not
 * well come first, since the room is bounded. Pure.
 */
export function planLogs(pods: readonly RecordedObject[]): readonly LogPlan[] {
  return pods
    .map((pod) => ({ pod, rank: isWell(pod) ? 1 : 0 }))
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap(({ pod }) => logsOf(pod));
}

function logsOf(pod: RecordedObject): LogPlan[] {
  const node = textAt(pod, "spec", "nodeName");
  if (node === "") return [];
  const at = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name, node };
  return containerNames(pod).flatMap((container) => {
    const status = statusesOf(pod).find((one) => textAt(one, "name") === container);
    if (status === undefined) return [];
    const before = valueAt(status, "lastState", "terminated") !== undefined || numberAt(status, "restartCount") > 0;
    const ran = before || valueAt(status, "state", "waiting") === undefined;
    return [...(ran ? [{ ...at, container, previous: false }] : []), ...(before ? [{ ...at, container, previous: true }] : [])];
  });
}

function isWell(pod: RecordedObject): boolean {
  if (textAt(pod, "status", "phase") === "Succeeded") return true;
  const statuses = listAt(pod, "status", "containerStatuses");
  return statuses.length > 0 && statuses.every((status) => valueAt(status, "ready") === true && numberAt(status, "restartCount") === 0);
}

function statusesOf(pod: RecordedObject): readonly unknown[] {
  return ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"].flatMap((key) => listAt(pod, "status", key));
}

export interface CutLog {
  readonly lines: readonly string[];
  /** Lines at the beginning that there was no room for. */
  readonly dropped: number;
  /** Lines without the time stamp that a recorded line begins with: what the kubelet says about a log, not a line of it. */
  readonly foreign: number;
}

/** The newest lines of a log that fit into `most` bytes. */
export function cutLog(text: string, most: number): CutLog {
  const all = text.split("\n");
  if (all.at(-1) === "") all.pop();
  const lines = all.filter((line) => parseInstant(line.split(" ", 1)[0] ?? "") !== undefined);
  let room = most;
  let first = lines.length;
  while (first > 0) {
    room -= Buffer.byteLength(lines[first - 1] ?? "") + 1;
    if (room < 0) break;
    first--;
  }
  return { lines: lines.slice(first), dropped: first, foreign: all.length - lines.length };
}
