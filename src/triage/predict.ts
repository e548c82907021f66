import type { JsonValue } from "../messages/conversation.ts";
import { longestRun } from "./analyzers/jobs.ts";
import { obstaclesOf, tolerates } from "./analyzers/scheduling.ts";
import { statesOf } from "./container-state.ts";
import { siblingKeys } from "./analyzers/references.ts";
import { variablesOf } from "./environment.ts";
import { faultRule } from "./fault-rules.ts";
import type { Finding } from "./finding.ts";
import { fieldText, listAt, numberAt, refText, textAt, textsAt, valueAt } from "./kube-object.ts";
import { whyNotMeant, whyNotNearest } from "./meant.ts";
import { accessStays } from "./predict-access.ts";
import { argumentStays } from "./predict-arguments.ts";
import { certificateStays } from "./predict-certificates.ts";
import { hostStays } from "./predict-hosts.ts";
import { imageStays } from "./predict-images.ts";
import { memoryStays, neededMemory, untoldGrowth } from "./predict-memory.ts";
import { limitRangeStays } from "./predict-limit-range.ts";
import { pullSecretStays } from "./predict-backends.ts";
import { attachmentStays, placementStays } from "./predict-placement.ts";
import { settingStays } from "./predict-settings.ts";
import { startStays } from "./predict-start.ts";
import { whyObjectStays } from "./predict-objects.ts";
import { claimClassStays, referenceStays } from "./predict-references.ts";
import { quotaStays } from "./predict-quota.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import { asksTheSame, givesUpAfter, toldStart } from "./start-time.ts";
import { type Container, containersOf, labelsOf, selects, type Workload, workloadsOf } from "./workloads.ts";

/**
 * Would what was observed of running containers still be so after a change? Whoever looks at objects alone sees no pull and no crash, so each of these
 * faults has a rule of what a change must bring. The answer is why the fault stays; `undefined` where it goes.
 */
export function whyItStays(finding: Finding, before: Snapshot, after: Snapshot, repositoryText = ""): string | undefined {
  if (finding.fault === "target-port") return targetPortStays(finding, before, after);
  if (/^(?:role|binding)-/.test(finding.fault)) return accessStays(finding, before, after);
  const beside = whyObjectStays(finding, before, after, repositoryText);
  if (beside !== undefined) return beside;
  const place = findPlace(finding, before);
  if (place === undefined) return undefined;
  const now = containerAfter(place, after);
  if (now === undefined) return undefined;
  const stands = valueAt(after.find(finding.object.kind, finding.object.namespace, finding.object.name)?.json, ...finding.field);
  const value = typeof stands === "string" || typeof stands === "number" ? String(stands) : undefined;
  switch (finding.fault) {
    case "out-of-memory":
      return memoryStays(place, before, finding, value);
    case "image-not-found":
    case "image-platform":
    case "image-registry":
    case "image-name-invalid":
    case "image-pull":
      return imageStays(place, before, finding, value, repositoryText);
    case "image-pull-denied":
      return pullSecretStays(now.workload.template, finding.object.namespace, after);
    case "probe-path":
      if (value === undefined) return "the probe no longer asks the program itself";
      return value === finding.value ? "the probe still asks for the same path" : whyNotMeant(finding, value, repositoryText);
    case "probe-port":
      if (value === undefined) return "the probe no longer asks the program itself";
      return value === finding.value ? "the probe still asks at the same port" : whyNotMeant(finding, value, repositoryText);
    case "probe-too-soon":
      return probeStays(place, before, now.container);
    case "host-unknown":
      return hostStays(place.workload, after, finding, value, repositoryText);
    case "reference-missing":
      return referenceStays(finding, before, after, repositoryText);
    case "storage-class":
      return claimClassStays(finding, value);
    case "setting-missing":
      return settingStays({ finding, was: place, now, before, after, repositoryText });
    case "key-missing":
      return keyStays(place, before, after, finding, repositoryText);
    case "argument-unknown":
    case "command-not-found":
      return argumentStays(place.container, now.container, finding, repositoryText);
    case "limit-range":
      return limitRangeStays(
        now.container,
        after,
        now.workload.object.namespace ?? "",
        neededMemory(place.workload, place.container, before),
      );
    case "unschedulable-taint":
      return tolerationsStay(place.workload, now.workload, after);
    case "certificate-expired":
      return certificateStays(finding, before, after);
    case "quota-exceeded":
      return quotaStays(place.workload, now.container, before, after, finding);
    case "job-deadline":
      return deadlineStays(before, finding, value);
    case "memory-grows":
      return "what grows in the program grows under another limit too";
    case "crash":
    case "job-failed":
    case "probe-fails":
      return sameTemplate(place, now)
        ? "nothing of the workload changes"
        : "what made it fail is not known, so no change can be said to mend it";
    case "volume-elsewhere":
      return attachmentStays(finding, now.workload, value);
    case "claim-quota":
      return value === undefined ? "the claim asks for nothing any more" : whyNotMeant(finding, value, "");
    default: {
      const rule = faultRule(finding.fault);
      if (rule !== undefined) return rule.stays({ finding, was: place, now, before, after, repositoryText });
      return (
        placementStays(finding, place.workload, now.workload, after, value, repositoryText) ??
        startStays(finding, place, now, value, repositoryText)
      );
    }
  }
}

