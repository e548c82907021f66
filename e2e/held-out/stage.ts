import { parseAllDocuments } from "yaml";
import type { JsonObject, JsonValue } from "../../src/messages/conversation.ts";
import { type KubeObject, listAt, numberAt, objectAt, readObjects, textAt, valueAt } from "../../src/triage/kube-object.ts";
import { readManifests } from "../../src/triage/manifests.ts";
import { createSnapshot, type Snapshot } from "../../src/triage/snapshot.ts";

/** A text of the manifest and what stands in its place: how a fault is mended, or made worse. */
export type Edit = readonly [from: string, to: string];

/** A fault that no scenario has: a small namespace as an API server shows it, the manifest of the repository, and changes that are right and wrong. */
export interface HeldOutFault {
  readonly id: string;
  /** What the repository holds; all of it is in the cluster. */
  readonly manifest: string;
  /** What of the manifest was otherwise in the revision before. */
  readonly was?: Edit | undefined;
  /** What the repository says beside its manifests. */
  readonly repositoryText?: string | undefined;
  /** Pods of the manifest's workloads, as the kubelet shows them. */
  readonly pods?: readonly PodShown[] | undefined;
  /** Anything else in the cluster, as YAML. */
  readonly beside?: string | undefined;
  /** What controllers have written into the status of objects of the manifest and of replica sets, by `Kind/name`. */
  readonly statuses?: Readonly<Record<string, JsonObject>> | undefined;
  readonly events?: readonly EventShown[] | undefined;
  /** Lines of logs by `pod/container`, of the run before by `pod/container/previous`. */
  readonly logs?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The object that has to change, and the fields that a person might name: any of them counts. */
  readonly cause: { readonly object: string; readonly fields: readonly string[] };
  readonly right: readonly Edit[];
  readonly wrong: readonly Edit[];
  /** What does not hold yet. */
  readonly open?: readonly Part[] | undefined;
}

/** The cause is among the first three findings; the check passes every right change; it passes no wrong one. */
export type Part = "named" | "right" | "wrong";

export interface PodShown {
  readonly of: string;
  readonly name: string;
  readonly node?: string | undefined;
  /** Made from the revision before. */
  readonly old?: boolean | undefined;
  /** Statuses by container; one that is not here runs and is ready. */
  readonly states?: Readonly<Record<string, JsonObject>> | undefined;
  /** What else stands in its status. */
  readonly status?: JsonObject | undefined;
  /** Owner, where it is not the workload's own. */
  readonly owner?: readonly [kind: string, name: string] | undefined;
}

export interface EventShown {
  /** `Pod/web-1` */
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  readonly count?: number | undefined;
  /** `Warning`, unless it is said. */
  readonly type?: "Normal" | "Warning" | undefined;
}

const now = Date.parse("2026-05-04T10:00:00Z");
const started = "2026-05-04T09:30:00Z";
const namespace = "shop";

/** Healthy, and in the cluster of each fault: three nodes, a neighbour with its service. */
const base = `
${["a", "b", "c"]
  .map(
    (zone, index) => `
apiVersion: v1
kind: Node
metadata:
  name: node-${index + 1}
  labels: { kubernetes.io/hostname: node-${index + 1}, kubernetes.io/arch: amd64, kubernetes.io/os: linux, topology.kubernetes.io/zone: eu-1${zone} }
spec: {}
status:
  allocatable: { cpu: 3920m, memory: 7236Mi, pods: "110", ephemeral-storage: 47Gi }
  nodeInfo: { architecture: amd64 }
  conditions: [{ type: Ready, status: "True", reason: KubeletReady }]
---`,
  )
  .join("")}
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { kubernetes.io/metadata.name: shop } }
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: default, namespace: shop }
---
apiVersion: v1
kind: Service
metadata: { name: catalog, namespace: shop }
spec: { clusterIP: 10.96.4.7, selector: { app: catalog }, ports: [{ name: http, port: 80, targetPort: 8080 }] }
`;
const neighbour = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: catalog, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: catalog } }
  template:
    metadata: { labels: { app: catalog } }
    spec:
      containers:
        - name: catalog
          image: registry.acme.example/catalog:1.9.0
          ports: [{ name: http, containerPort: 8080 }]
          resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }
