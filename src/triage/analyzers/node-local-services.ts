import type { Analyzer, Finding } from "../finding.ts";
import { type KubeObject, listAt, numberAt, refOf, textAt, textsAt } from "../kube-object.ts";
import { statesOf } from "../container-state.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { isReady, labelsOf, selects, type Workload, workloadsOf } from "../workloads.ts";
import { type Crash, crashesOf, lastLines, logLine } from "./crash.ts";

/** Services that answer only where a pod of theirs stands on the same node, asked from a node where none does. */
export const findServicesKeptToNode: Analyzer = (snapshot, namespace) => {
  const services = snapshot.of("Service", namespace).filter((service) => isKept(snapshot, service));
  if (services.length === 0) return [];
  return crashesOf(snapshot, namespace).flatMap((crash) => services.flatMap((service) => unanswered(crash, service) ?? []));
};

/** Kept to its node, with its pods where somebody has chosen: a daemon set is to have one on each node, and where one is missing that is the fault. */
function isKept(snapshot: Snapshot, { namespace, json }: KubeObject): boolean {
  if (textAt(json, "spec", "internalTrafficPolicy") !== "Local" || (textAt(json, "spec", "type") ?? "ClusterIP") === "ExternalName")
    return false;
  const chosen = workloadsOf(snapshot, namespace ?? "").filter(({ template }) =>
    selects(textsAt(json, "spec", "selector"), labelsOf(template)),
  );
  return chosen.length > 0 && chosen.every(({ object }) => object.kind !== "DaemonSet");
}

const failed = /timed? ?out|timeout|refused|unreachable|ETIMEDOUT|ECONNREFUSED|EHOSTUNREACH|no route to host/i;

function unanswered(crash: Crash, service: KubeObject): Finding | undefined {
  const { snapshot, workload, container, pod } = crash;
  const line = lastLines(crash).findLast((one) => failed.test(one) && asks(one, service));
  const node = nodeOf(pod);
  const nodes = readyNodes(snapshot, service);
  if (line === undefined || node === undefined || nodes.size === 0 || nodes.has(node) || failsBeside(workload, container.name, nodes))
    return undefined;
  return {
    fault: "service-kept-to-node",
    severity: "cause",
    object: refOf(service),
    field: ["spec", "internalTrafficPolicy"],
    value: "Local",
    says: `Service ${service.name} answers only on nodes where a ready pod of it stands (${quote([...nodes].sort().slice(0, 3).join(", "), 100)}); container ${container.name} asks it from ${quote(node, 60)}, where none does`,
    evidence: [logLine(crash, line), { object: refOf(pod), from: "spec.nodeName", text: quote(node, 60) }],
    candidates: [{ value: "Cluster", why: "it is answered from every node" }],
  };
}

/** Does a line name one of the service's ports at its address, or at one of its names? */
function asks(line: string, { name, namespace, json }: KubeObject): boolean {
  const address = textAt(json, "spec", "clusterIP") ?? "";
  const named = [name, ...["", ".svc", ".svc.cluster.local"].map((tail) => `${name}.${namespace ?? ""}${tail}`)];
  const hosts = /^[\da-f.:]+$/i.test(address) ? [address, `[${address}]`, ...named] : named;
  const ports = listAt(json, "spec", "ports").flatMap((one) => numberAt(one, "port") ?? []);
  return hosts.some((host) => ports.some((port) => hasAddress(line, `${host}:${port}`)));
}

function hasAddress(line: string, address: string): boolean {
  for (let at = line.indexOf(address); at >= 0; at = line.indexOf(address, at + 1))
    if (!/[\w.-]/.test(line.charAt(at - 1)) && !/\d/.test(line.charAt(at + address.length))) return true;
  return false;
}

function readyNodes(snapshot: Snapshot, { namespace, json }: KubeObject): ReadonlySet<string> {
  const selector = textsAt(json, "spec", "selector");
  const pods = snapshot.of("Pod", namespace).filter((pod) => selects(selector, labelsOf(pod.json)) && isReady(pod));
  return new Set(pods.flatMap((pod) => nodeOf(pod) ?? []));
}

/** Where the container fails on a node that has a pod of the service too, it is not the node that makes the difference. */
function failsBeside({ pods }: Workload, name: string, nodes: ReadonlySet<string>): boolean {
  return pods.some(
    (pod) =>
      nodes.has(nodeOf(pod) ?? "") && statesOf(pod).some((state) => state.name === name && !state.ready && state.ended !== undefined),
  );
}

function nodeOf({ json }: KubeObject): string | undefined {
  return textAt(json, "spec", "nodeName");
}
