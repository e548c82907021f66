import { lastRunLog, statesOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { flagAt, type KubeObject, numberAt, refOf, textAt, textsAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { isOver, isReady, labelsOf, selects, type Workload, workloadsOf } from "../workloads.ts";

/** Stateful sets that stop at a pod, which keeps those behind it from being made: it may wait for a name that only ready pods are given. */
export const findStatefulSets: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace)
    .filter(({ object }) => object.kind === "StatefulSet")
    .flatMap((workload) => {
      const pods = workload.pods.filter((pod) => !isOver(pod)).sort((a, b) => ordinalOf(a) - ordinalOf(b));
      const stuck = pods.find((pod) => !isReady(pod));
      const unnamed = serviceMissing(snapshot, workload, stuck !== undefined || pods.length === 0);
      return stuck === undefined
        ? unnamed
        : [...unnamed, ...namesWithheld(snapshot, workload, stuck), ...stops(workload, stuck, pods.length)];
    });

/** The service that gives its pods their names is not there. Sets run without one; it is told where pods wait, or where another was likely meant. */
function serviceMissing(snapshot: Snapshot, { object: set, template }: Workload, waits: boolean): Finding[] {
  const name = textAt(set.json, "spec", "serviceName") ?? "";
  if (name === "" || !snapshot.covers("Service") || snapshot.find("Service", set.namespace, name) !== undefined) return [];
  const own = snapshot
    .of("Service", set.namespace)
    .filter(({ json }) => textAt(json, "spec", "clusterIP") === "None" && selects(textsAt(json, "spec", "selector"), labelsOf(template)));
  const candidates = own.map((service) => ({ value: service.name, why: "a headless service of its pods" }));
  if (!waits && candidates.length === 0) return [];
  return [
    {
      fault: "set-service",
      severity: waits ? "cause" : "fault",
      object: refOf(set),
      field: ["spec", "serviceName"],
      value: name,
      says: `StatefulSet ${set.name} takes the names of its pods from Service ${quote(name, 80)}, which is not there`,
      evidence: [],
      candidates,
    },
  ];
}

/** The set's own service gives names to ready pods alone, and a pod that is not ready says that it does not find one of them. */
function namesWithheld(snapshot: Snapshot, { object: set }: Workload, pod: KubeObject): Finding[] {
  const service = snapshot.find("Service", set.namespace, textAt(set.json, "spec", "serviceName") ?? "");
  if (service === undefined || textAt(service.json, "spec", "clusterIP") !== "None") return [];
  if (flagAt(service.json, "spec", "publishNotReadyAddresses") === true) return [];
  const member = new RegExp(String.raw`\b${literal(set.name)}-\d+\.${literal(service.name)}\b`);
  const missing = /ENOTFOUND|EAI_AGAIN|NXDOMAIN|no such host|not resolve|name or service not known/i;
  const line = statesOf(pod)
    .flatMap((state) => lastRunLog(snapshot, pod, state) ?? [])
    .findLast((one) => member.test(one) && missing.test(one));
  if (line === undefined) return [];
  return [
    {
      fault: "names-withheld",
      severity: "cause",
      object: refOf(service),
      field: ["spec", "publishNotReadyAddresses"],
      value: "false",
      says: `Service ${service.name} gives names to ready pods alone, and pod ${pod.name} waits for ${quote(member.exec(line)?.[0] ?? "", 100)} before it is ready`,
      evidence: [{ object: refOf(pod), from: "log", text: quote(line, 240) }],
      candidates: [{ value: "true", why: "pods have their names before they are ready" }],
    },
  ];
}

function stops({ object: set }: Workload, pod: KubeObject, there: number): Finding[] {
  const wanted = numberAt(set.json, "spec", "replicas") ?? 1;
  if (there >= wanted || textAt(set.json, "spec", "podManagementPolicy") === "Parallel") return [];
  return [
    {
      fault: "set-stops",
      severity: "symptom",
      object: refOf(set),
      field: ["status", "readyReplicas"],
      says: `StatefulSet ${set.name} waits for pod ${pod.name} and has not made the other ${wanted - there} of its ${wanted} pods`,
      evidence: [],
      candidates: [],
    },
  ];
}

function ordinalOf(pod: KubeObject): number {
  return Number(/-(\d+)$/.exec(pod.name)?.[1] ?? 0);
}

function literal(name: string): string {
  return name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
