import { containerNames } from "./load-logs.ts";
import { instantOf, integerOf, isYes } from "./query.ts";
import { rebaseInstant, rebaseLogText } from "./rebase.ts";
import { logKey, type LogLine, type RecordedCluster } from "./recorded-cluster.ts";
import { listAt, textAt, type RecordedObject } from "./recorded-object.ts";
import { isSet } from "./print/cells.ts";
import { badRequest, type Status } from "./status.ts";

export interface LogRequest {
  readonly cluster: Pick<RecordedCluster, "logs">;
  readonly pod: RecordedObject;
  readonly query: URLSearchParams;
  /** Milliseconds by which the recording is moved. */
  readonly offset: number;
  /** Milliseconds since the epoch, from which `sinceSeconds` counts. */
  readonly now: number;
}

/**
 * What `GET …/pods/NAME/log` answers: the log's text, or the refusal in the words of the API server or the kubelet. `follow` ends at the end
 * of the recording.
 *
 * @throws {CloisterError} `bad-request` for numbers and instants that cannot be read
 */
export function readLog({ cluster, pod, query, offset, now }: LogRequest): string | Status {
  const { name, namespace = "" } = pod.metadata;
  const container = chooseContainer(pod, query.get("container") ?? "");
  if (typeof container !== "string") return container;
  const previous = isYes(query, "previous");
  const window = logWindow(query, now);
  if (window === undefined) return badRequest("at most one of `sinceTime` or `sinceSeconds` may be specified");
  const recorded = cluster.logs.get(logKey(namespace, name, container, previous));
  const lines = recorded ?? (previous ? undefined : lastLines(cluster, pod, container));
  if (lines !== undefined) return cutLines(lines, window, offset);
  if (textAt(pod, "spec", "nodeName") === "") return "";
  return missingLog(pod, container, previous);
}

function chooseContainer(pod: RecordedObject, wanted: string): string | Status {
  const { name } = pod.metadata;
  const all = containerNames(pod);
  if (wanted !== "") return all.includes(wanted) ? wanted : badRequest(`container ${wanted} is not valid for pod ${name}`);
  const own = listAt(pod, "spec", "containers").map((container) => textAt(container, "name"));
  if (own.length === 1 && own[0] !== undefined) return own[0];
  const choice = own.length === 0 ? "" : `, choose one of: [${all.join(" ")}]`;
  return badRequest(`a container name must be specified for pod ${name}${choice}`);
}

/** While a container waits to be started again, its log is that of the run before: the kubelet answers it without being asked. */
function lastLines(cluster: Pick<RecordedCluster, "logs">, pod: RecordedObject, container: string): readonly LogLine[] | undefined {
  const status = statusOf(pod, container);
  if (isSet(status, "state", "running") || textAt(status, "state", "terminated", "containerID") !== "") return undefined;
  if (!isSet(status, "lastState", "terminated")) return undefined;
  return cluster.logs.get(logKey(pod.metadata.namespace ?? "", pod.metadata.name, container, true));
}

/** Why a container has no log, as the kubelet says it. */
function missingLog(pod: RecordedObject, container: string, previous: boolean): string | Status {
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  const status = statusOf(pod, container);
  if (status === undefined) return badRequest(`${where} is not available`);
  const lastId = textAt(status, "lastState", "terminated", "containerID");
  if (previous) return lastId === "" ? badRequest(`previous terminated ${where} not found`) : lost(lastId);
  if (isSet(status, "state", "running")) return "";
  const ended = isSet(status, "state", "terminated") || isSet(status, "lastState", "terminated");
  if (ended) {
    const id = textAt(status, "state", "terminated", "containerID") || lastId;
    return id === "" ? badRequest(`${where} is terminated`) : lost(id);
  }
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason === "ErrImagePull") return badRequest(`${where} is waiting to start: image can't be pulled`);
  if (reason === "ImagePullBackOff") return badRequest(`${where} is waiting to start: trying and failing to pull image`);
  return badRequest(reason === "" ? `${where} is waiting to start - no logs yet` : `${where} is waiting to start: ${reason}`);
}

/** The kubelet knows the container, but its log was not recorded: said as for a log that was rotated away. */
function lost(containerId: string): string {
  return `unable to retrieve container logs for ${containerId}`;
}

function statusOf(pod: RecordedObject, container: string): unknown {
  const statuses = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap((key) =>
    listAt(pod, "status", key),
  );
  return statuses.find((status) => textAt(status, "name") === container);
}

interface LogWindow {
  readonly timestamps: boolean;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
}

function logWindow(query: URLSearchParams, now: number): LogWindow | undefined {
  const sinceSeconds = integerOf(query, "sinceSeconds", 1);
  const sinceTime = instantOf(query, "sinceTime");
  if (sinceSeconds !== undefined && sinceTime !== undefined) return undefined;
  return {
    timestamps: isYes(query, "timestamps"),
    tailLines: integerOf(query, "tailLines", 0),
    limitBytes: integerOf(query, "limitBytes", 1),
    since: sinceSeconds === undefined ? sinceTime : now - sinceSeconds * 1_000,
  };
}

function cutLines(lines: readonly LogLine[], { timestamps, tailLines, limitBytes, since }: LogWindow, offset: number): string {
  const tail = tailLines === undefined ? lines : lines.slice(Math.max(0, lines.length - tailLines));
  const recent = since === undefined ? tail : tail.filter(({ at }) => at + offset >= since);
  const text = recent
    .map(({ at, stamp, text }) => `${timestamps ? `${rebaseInstant(stamp, offset)} ` : ""}${rebaseLogText(text, at, offset)}\n`)
    .join("");
  if (limitBytes === undefined || Buffer.byteLength(text) <= limitBytes) return text;
  return Buffer.from(text).subarray(0, limitBytes).toString("utf8");
}
