import type { JsonValue } from "../messages/conversation.ts";
import { type KubeObject, listAt, numberAt, textAt } from "./kube-object.ts";
import { perNamespace } from "./per-namespace.ts";
import type { Snapshot } from "./snapshot.ts";

/** What the kubelet says of one container of a pod. */
export interface ContainerState {
  readonly name: string;
  readonly restarts: number;
  readonly ready: boolean;
  readonly running: boolean;
  /** Why it does not run now: `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError`, … */
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  /** How it ended last, now or before its present run. */
  readonly ended:
    | {
        readonly reason: string;
        readonly exitCode: number;
        readonly message: string;
        readonly ranSeconds: number | undefined;
        readonly at: number | undefined;
      }
    | undefined;
}

export function statesOf(pod: KubeObject): readonly ContainerState[] {
  return ["initContainerStatuses", "containerStatuses"].flatMap((list) => listAt(pod.json, "status", list).flatMap(stateOf));
}

function stateOf(status: JsonValue): ContainerState[] {
  const name = textAt(status, "name");
  if (name === undefined) return [];
  const reason = textAt(status, "state", "waiting", "reason");
  const where = numberAt(status, "state", "terminated", "exitCode") === undefined ? "lastState" : "state";
  const exitCode = numberAt(status, where, "terminated", "exitCode");
  const time = (member: string): number | undefined => instant(textAt(status, where, "terminated", member));
  const [from, to] = [time("startedAt"), time("finishedAt")];
  return [
    {
      name,
      restarts: numberAt(status, "restartCount") ?? 0,
      ready: status !== null && typeof status === "object" && "ready" in status && status["ready"] === true,
      running: textAt(status, "state", "running", "startedAt") !== undefined,
      waiting: reason === undefined ? undefined : { reason, message: textAt(status, "state", "waiting", "message") ?? "" },
      ended:
        exitCode === undefined
          ? undefined
          : {
              reason: textAt(status, where, "terminated", "reason") ?? "",
              exitCode,
              message: textAt(status, where, "terminated", "message") ?? "",
              ranSeconds: from === undefined || to === undefined ? undefined : (to - from) / 1000,
              at: to,
            },
    },
  ];
}

/** An RFC 3339 time in milliseconds since the epoch. */
export function instant(text: string | undefined): number | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

export interface PodEvent {
  readonly reason: string;
  readonly message: string;
  readonly warning: boolean;
  readonly count: number;
  /** Milliseconds since the epoch, of the last one. */
  readonly at: number;
}

/** Events about an object, the newest first. */
export function eventsOf(snapshot: Snapshot, object: KubeObject): readonly PodEvent[] {
  const uid = textAt(object.json, "metadata", "uid");
  return (eventsByObject(snapshot, object.namespace ?? "default").get(`${object.kind}/${object.name}`) ?? [])
    .filter(({ json }) => sameUid(textAt(json, "involvedObject", "uid"), uid))
    .map(({ json }) => ({
      reason: textAt(json, "reason") ?? "",
      message: textAt(json, "message") ?? textAt(json, "note") ?? "",
      warning: textAt(json, "type") === "Warning",
      count: numberAt(json, "count") ?? numberAt(json, "series", "count") ?? 1,
      at: instant(textAt(json, "lastTimestamp") ?? textAt(json, "eventTime") ?? textAt(json, "metadata", "creationTimestamp")) ?? 0,
    }))
    .sort((a, b) => b.at - a.at);
}

/** Events by `Kind/name` of what they are about. */
const eventsByObject = perNamespace((snapshot, namespace): ReadonlyMap<string, readonly KubeObject[]> => {
  const found = new Map<string, KubeObject[]>();
  for (const event of snapshot.of("Event", namespace)) {
    const key = `${textAt(event.json, "involvedObject", "kind") ?? ""}/${textAt(event.json, "involvedObject", "name") ?? ""}`;
    const list = found.get(key);
    if (list === undefined) found.set(key, [event]);
    else list.push(event);
  }
  return found;
});

function sameUid(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** The line of a container's last run that most likely says why it ended: the last that names an error, else the last one. */
export function tellingLine(lines: readonly string[] | undefined): string | undefined {
  const last = (lines ?? []).slice(-200).filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
  return (
    last.findLast((line) =>
      /\b(error|fatal|panic|exception|cannot|can't|could not|failed|failure|refused|denied|forbidden|not found|no such|missing|required|invalid|unknown|undefined|expired|ENOTFOUND|ECONNREFUSED|EACCES|ENOENT|EADDRINUSE)\b/i.test(
        line,
      ),
    ) ?? last.at(-1)
  );
}

/** The log that tells how the container ended: of the run before where it has been started again. */
export function lastRunLog(snapshot: Snapshot, pod: KubeObject, state: ContainerState): readonly string[] | undefined {
  const at = { namespace: pod.namespace ?? "", pod: pod.name, container: state.name };
  if (state.restarts === 0) return snapshot.log({ ...at, previous: false });
  return snapshot.log({ ...at, previous: true }) ?? snapshot.log({ ...at, previous: false });
}