`;

/** The cluster of a fault. */
export function snapshotOfFault(
  fault: Pick<HeldOutFault, "manifest" | "was" | "pods" | "beside" | "statuses" | "events" | "logs">,
): Snapshot {
  const manifest = `${fault.manifest}\n---\n${neighbour}`;
  const pods: readonly PodShown[] = [
    ...(fault.pods ?? []),
    { of: "catalog", name: "catalog-54c8d7f9b6-4xk2p", node: "node-1" },
    { of: "catalog", name: "catalog-54c8d7f9b6-r9mzt", node: "node-2" },
  ];
  const workloads = read(manifest).filter(({ json }) => objectAt(json, "spec", "template")["spec"] !== undefined);
  const before = fault.was === undefined ? [] : read(change(fault.manifest, fault.was));
  const sets = [
    ...workloads.flatMap((one) => replicaSet(one, before.length > 0 && one.name !== "catalog" ? 2 : 1, pods)),
    ...before.flatMap((one) => replicaSet(one, 1, pods)),
  ];
  const made = pods.map((shown) => {
    const owner = (shown.old === true ? before : [...workloads, ...read(manifest)]).find(({ name }) => name === shown.of);
    if (owner === undefined) throw new Error(`${shown.name} is of ${shown.of}, which is not there`);
    return podOf(owner, shown, fault.was !== undefined && shown.old !== true && shown.of !== "catalog" ? 2 : 1);
  });
  const events = (fault.events ?? []).map(eventOf);
  const objects = [
    ...read(base),
    ...[...read(manifest), ...sets.flatMap((json) => readObjects(json))].map((object) => withStatus(object, pods, fault.statuses)),
    ...read(fault.beside ?? ""),
    ...[...made, ...events].flatMap((json) => readObjects(json)),
  ];
  return createSnapshot({
    now,
    objects,
    covers: () => true,
    log: ({ pod, container, previous }) => fault.logs?.[`${pod}/${container}${previous ? "/previous" : ""}`],
  });
}

/** A manifest with one text put in place of another, which has to be there once. */
export function change(manifest: string, [from, to]: Edit): string {
  const parts = manifest.split(from);
  if (parts.length !== 2) throw new Error(`${JSON.stringify(from)} is ${parts.length - 1} times in the manifest`);
  return parts.join(to);
}

/** A deployment's manifest from its pod's spec. */
export function deployment(name: string, podSpec: string, more = "replicas: 2"): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
${indent(more, 2)}
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
${indent(podSpec, 6)}
`;
}

/** The status of a container that waits to be started again after it has failed. */
export function looping(exitCode: number, over: JsonObject = {}, restarts = 6): JsonObject {
  return {
    ready: false,
    started: false,
    restartCount: restarts,
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 2m40s restarting failed container" } },
    lastState: {
      terminated: {
        exitCode,
        reason: "Error",
        startedAt: "2026-05-04T09:57:30Z",
        finishedAt: "2026-05-04T09:57:32Z",
        ...over,
      },
    },
  };
}

/** The status of a container that has never run. */
export function waiting(reason: string, message?: string): JsonObject {
  return { ready: false, started: false, restartCount: 0, state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } };
}

/** A pod for which the scheduler finds no node. */
export function unplaced(of: string, name: string, message: string): { readonly pod: PodShown; readonly event: EventShown } {
  const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
  return {
    pod: { of, name, status: { phase: "Pending", conditions: [condition], containerStatuses: [] } },
    event: { about: `Pod/${name}`, reason: "FailedScheduling", message },
  };
}

export function indent(text: string, by: number): string {
  return text
    .trim()
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(by) + line))
    .join("\n");
}

function read(text: string): readonly KubeObject[] {
  if (text.trim() === "") return [];
  for (const document of parseAllDocuments(text)) if ("errors" in document && document.errors.length > 0) throw document.errors[0];
  return readManifests(new Map([["deploy/all.yaml", text]]), namespace).objects;
}

