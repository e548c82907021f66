import { eventsOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { type KubeObject, listAt, numberAt, refOf, textAt, textsAt, valueAt } from "../kube-object.ts";
import { refusedClaim } from "./claim-quota.ts";
import { insecurePods } from "./pod-security.ts";
import { unsaidForQuota } from "./quota-needs.ts";
import { surgeOverQuota } from "./rollout-surge.ts";
import { isConfigured } from "./webhooks.ts";
import { nearMisses } from "../near.ts";
import { quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import {
  containersOf,
  isReady,
  labelsOf,
  matchesSelector,
  revisionsOf,
  topOwner,
  type Workload,
  workloadsOf,
  earlierContainers,
} from "../workloads.ts";

/** A longer text is data and no configuration of metrics. */
const longestText = 50_000;

/** What keeps pods from being made, scaled or moved: quotas, limit ranges, autoscalers, disruption budgets. */
export const findLimits: Analyzer = (snapshot, namespace) => [
  ...workloadsOf(snapshot, namespace).flatMap((workload) => refusedPods(snapshot, workload)),
  ...snapshot.of("HorizontalPodAutoscaler", namespace).flatMap((scaler) => scalerFindings(snapshot, scaler)),
  ...snapshot.of("PodDisruptionBudget", namespace).flatMap((budget) => budgetFindings(snapshot, budget)),
];

/** A class that the pods name and that is not there, as the API server says it. */
function isClassMissing(snapshot: Snapshot, said: string): boolean {
  const kind = /no PriorityClass with name \S+ was found/.test(said)
    ? "PriorityClass"
    : /pod rejected: RuntimeClass \S+ not found/.test(said)
      ? "RuntimeClass"
      : undefined;
  return kind !== undefined && snapshot.covers(kind);
}

/** Pods that the API server refuses to a controller, by its own words on the events. */
function refusedPods(snapshot: Snapshot, workload: Workload): Finding[] {
  const makers = workload.object.kind === "Deployment" ? revisionsOf(snapshot, workload.object).slice(0, 1) : [workload.object];
  for (const maker of makers) {
    if ((numberAt(maker.json, "spec", "replicas") ?? 1) <= (numberAt(maker.json, "status", "replicas") ?? 0)) continue;
    const said = eventsOf(snapshot, maker).find(({ reason }) => reason === "FailedCreate")?.message;
    if (said === undefined) continue;
    const evidence = [{ object: refOf(maker), from: "event", text: quote(said, 300) }];
    const claim = refusedClaim(snapshot, workload, said, evidence);
    if (claim !== undefined) return [claim];
    const hook = /failed calling webhook "([^"]+)"/.exec(said)?.[1];
    if (hook !== undefined && isConfigured(snapshot, hook)) return [hookRefuses(workload, hook, evidence)];
    const quota = /exceeded quota: ([\w.-]+), requested: ([^,]+(?:,[^,]+)*?), used: /.exec(said);
    const surge = quota === null ? undefined : surgeOverQuota(snapshot, workload, quota[1] ?? "", resourceOf(quota[2] ?? ""), evidence);
    if (surge !== undefined) return [surge];
    const unmet = unsaidForQuota(snapshot, workload, said, evidence) ?? insecurePods(workload, said, evidence);
    if (unmet !== undefined) return [...unmet];
    if (quota !== null) return [exceededQuota(snapshot, workload, quota[1] ?? "", quota[2] ?? "", evidence)];
    const needs = /failed quota: ([\w.-]+): must specify (.+?)(?: for|$)/.exec(said);
    const bound = /(maximum|minimum) (cpu|memory) usage per (?:Container|Pod) is ([\w.]+), but (limit|request) is ([\w.]+)/.exec(said);
    const account = /serviceaccount "([^"]+)" not found/.exec(said)?.[1];
    const first = containersOf(workload).find(({ init }) => !init);
    // What is missing has a finding of its own, at the place that names it.
    if (account !== undefined || isClassMissing(snapshot, said)) return [];
    return [
      {
        fault: needs !== null ? "quota-needs-requests" : bound !== null ? "limit-range" : "pods-refused",
        severity: "cause",
        object: refOf(workload.object),
        field:
          first === undefined
            ? []
            : bound !== null
              ? [...first.field, "resources", `${bound[4] ?? "limit"}s`, bound[2] ?? ""]
              : [...first.field, "resources"],
        value: bound?.[5],
        says: `pods of ${workload.object.name} are refused: ${quote(said.replace(/^Error creating: /, ""), 200)}`,
        evidence,
        candidates: bound === null ? [] : [{ value: bound[3] ?? "", why: `the ${bound[1] ?? ""} that the limit range allows` }],
      },
    ];
  }
  return [];
}

