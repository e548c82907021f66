import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { type KubeObject, listAt, numberAt, refOf, textAt, textsAt, valueAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, isOver, isReady, labelsOf, labelText, selects, type Workload, workloadsOf } from "../workloads.ts";

/** Services that reach nobody: a selector that fits no pod, a port that no pod has; and, as a symptom, pods that are not ready. */
export const findServices: Analyzer = (snapshot, namespace) => {
  const workloads = workloadsOf(snapshot, namespace).filter(({ object }) => object.kind !== "Job" && object.kind !== "CronJob");
  const labels = new Map(workloads.map((workload) => [workload, labelsOf(workload.template)]));
  return snapshot.of("Service", namespace).flatMap((service) => {
    const selector = textsAt(service.json, "spec", "selector");
    if (Object.keys(selector).length === 0) return [];
    const chosen = workloads.filter((workload) => selects(selector, labels.get(workload) ?? {}));
    if (chosen.length === 0) return [selectsNothing(snapshot, service, selector, workloads)];
    const wrongPorts = listAt(service.json, "spec", "ports").flatMap((_, index) => portFindings(snapshot, service, index, chosen));
    if (wrongPorts.length > 0) return wrongPorts;
    // Pods without a port of that name are left out by Kubernetes; by number they are sent to all the same.
    const named = listAt(service.json, "spec", "ports").some((port) => textAt(port, "targetPort") !== undefined);
    const strangers = named || chosen.length < 2 ? [] : chosen.filter((workload) => !takesTraffic(snapshot, service, workload));
    return strangers.length > 0 ? [selectsStrangers(service, chosen, strangers)] : noneReady(service, chosen);
  });
};

function selectsNothing(
  snapshot: Snapshot,
  service: KubeObject,
  selector: Readonly<Record<string, string>>,
  workloads: readonly Workload[],
): Finding {
  const labelled = workloads.map((workload) => ({
    workload,
    labels: labelsOf(workload.template),
  }));
  // The member that is wrong is the one without which some workload would be chosen, one whose value comes near first; else the first.
  const rest = (key: string): typeof labelled => {
    const others = Object.entries(selector).filter(([name]) => name !== key);
    return others.length === 0 ? [] : labelled.filter(({ labels }) => others.every(([name, value]) => labels[name] === value));
  };
  const wrongs = Object.keys(selector).filter((key) => rest(key).length > 0);
  const isNear = (key: string): boolean =>
    nearMisses(
      selector[key] ?? "",
      rest(key).flatMap(({ labels }) => labels[key] ?? []),
    ).length > 0;
  const wrong = wrongs.find(isNear) ?? wrongs[0];
  const key = wrong ?? Object.keys(selector).sort()[0] ?? "";
  const value = selector[key] ?? "";
  const others = Object.entries(selector).filter(([name]) => name !== key);
  const fitting = labelled.filter(({ labels }) => others.every(([name, one]) => labels[name] === one));
  const valuesOf = (some: typeof fitting): string[] => some.flatMap(({ labels }) => labels[key] ?? []);
  const values = valuesOf(fitting);
  const near = nearMisses(value, values);
  const named = values.filter((one) => one === service.name);
  // Where the rest of the selector fits, a pod that opens the service's port is likely meant, whatever its label is called now.
  const open = others.length === 0 ? [] : valuesOf(fitting.filter(({ workload }) => takesTraffic(snapshot, service, workload)));
  const candidates: Candidate[] = [...new Set([...named, ...open, ...near])].slice(0, 4).map((one) => ({
    value: one,
    why: `label ${key} of ${owners(fitting, key, one)}`,
  }));
  return {
    fault: "selector-matches-nothing",
    severity: "cause",
    object: refOf(service),
    field: ["spec", "selector", key],
    value,
    says: `the selector of Service ${service.name} matches no pod: no workload has the label ${key}=${quote(value, 60)}`,
    evidence: [...fitting, ...labelled.filter((one) => !fitting.includes(one))]
      .slice(0, 4)
      .map(({ workload, labels }) => ({ object: refOf(workload.object), from: "labels of its pods", text: quote(labelText(labels)) })),
    candidates,
  };
}

/** Does a workload have, or by its log open, the ports that a service sends to? A container that declares none may open any. */
function takesTraffic(snapshot: Snapshot, service: KubeObject, workload: Workload): boolean {
  const declared = containersOf(workload).flatMap(({ init, json }) => (init ? [] : listAt(json, "ports")));
  return listAt(service.json, "spec", "ports").every((port) => {
    const target = valueAt(port, "targetPort") ?? numberAt(port, "port");
    if (typeof target === "string") return declared.some((one) => textAt(one, "name") === target);
    if (typeof target !== "number" || declared.length === 0) return true;
    return declared.some((one) => numberAt(one, "containerPort") === target) || heardOn(snapshot, [workload], target);
  });
}