/** Each port of a service goes to a place of its own; and a port that is only declared is not yet one at which the program listens. */
function targetPortStays({ object, field }: Finding, before: Snapshot, after: Snapshot): string | undefined {
  const service = after.find(object.kind, object.namespace, object.name);
  const target = valueAt(service?.json, ...field);
  if (service === undefined || (typeof target !== "string" && typeof target !== "number")) return undefined;
  const chosen = (snapshot: Snapshot): readonly Container[] =>
    workloadsOf(snapshot, object.namespace ?? "")
      .filter(({ template }) => selects(textsAt(service.json, "spec", "selector"), labelsOf(template)))
      .flatMap((workload) => containersOf(workload));
  const declared = (containers: readonly Container[]): readonly JsonValue[] => containers.flatMap(({ json }) => listAt(json, "ports"));
  const now = declared(chosen(after));
  const numberOf = (value: JsonValue | undefined): JsonValue | undefined =>
    typeof value === "number" ? value : numberAt(now.find((port) => textAt(port, "name") === value) ?? null, "containerPort");
  const own = valueAt(service.json, ...field.slice(0, -1));
  const taken = listAt(service.json, "spec", "ports").find(
    (port) => port !== own && numberOf(valueAt(port, "targetPort")) === numberOf(target),
  );
  if (taken !== undefined) return `port ${textAt(taken, "name") ?? ""} of the service goes there already`;
  if (valueAt(before.find(object.kind, object.namespace, object.name)?.json, ...field) !== target) return undefined;
  const known = declared(chosen(before)).some((port) => numberAt(port, "containerPort") === numberOf(target));
  return known ? undefined : "declaring a port does not make the program listen there";
}

/** Whatever it tolerates anew has to be a taint of nodes that it may run on but for their taints. */
function tolerationsStay(before: Workload, now: Workload, after: Snapshot): string | undefined {
  const listOf = ({ template }: Workload): readonly JsonValue[] => listAt(template, "spec", "tolerations");
  const textOf = (one: JsonValue): string => ["key", "operator", "value", "effect"].map((member) => textAt(one, member) ?? "").join(" ");
  const known = new Set(listOf(before).map(textOf));
  const nodes = after.of("Node");
  const open = nodes.filter((node) => obstaclesOf(now, node, nodes).every(({ what }) => what === "taint"));
  const taints = open.flatMap((node) => listAt(node.json, "spec", "taints"));
  const stray = listOf(now).find((one) => !known.has(textOf(one)) && !taints.some((taint) => tolerates([one], taint)));
  return stray === undefined ? undefined : "it tolerates a taint that no node has on which it could run";
}

/** Where a fault of running containers shows. */
export interface Place {
  readonly workload: Workload;
  readonly container: Container;
}

/** The workload and container that a finding was observed on: the object itself, or the one that its evidence's pod belongs to. */
function findPlace(finding: Finding, snapshot: Snapshot): Place | undefined {
  const namespace = finding.object.namespace ?? "";
  const pods = new Set(finding.evidence.filter(({ object }) => object.kind === "Pod").map(({ object }) => object.name));
  for (const workload of workloadsOf(snapshot, namespace)) {
    const mine = refText(workload.object) === refText(finding.object) || workload.pods.some(({ name }) => pods.has(name));
    if (!mine) continue;
    const containers = containersOf(workload);
    const path = fieldText(finding.field);
    const container =
      containers.find(({ field }) => path.startsWith(fieldText(field))) ??
      containers.find(({ name }) => finding.says.includes(`container ${name} `) || finding.says.includes(`(container ${name})`)) ??
      containers.find(({ init }) => !init);
    if (container !== undefined) return { workload, container };
  }
  return undefined;
}

function containerAfter({ workload, container }: Place, after: Snapshot): Place | undefined {
  const now = workloadsOf(after, workload.object.namespace ?? "").find(({ object }) => refText(object) === refText(workload.object));
  const same =
    now === undefined ? undefined : containersOf(now).find(({ name, init }) => name === container.name && init === container.init);
  return now === undefined || same === undefined ? undefined : { workload: now, container: same };
}