/** A hook that does not answer has a finding of its own. */
function hookRefuses({ object }: Workload, hook: string, evidence: Finding["evidence"]): Finding {
  return {
    fault: "hook-refuses",
    severity: "symptom",
    object: refOf(object),
    field: [],
    says: `pods of ${object.name} are refused: the admission webhook ${quote(hook, 100)} does not answer`,
    evidence,
    candidates: [],
  };
}

/** `requests.cpu=500m,pods=1`: the first of them. */
function resourceOf(requested: string): string {
  return /([\w./-]+)=/.exec(requested)?.[1] ?? "";
}

function exceededQuota(snapshot: Snapshot, workload: Workload, name: string, requested: string, evidence: Finding["evidence"]): Finding {
  const quota = snapshot.find("ResourceQuota", workload.object.namespace, name);
  const resource = resourceOf(requested);
  const [side = "", unit] = resource.split(".");
  const member = side === "limits" || side === "requests" ? side : "requests";
  const dimension = unit ?? side;
  const largest = containersOf(workload)
    .filter(({ init }) => !init)
    .sort(
      (a, b) =>
        (quantity(textAt(b.json, "resources", member, dimension)) ?? 0) - (quantity(textAt(a.json, "resources", member, dimension)) ?? 0),
    )[0];
  const countsPods = dimension === "pods" || dimension.startsWith("count/");
  const before = earlierContainers(snapshot, workload, largest?.name ?? "").flatMap(
    ({ json }) => textAt(json, "resources", member, dimension) ?? [],
  );
  const value = countsPods
    ? String(numberAt(workload.object.json, "spec", "replicas") ?? 1)
    : textAt(largest?.json, "resources", member, dimension);
  return {
    fault: "quota-exceeded",
    severity: "cause",
    object: refOf(workload.object),
    field: countsPods || largest === undefined ? ["spec", "replicas"] : [...largest.field, "resources", member, dimension],
    value,
    says: `pods of ${workload.object.name} are refused: they ask for ${value ?? "more"} of ${resource}, and quota ${name} allows ${textsAt(quota?.json, "spec", "hard")[resource] ?? "less"} in all`,
    evidence,
    candidates: [...new Set(before)].filter((one) => one !== value).map((one) => ({ value: one, why: "the revision before asked for it" })),
  };
}

function scalerFindings(snapshot: Snapshot, scaler: KubeObject): Finding[] {
  const object = refOf(scaler);
  const [kind, name] = [
    textAt(scaler.json, "spec", "scaleTargetRef", "kind") ?? "",
    textAt(scaler.json, "spec", "scaleTargetRef", "name") ?? "",
  ];
  const target = snapshot.find(kind, scaler.namespace, name);
  const evidenceOf = (condition: string) =>
    listAt(scaler.json, "status", "conditions")
      .filter((one) => textAt(one, "type") === condition && textAt(one, "status") === "False")
      .map((one) => ({
        object,
        from: `condition ${condition}`,
        text: quote(`${textAt(one, "reason") ?? ""}: ${textAt(one, "message") ?? ""}`, 300),
      }));
  if (target === undefined && snapshot.covers(kind)) {
    const names = snapshot.of(kind, scaler.namespace).map((one) => one.name);
    return [
      {
        fault: "scaler-target",
        severity: "cause",
        object,
        field: ["spec", "scaleTargetRef", "name"],
        value: name,
        says: `autoscaler ${scaler.name} scales ${kind} ${quote(name, 80)}, which is not there`,
        evidence: evidenceOf("AbleToScale"),
        candidates: nearMisses(name, names).map((value) => ({ value, why: `a ${kind} of that name is there` })),
      },
    ];
  }
  const [failure] = evidenceOf("ScalingActive");
  if (failure === undefined) return [];
  const missing = /missing request for (cpu|memory)(?: in container ([\w-]+))?/.exec(failure.text);
  if (missing !== null && target !== undefined) {
    const workload = workloadsOf(snapshot, scaler.namespace ?? "").find(({ object: one }) => one === target);
    const without = (workload === undefined ? [] : containersOf(workload)).find(
      (container) =>
        !container.init &&
        (missing[2] === undefined || container.name === missing[2]) &&
        valueAt(container.json, "resources", "requests", missing[1] ?? "") === undefined,
    );
    // What the controller says is older than the request that is there now.
    if (workload !== undefined && without === undefined) return [];
    if (without !== undefined)
      return [
        {
          fault: "scaler-needs-request",
          severity: "cause",
          object: refOf(target),
          field: [...without.field, "resources", "requests", missing[1] ?? ""],
          says: `autoscaler ${scaler.name} scales by ${missing[1] ?? ""}, and container ${without.name} of ${target.name} asks for none`,
          evidence: [failure],
          candidates: [],
        },
      ];
  }
  const metrics = listAt(scaler.json, "spec", "metrics");
  const index = metrics.findIndex((metric) => failure.text.includes(metricName(metric)));
  // What the controller said of another metric is about the autoscaler as it was before.
  if (index < 0) return [];
  const kindOf = (textAt(metrics[index], "type") ?? "").toLowerCase();
  const metric = metricName(metrics[index]);
  return [
    {
      fault: "scaler-metric",
      severity: "cause",
      object,
      field: ["spec", "metrics", index, kindOf, ...(kindOf === "resource" ? ["name"] : ["metric", "name"])],
      value: metric,
      says: `autoscaler ${scaler.name} cannot read the metric ${quote(metric, 80)} by which it scales`,
      evidence: [failure],
      candidates: kindOf === "resource" ? [] : likelyMetrics(snapshot, metric),
    },
  ];
}