/** A selector so wide that it chooses, beside pods that serve, others that do not open the port: a part of the connections is refused. */
function selectsStrangers(service: KubeObject, chosen: readonly Workload[], strangers: readonly Workload[]): Finding {
  return {
    fault: "selector-too-wide",
    severity: "fault",
    object: refOf(service),
    field: ["spec", "selector"],
    says: `the selector of Service ${service.name} also chooses pods that do not open its port: ${strangers.map(({ object }) => object.name).join(", ")}`,
    evidence: chosen.slice(0, 4).map((workload) => ({
      object: refOf(workload.object),
      from: "labels of its pods",
      text: quote(labelText(labelsOf(workload.template))),
    })),
    candidates: [],
  };
}

function owners(labelled: readonly { workload: Workload; labels: Readonly<Record<string, string>> }[], key: string, value: string): string {
  return labelled
    .filter(({ labels }) => labels[key] === value)
    .map(({ workload }) => `${workload.object.kind} ${workload.object.name}`)
    .join(", ");
}

function portFindings(snapshot: Snapshot, service: KubeObject, index: number, chosen: readonly Workload[]): Finding[] {
  const port = listAt(service.json, "spec", "ports")[index];
  const target = valueAt(port, "targetPort") ?? numberAt(port, "port");
  if (typeof target !== "string" && typeof target !== "number") return [];
  const name = textAt(port, "name");
  const field = ["spec", "ports", name === undefined ? index : { name }, "targetPort"];
  const ports = chosen.flatMap((workload) =>
    containersOf(workload)
      .filter(({ init }) => !init)
      .flatMap(({ json }) => listAt(json, "ports")),
  );
  const declared = ports.flatMap((one) =>
    numberAt(one, "containerPort") === undefined ? [] : [{ name: textAt(one, "name"), number: numberAt(one, "containerPort") ?? 0 }],
  );
  const fits =
    // Digits in quotation marks are a name to Kubernetes, and no port can be called so.
    typeof target === "string" ? declared.some((one) => one.name === target) : declared.some((one) => one.number === target);
  // Ports need not be declared: where none is, a number may still be right.
  if (fits || (declared.length === 0 && typeof target === "number")) return [];
  const listening = typeof target === "number" && target > 0 && heardOn(snapshot, chosen, target);
  if (listening) return [];
  return [
    {
      fault: "target-port",
      severity: "cause",
      object: refOf(service),
      field,
      value: String(target),
      says: `Service ${service.name} sends to port ${quote(String(target), 40)}, and no container of ${chosen.map(({ object }) => object.name).join(", ")} has it`,
      evidence: chosen.map(({ object }) => ({
        object: refOf(object),
        from: "ports of its containers",
        text: quote(declared.map((one) => `${one.name ?? "(no name)"} ${one.number}`).join(", ") || "none declared"),
      })),
      candidates: declared.flatMap((one) => {
        const value = typeof target === "string" ? one.name : String(one.number);
        return value === undefined ? [] : [{ value, why: "a port that the container declares" }];
      }),
    },
  ];
}

/** Does a log say that the program listens at this port, though the template does not declare it? */
function heardOn(snapshot: Snapshot, chosen: readonly Workload[], port: number): boolean {
  const says = new RegExp(`\\b(?:listen|serving|started|bound)\\w*\\b.*(?<![\\d.])${port}(?![\\d.]*\\d)`, "i");
  return chosen.some(({ pods }) =>
    pods.some((pod) =>
      containersOf({ way: [], template: pod.json }).some((container) =>
        snapshot
          .log({ namespace: pod.namespace ?? "", pod: pod.name, container: container.name, previous: false })
          ?.some((line) => says.test(line)),
      ),
    ),
  );
}

function noneReady(service: KubeObject, chosen: readonly Workload[]): Finding[] {
  const pods = chosen.flatMap((workload) => workload.pods).filter((pod) => !isOver(pod));
  if (pods.some(isReady)) return [];
  const wanted = chosen.some(({ object }) => (numberAt(object.json, "spec", "replicas") ?? 1) > 0);
  return [
    {
      fault: "no-endpoints",
      severity: wanted ? "symptom" : "fault",
      object: refOf(service),
      field: [],
      says: `Service ${service.name} has no ready endpoint: ${pods.length === 0 ? "it has no pods" : `none of its ${pods.length} pods is ready`}`,
      evidence: [],
      candidates: [],
    },
  ];
}
