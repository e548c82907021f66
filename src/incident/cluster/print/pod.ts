import { parseInstant } from "../rebase.ts";
import { listAt, numberAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";
import { age, isBeingDeleted, isSet, isTrue, since } from "./cells.ts";
import { text, wide, type Printer } from "./printer.ts";

export const podPrinter: Printer = {
  columns: [
    text("Name"),
    text("Ready"),
    text("Status"),
    text("Restarts"),
    text("Age"),
    wide(text("IP")),
    wide(text("Node")),
    wide(text("Nominated Node")),
    wide(text("Readiness Gates")),
  ],
  cells(pod, now) {
    const { ready, total, reason, restarts, lastRestart } = summarizePod(pod);
    const restartsCell = restarts !== 0 && lastRestart !== "" ? `${restarts} (${since(lastRestart, now)} ago)` : String(restarts);
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      restartsCell,
      age(pod, now),
      textAt(listAt(pod, "status", "podIPs")[0], "ip") || textAt(pod, "status", "podIP") || "<none>",
      textAt(pod, "spec", "nodeName") || "<none>",
      textAt(pod, "status", "nominatedNodeName") || "<none>",
      readinessGates(pod),
    ];
  },
};

/** What a pod's row says. `lastRestart` is the instant at which a container that was restarted had ended, or empty. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  readonly lastRestart: string;
}

/**
 * Folds the states of a pod's containers into one word, as Kubernetes' printer does: while a pod initializes, the first init container
 * that is not through speaks for it; afterwards the first container (in the order of the spec) that waits or has ended does.
 */
export function summarizePod(pod: RecordedObject): PodSummary {
  const conditions = listAt(pod, "status", "conditions");
  const init = summarizeInit(pod);
  let ready = init.ready;
  let reason = textAt(pod, "status", "reason") || textAt(pod, "status", "phase");
  if (conditions.some((it) => textAt(it, "type") === "PodScheduled" && textAt(it, "reason") === "SchedulingGated"))
    reason = "SchedulingGated";
  let { restarts, lastRestart } = init.all;
  if (init.reason !== undefined) reason = init.reason;

  if (init.reason === undefined || isTrue(conditions, "Initialized")) {
    ({ restarts, lastRestart } = init.sidecars);
    let running = false;
    for (const status of listAt(pod, "status", "containerStatuses").toReversed()) {
      restarts += numberAt(status, "restartCount");
      lastRestart = later(lastRestart, textAt(status, "lastState", "terminated", "finishedAt"));
      const waiting = textAt(status, "state", "waiting", "reason");
      if (waiting !== "") reason = waiting;
      else if (isSet(status, "state", "terminated")) reason = terminatedReason(status);
      else if (valueAt(status, "ready") === true && isSet(status, "state", "running")) {
        running = true;
        ready += 1;
      }
    }
    if (reason === "Completed" && running) reason = isTrue(conditions, "Ready") ? "Running" : "NotReady";
  }

  if (isBeingDeleted(pod)) {
    const phase = textAt(pod, "status", "phase");
    if (textAt(pod, "status", "reason") === "NodeLost") reason = "Unknown";
    else if (phase !== "Succeeded" && phase !== "Failed") reason = "Terminating";
  }
  const sidecars = listAt(pod, "spec", "initContainers").filter(isSidecar).length;
  return { ready, total: listAt(pod, "spec", "containers").length + sidecars, reason, restarts, lastRestart };
}

interface Restarts {
  readonly restarts: number;
  readonly lastRestart: string;
}

interface InitSummary {
  /** `Init:…` while the pod initializes. */
  readonly reason: string | undefined;
  /** Sidecars that are ready. */
  readonly ready: number;
  readonly all: Restarts;
  readonly sidecars: Restarts;
}

function summarizeInit(pod: RecordedObject): InitSummary {
  const specs = listAt(pod, "spec", "initContainers");
  let all: Restarts = { restarts: 0, lastRestart: "" };
  let sidecars: Restarts = all;
  let ready = 0;
  for (const [index, status] of listAt(pod, "status", "initContainerStatuses").entries()) {
    const sidecar = specs.some((spec) => textAt(spec, "name") === textAt(status, "name") && isSidecar(spec));
    all = addRestarts(all, status);
    if (sidecar) sidecars = addRestarts(sidecars, status);
    const ended = isSet(status, "state", "terminated");
    if (ended && numberAt(status, "state", "terminated", "exitCode") === 0) continue;
    if (sidecar && valueAt(status, "started") === true) {
      if (valueAt(status, "ready") === true) ready += 1;
      continue;
    }
    const waiting = textAt(status, "state", "waiting", "reason");
    const reason = ended
      ? `Init:${terminatedReason(status)}`
      : waiting !== "" && waiting !== "PodInitializing"
        ? `Init:${waiting}`
        : `Init:${index}/${specs.length}`;
    return { reason, ready, all, sidecars };
  }
  return { reason: undefined, ready, all, sidecars };
}

function isSidecar(spec: unknown): boolean {
  return textAt(spec, "restartPolicy") === "Always";
}

function addRestarts(sum: Restarts, status: unknown): Restarts {
  return {
    restarts: sum.restarts + numberAt(status, "restartCount"),
    lastRestart: later(sum.lastRestart, textAt(status, "lastState", "terminated", "finishedAt")),
  };
}

function later(a: string, b: string): string {
  return (parseInstant(b) ?? 0) > (parseInstant(a) ?? 0) ? b : a;
}

function terminatedReason(status: unknown): string {
  const reason = textAt(status, "state", "terminated", "reason");
  if (reason !== "") return reason;
  const signal = numberAt(status, "state", "terminated", "signal");
  return signal === 0 ? `ExitCode:${numberAt(status, "state", "terminated", "exitCode")}` : `Signal:${signal}`;
}

function readinessGates(pod: RecordedObject): string {
  const gates = listAt(pod, "spec", "readinessGates");
  if (gates.length === 0) return "<none>";
  const conditions = listAt(pod, "status", "conditions");
  return `${gates.filter((gate) => isTrue(conditions, textAt(gate, "conditionType"))).length}/${gates.length}`;
}