/** Names that come near a metric's in what is configured in the cluster: other autoscalers, and the adapters that hand metrics out. */
function likelyMetrics(snapshot: Snapshot, metric: string): Finding["candidates"] {
  const scaled = snapshot
    .of("HorizontalPodAutoscaler")
    .flatMap((scaler) => listAt(scaler.json, "spec", "metrics").map((one) => ({ name: metricName(one), where: scaler })));
  const written = snapshot.of("ConfigMap").flatMap((map) =>
    Object.values(textsAt(map.json, "data"))
      .filter((text) => text.length <= longestText)
      .flatMap((text) => [...text.matchAll(/[a-z][a-z0-9]*(?:[_:][a-z0-9]+)+/g)].map(([name]) => ({ name, where: map }))),
  );
  const known = new Map([...scaled, ...written].map(({ name, where }) => [name, where]));
  return nearMisses(metric, known.keys()).map((value) => ({
    value,
    why: `${known.get(value)?.kind ?? ""} ${known.get(value)?.name ?? ""} names it`,
  }));
}

function metricName(metric: Parameters<typeof textAt>[0]): string {
  return (
    ["pods", "object", "external"].map((kind) => textAt(metric, kind, "metric", "name")).find((name) => name !== undefined) ??
    textAt(metric, "resource", "name") ??
    textAt(metric, "containerResource", "name") ??
    ""
  );
}

/** The pods that a budget keeps. */
export function budgetPods(snapshot: Snapshot, budget: KubeObject): readonly KubeObject[] {
  return snapshot
    .of("Pod", budget.namespace)
    .filter((pod) => matchesSelector(valueAt(budget.json, "spec", "selector"), labelsOf(pod.json)));
}

/** A budget that allows no pod to go although all are well: a drain of a node waits for ever. */
function budgetFindings(snapshot: Snapshot, budget: KubeObject): Finding[] {
  const pods = budgetPods(snapshot, budget);
  if (pods.length === 0) return [];
  const allowed = numberAt(budget.json, "status", "disruptionsAllowed");
  const ready = pods.filter(isReady).length;
  const least = valueAt(budget.json, "spec", "minAvailable");
  const most = valueAt(budget.json, "spec", "maxUnavailable");
  const member = most === undefined ? "minAvailable" : "maxUnavailable";
  const never = most === undefined ? atLeast(least, pods.length) >= pods.length : atLeast(most, pods.length) === 0;
  if (allowed !== 0 || ready < pods.length || !never) return [];
  // A budget of one for a single pod is common and harmless until somebody has to move it.
  const waits = snapshot.of("Node").filter((node) => valueAt(node.json, "spec", "unschedulable") === true);
  const stands = waits.filter((node) => pods.some((pod) => textAt(pod.json, "spec", "nodeName") === node.name));
  if (stands.length === 0) return [];
  return [
    {
      fault: "budget-blocks-drain",
      severity: "cause",
      object: refOf(budget),
      field: ["spec", member],
      value: String(least ?? most),
      says: `PodDisruptionBudget ${budget.name} lets none of the ${pods.length} pods of ${topOwner(snapshot, pods[0] ?? budget).name} go, so node ${stands.map(({ name }) => name).join(", ")} cannot be drained`,
      evidence: stands.map((node) => ({ object: refOf(node), from: "spec.unschedulable", text: '"true"' })),
      candidates:
        member === "maxUnavailable"
          ? [{ value: "1", why: "lets one pod go at a time" }]
          : pods.length > 1
            ? [{ value: String(pods.length - 1), why: "lets one of them go at a time" }]
            : [],
    },
  ];
}

/** A number of pods, or a share of them, rounded up as Kubernetes does. */
export function atLeast(value: unknown, of: number): number {
  if (typeof value === "number") return value;
  const percent = typeof value === "string" ? Number(/^(\d+)%$/.exec(value)?.[1] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(percent) ? 0 : Math.ceil((percent / 100) * of);
}