function sameTemplate(before: Place, after: Place): boolean {
  return JSON.stringify(before.workload.template) === JSON.stringify(after.workload.template);
}

/** Does the program get the time that its log says it needs, and a tenth more? Where it says nothing: half as much again as before. */
function probeStays(place: Place, before: Snapshot, now: Container): string | undefined {
  const given = givesUpAfter(now);
  const isNew = place.container.json["startupProbe"] === undefined && now.json["startupProbe"] !== undefined;
  if (isNew && !asksTheSame(now, "startupProbe", "livenessProbe"))
    return "nothing shows that the program answers what the startup probe asks";
  const needs = place.workload.current.flatMap((pod) => {
    const state = statesOf(pod).find(({ name }) => name === place.container.name);
    return (state === undefined ? undefined : toldStart(before, pod, state)?.seconds) ?? [];
  });
  if (needs.length === 0)
    return given > givesUpAfter(place.container) * untoldGrowth ? undefined : "the program gets no more time to start than before";
  const need = Math.max(...needs);
  return given >= need * 1.1
    ? undefined
    : `the program is ended ${given} s after its start, and its log says that it needs ${Math.round(need)} s`;
}

/** A variable of a program has the value that other programs' variable of this name has, and not one that this program has under another name already. */
function keyStays(
  { workload, container }: Place,
  before: Snapshot,
  after: Snapshot,
  finding: Finding,
  repositoryText: string,
): string | undefined {
  const env = finding.field.findIndex((step) => step === "env");
  const variable = finding.field[env + 1];
  if (env < 0 || typeof variable !== "object") return itemStays(finding, after, repositoryText);
  const map = textAt(workload.object.json, ...finding.field.slice(0, -1), "name") ?? "";
  const given = (snapshot: Snapshot, of: Workload, inside: Container) =>
    variablesOf(snapshot, of, inside).find(({ name }) => name === variable.name);
  const now = containerAfter({ workload, container }, after);
  const value = now === undefined ? undefined : given(after, now.workload, now.container);
  const named = textAt(after.find(finding.object.kind, finding.object.namespace, finding.object.name)?.json, ...finding.field);
  if (named === undefined || named === "") return "no key is named any more";
  if (finding.field.includes("secretKeyRef")) return named === finding.value ? undefined : whyNotNearest(finding, named, repositoryText);
  if (value === undefined) return `nothing shows what ${variable.name} would be`;
  const [sibling] = siblingKeys(before, workload, "ConfigMap", map, variable.name);
  const known =
    sibling === undefined ? undefined : textAt(before.find("ConfigMap", workload.object.namespace, map)?.json, "data", sibling[1]);
  if (known !== undefined && known !== value.value)
    return `${variable.name} would not be what ${sibling?.[0].object.kind ?? ""} ${sibling?.[0].object.name ?? ""} has, which reads key ${sibling?.[1] ?? ""}`;
  const twin = variablesOf(before, workload, container).find((one) => one.name !== variable.name && one.value === value.value);
  return twin === undefined || known !== undefined ? undefined : `${twin.name} has this value already`;
}

/** A key that a volume picks is the one that was meant. */
function itemStays(finding: Finding, after: Snapshot, repositoryText: string): string | undefined {
  const { kind, namespace, name } = finding.object;
  const named = textAt(after.find(kind, namespace, name)?.json, ...finding.field);
  if (named === undefined || named === "") return "no key is named any more";
  return named === finding.value ? undefined : whyNotNearest(finding, named, repositoryText);
}

/** A deadline that is more than so many times as long as a run takes ends nothing in time. */
const longestWait = 8;

/** More time than before, and than the runs took that came to their end; where there is none, half as much again at least. */
function deadlineStays(before: Snapshot, finding: Finding, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!Number.isInteger(seconds)) return `${quote(value, 40)} is no number of seconds`;
  if (seconds <= Number(finding.value)) return `the deadline is ${seconds} s, not more than before`;
  const owner = before.find(finding.object.kind, finding.object.namespace, finding.object.name);
  const longest = owner === undefined ? undefined : longestRun(before, owner);
  if (longest !== undefined && seconds < longest * 2)
    return `the deadline is ${seconds} s, and a run took ${longest} s: slow days need twice that`;
  if (longest === undefined && seconds < Number(finding.value) * untoldGrowth)
    return `nothing shows that ${seconds} s are enough where ${finding.value ?? ""} s were not`;
  return longest !== undefined && seconds > longest * longestWait
    ? `the deadline is ${seconds} s, and a run took ${longest} s: one that hangs would be ended too late`
    : undefined;
}
