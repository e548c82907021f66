import { type ContainerState, eventsOf, instant, lastRunLog, statesOf } from "../container-state.ts";
import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { isObject, type KubeObject, listAt, numberAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { explainAnswer } from "./probe-answers.ts";
import { toldStart } from "../start-time.ts";
import { type Container, containersOf, isReady, type Workload, workloadsOf, earlierContainers } from "../workloads.ts";

const probes = [
  { member: "startupProbe", word: "Startup" },
  { member: "livenessProbe", word: "Liveness" },
  { member: "readinessProbe", word: "Readiness" },
] as const;
type Probe = (typeof probes)[number];

/** Probes that ask at a port that nobody opens, for a path that the program does not have, or sooner than it can answer. */
export const findProbes: Analyzer = (snapshot, namespace) => {
  const findings: Finding[] = [];
  for (const workload of workloadsOf(snapshot, namespace))
    for (const container of containersOf(workload))
      for (const probe of probes) {
        if (!isObject(container.json[probe.member])) continue;
        const unnamed = unnamedPort(workload, container, probe);
        const failing = unnamed === undefined ? failingProbe(snapshot, workload, container, probe) : unnamed;
        if (failing !== undefined) findings.push(failing);
      }
  return findings;
};

/** A port by a name that no port of the container has: the kubelet cannot even ask. */
function unnamedPort(workload: Workload, container: Container, { member, word }: Probe): Finding | undefined {
  for (const way of ["httpGet", "tcpSocket", "grpc"]) {
    const port = textAt(container.json, member, way, "port");
    if (port === undefined || /^\d+$/.test(port)) continue;
    const ports = listAt(container.json, "ports");
    if (ports.some((one) => textAt(one, "name") === port)) continue;
    return {
      fault: "probe-port",
      severity: "cause",
      object: refOf(workload.object),
      field: [...container.field, member, way, "port"],
      value: port,
      says: `the ${word.toLowerCase()} probe of container ${container.name} asks at port ${quote(port, 40)}, and the container names no such port`,
      evidence: [{ object: refOf(workload.object), from: "ports", text: quote(portsText(container)) }],
      candidates: ports.flatMap((one) => {
        const name = textAt(one, "name");
        return name === undefined ? [] : [{ value: name, why: "a port that the container names" }];
      }),
    };
  }
  return undefined;
}

function failingProbe(snapshot: Snapshot, workload: Workload, container: Container, probe: Probe): Finding | undefined {
  const { member, word } = probe;
  for (const pod of workload.current) {
    const state = statesOf(pod).find(({ name }) => name === container.name);
    if (state === undefined || (state.ready && state.running) || isStarting(snapshot, workload, pod, state)) continue;
    const said = eventsOf(snapshot, pod).find(({ reason, message }) => reason === "Unhealthy" && message.startsWith(`${word} probe`));
    // A failing readiness probe of a container that is being killed by its liveness probe is not the cause.
    if (said === undefined) continue;
    const status = Number(/statuscode: (\d+)/.exec(said.message)?.[1] ?? 0);
    const refused = /connection refused/i.test(said.message);
    const slow = member !== "readinessProbe" && state.restarts > 0;
    const at = {
      object: refOf(workload.object),
      evidence: [{ object: refOf(pod), from: "event", text: quote(`${said.message} (${said.count} times)`, 240) }],
    };
    const answer = explainAnswer(said.message, container, member, word.toLowerCase(), pod, lastRunLog(snapshot, pod, state) ?? []);
    if (answer !== undefined) {
      const { shown, ...found } = answer;
      return { ...at, ...found, evidence: shown === undefined ? at.evidence : [shown, ...at.evidence] };
    }
    const path = textAt(container.json, member, "httpGet", "path");
    if (status >= 400 && status < 500 && path !== undefined) {
      const candidates = knownPaths(snapshot, workload, container, pod, member, path);
      return {
        ...at,
        fault: "probe-path",
        severity: "cause",
        field: [...container.field, member, "httpGet", "path"],
        value: path,
        says: `the ${word.toLowerCase()} probe of container ${container.name} asks for ${quote(path, 80)}, and the program answers ${status}`,
        candidates,
      };
    }
    const asked = probePort(container, member);
    const opened = openedPorts(snapshot, container, pod);
    if (refused && asked !== undefined && opened.length > 0 && !opened.some(({ port }) => port === asked.port)) {
      return {
        ...at,
        fault: "probe-port",
        severity: "cause",
        field: [...container.field, member, asked.way, "port"],
        value: String(asked.written),
        says: `the ${word.toLowerCase()} probe of container ${container.name} asks at port ${asked.port}, where nothing listens`,
        candidates: opened.map(({ port, why }) => ({ value: String(port), why })),
      };
    }
    if (slow) {
      const ran = state.ended?.ranSeconds;
      const delay = numberAt(container.json, member, "initialDelaySeconds") ?? 0;
      const told = toldStart(snapshot, pod, state);
      const line = told && { object: refOf(pod), from: "log", text: quote(told.line, 240) };
      return {
        ...at,
        evidence: line === undefined ? at.evidence : [line, ...at.evidence],
        fault: "probe-too-soon",
        severity: "cause",
        field: [...container.field, member, "initialDelaySeconds"],
        value: String(delay),
        says: `the ${word.toLowerCase()} probe ends container ${container.name}${ran === undefined ? "" : ` ${Math.round(ran)} s after its start`}, before it answers`,
        // A third more than it says, in tens of seconds: other machines are slower.
        candidates:
          told === undefined
            ? []
            : [{ value: String(Math.ceil((told.seconds * 4) / 30) * 10), why: `its log says that it needs ${Math.round(told.seconds)} s` }],
      };
    }
    return {
      ...at,
      fault: "probe-fails",
      severity: "fault",
      field: [...container.field, member],
      says: `the ${word.toLowerCase()} probe of container ${container.name} fails: ${quote(said.message)}`,
      candidates: [],
    };
  }
  return undefined;
}

/** Seconds that a program gets to come up where its like did: readiness probes fail until then, in every rollout. */
const startSeconds = 60;

/** In its first run, a short one, while another pod of the same template is ready. */
function isStarting(snapshot: Snapshot, workload: Workload, pod: KubeObject, { name, running, restarts }: ContainerState): boolean {
  if (!running || restarts > 0 || !workload.current.some(isReady)) return false;
  const status = listAt(pod.json, "status", "containerStatuses").find((one) => textAt(one, "name") === name);
  const since = instant(textAt(status, "state", "running", "startedAt"));
  return since !== undefined && snapshot.now - since < startSeconds * 1000;
}

/** Paths that the program has, by its own log; else those that its other probes ask for, and this one in the revision before. */
function knownPaths(
  snapshot: Snapshot,
  workload: Workload,
  container: Container,
  pod: KubeObject,
  member: Probe["member"],
  path: string,
): readonly Candidate[] {
  const lines = snapshot.log({ namespace: pod.namespace ?? "", pod: pod.name, container: container.name, previous: false }) ?? [];
  const told = toldPaths(lines, member).filter((one) => one !== path);
  if (told.length > 0) return told.map((value) => ({ value, why: "its log names it" }));
  const found = new Map<string, string>();
  for (const other of probes) {
    const asked = textAt(container.json, other.member, "httpGet", "path");
    if (asked !== undefined && asked !== path) found.set(asked, `its ${other.word.toLowerCase()} probe asks for it`);
  }
  for (const { json } of earlierContainers(snapshot, workload, container.name)) {
    const before = textAt(json, member, "httpGet", "path");
    if (before !== undefined && before !== path) found.set(before, "the revision before asked for it");
  }
  return [...found].map(([value, why]) => ({ value, why }));
}

/**
 * Paths in a log by which a program tells of its health, the most telling first. What says only that it lives does not say that it is
 * ready, and the other way round; a line that ends badly (`GET /healthz 404`) names no path that is there.
 */
function toldPaths(lines: readonly string[], member: Probe["member"]): readonly string[] {
  const [own, other] = member === "livenessProbe" ? [/live|alive|ping/i, /ready|readiness/i] : [/ready|readiness/i, /live|alive|ping/i];
  const paths = lines
    .slice(0, 200)
    .filter((line) => !/\b[45]\d\d\b/.test(line))
    .flatMap((line) => line.match(/(?<![\w/:.])\/[\w~-][\w./~-]*/g) ?? [])
    .filter((path) => /health|ready|readiness|live|alive|ping|status/i.test(path) && !other.test(path));
  return [...new Set(paths)].sort((a, b) => Number(own.test(b)) - Number(own.test(a))).slice(0, 4);
}

function probePort(container: Container, member: Probe["member"]): { way: string; written: string | number; port: number } | undefined {
  for (const way of ["httpGet", "tcpSocket", "grpc"]) {
    const written = valueAt(container.json, member, way, "port");
    if (typeof written !== "string" && typeof written !== "number") continue;
    const port =
      typeof written === "number"
        ? written
        : numberAt(
            listAt(container.json, "ports").find((one) => textAt(one, "name") === written),
            "containerPort",
          );
    if (port !== undefined) return { way, written, port };
  }
  return undefined;
}

/** Ports at which something listens, by the program's own log, else by what the container declares. */
function openedPorts(snapshot: Snapshot, container: Container, pod: KubeObject): readonly { port: number; why: string }[] {
  const lines = snapshot.log({ namespace: pod.namespace ?? "", pod: pod.name, container: container.name, previous: false }) ?? [];
  const told = lines
    .slice(0, 200)
    .flatMap((line) => [/\b(?:listen(?:ing|s)?|started|serving|ready|bound)\b.*?(?:port |:)(\d{2,5})\b/i.exec(line)?.[1]])
    .flatMap((port) => (port === undefined ? [] : [Number(port)]));
  if (told.length > 0) return [...new Set(told)].map((port) => ({ port, why: "its log says that it listens there" }));
  return listAt(container.json, "ports").flatMap((one) => {
    const port = numberAt(one, "containerPort");
    return port === undefined ? [] : [{ port, why: "a port that the container declares" }];
  });
}

function portsText(container: Container): string {
  const ports = listAt(container.json, "ports").map((one) =>
    `${textAt(one, "name") ?? "(no name)"} ${numberAt(one, "containerPort") ?? ""}`.trim(),
  );
  return ports.length === 0 ? "none" : ports.join(", ");
}