function replicaSet(owner: KubeObject, revision: number, pods: readonly PodShown[]): JsonObject[] {
  // A deployment that is paused has none yet of what it holds back.
  if (owner.kind !== "Deployment" || (revision > 1 && valueAt(owner.json, "spec", "paused") === true)) return [];
  const there = pods.filter(({ of, old }) => of === owner.name && (old === true) === (revision === 1 && pods.some((one) => one.old)));
  return [
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${owner.name}-${revision === 1 ? "54c8d7f9b6" : "7b9f6c5d48"}`,
        namespace,
        creationTimestamp: started,
        annotations: { "deployment.kubernetes.io/revision": String(revision) },
        ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name: owner.name, controller: true }],
      },
      spec: { replicas: numberAt(owner.json, "spec", "replicas") ?? 1, template: objectAt(owner.json, "spec", "template") },
      status: { replicas: there.length },
    },
  ];
}

function podOf(owner: KubeObject, shown: PodShown, revision: number): JsonObject {
  const template =
    owner.kind === "CronJob" ? objectAt(owner.json, "spec", "jobTemplate", "spec", "template") : objectAt(owner.json, "spec", "template");
  const set = `${owner.name}-${revision === 1 ? "54c8d7f9b6" : "7b9f6c5d48"}`;
  const [kind, name] = shown.owner ?? (owner.kind === "Deployment" ? ["ReplicaSet", set] : [owner.kind, owner.name]);
  const statuses = (member: string): JsonObject[] =>
    listAt(template, "spec", member).map((container) => {
      const own = textAt(container, "name") ?? "";
      const done = { ready: true, started: false, restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } };
      const runs = { ready: true, started: true, restartCount: 0, state: { running: { startedAt: started } }, lastState: {} };
      return { name: own, image: textAt(container, "image") ?? "", ...(shown.states?.[own] ?? (member === "containers" ? runs : done)) };
    });
  const containers = statuses("containers");
  const ready = containers.every((one) => one["ready"] === true) && statuses("initContainers").every((one) => one["ready"] === true);
  const condition = (type: string, status: boolean): JsonObject => ({ type, status: status ? "True" : "False" });
  const conditions: JsonValue[] = [
    condition("Initialized", true),
    condition("Ready", ready),
    condition("ContainersReady", ready),
    condition("PodScheduled", true),
  ];
  const initContainerStatuses = statuses("initContainers");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...objectAt(template, "metadata"),
      name: shown.name,
      namespace,
      creationTimestamp: started,
      ownerReferences: [{ apiVersion: "apps/v1", kind, name, controller: true }],
    },
    spec: { ...objectAt(template, "spec"), ...(shown.node === undefined ? {} : { nodeName: shown.node }) },
    status: {
      phase: ready || Object.values(shown.states ?? {}).some((one) => one["restartCount"] !== 0) ? "Running" : "Pending",
      conditions,
      containerStatuses: containers,
      ...(initContainerStatuses.length > 0 ? { initContainerStatuses } : {}),
      ...shown.status,
    },
  };
}

function eventOf({ about, reason, message, count = 7, type = "Warning" }: EventShown, index: number): JsonObject {
  const [kind = "", name = ""] = about.split("/");
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.17f${index}`, namespace },
    involvedObject: { kind, name, namespace },
    reason,
    message,
    type,
    count,
    lastTimestamp: "2026-05-04T09:58:00Z",
  };
}

function withStatus(object: KubeObject, pods: readonly PodShown[], statuses: HeldOutFault["statuses"]): KubeObject {
  const said = statuses?.[`${object.kind}/${object.name}`];
  if (said !== undefined) return { ...object, json: { ...object.json, status: { ...objectAt(object.json, "status"), ...said } } };
  if (object.json["status"] !== undefined || (object.kind !== "Deployment" && object.kind !== "StatefulSet")) return object;
  const replicas = pods.filter(({ of }) => of === object.name).length;
  return { ...object, json: { ...object.json, status: { replicas } } };
}
