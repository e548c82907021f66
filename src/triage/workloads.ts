import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import { type FieldStep, isObject, type KubeObject, listAt, objectAt, textAt, textsAt, refText } from "./kube-object.ts";
import { perNamespace } from "./per-namespace.ts";
import type { Snapshot } from "./snapshot.ts";

/** Kinds whose objects hold a pod template, and the way to it. A pod is its own. */
const templates: Readonly<Record<string, readonly string[]>> = {
  Pod: [],
  Deployment: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

export interface Workload {
  /** The object that a person edits: the owner of owners. */
  readonly object: KubeObject;
  /** The way to its pod template. */
  readonly way: readonly string[];
  /** `{ metadata, spec }` of the pods that it makes. */
  readonly template: JsonObject;
  /** What it has made that is still there, newest revision first. */
  readonly pods: readonly KubeObject[];
  /** Of the pods those that were made from the template as it stands now. */
  readonly current: readonly KubeObject[];
}

export interface Container {
  readonly name: string;
  readonly json: JsonObject;
  readonly init: boolean;
  /** The way from the workload's object to the container. */
  readonly field: readonly FieldStep[];
}

/** The workloads of a namespace that nobody owns, in the order of the snapshot; pods without an owner are workloads of one. */
export const workloadsOf = perNamespace((snapshot, namespace): readonly Workload[] => {
  const pods = groupBy(snapshot.of("Pod", namespace), (pod) => topOwner(snapshot, pod));
  const found: Workload[] = [];
  for (const kind of Object.keys(templates))
    for (const object of snapshot.of(kind, namespace)) {
      if (ownerOf(snapshot, object) !== undefined) continue;
      const way = templateWay(kind);
      const mine = kind === "Pod" ? [object] : (pods.get(object) ?? []);
      found.push({ object, way, template: objectAt(object.json, ...way), pods: mine, current: currentPods(snapshot, object, mine) });
    }
  return found;
});

/** The object that a person would edit to change this one: itself where nobody owns it. */
export function topOwner(snapshot: Snapshot, object: KubeObject): KubeObject {
  let at = object;
  // Owners of owners end after a few steps; a ring of them is somebody's mistake.
  for (let steps = 0; steps < 5; steps++) {
    const owner = ownerOf(snapshot, at);
    if (owner === undefined) return at;
    at = owner;
  }
  return at;
}

/** All containers of the template, init containers first, as they are started. */
export function containersOf({ way, template }: Pick<Workload, "way" | "template">): readonly Container[] {
  const list = (member: string, init: boolean): Container[] =>
    listAt(template, "spec", member).flatMap((value) => {
      const name = textAt(value, "name");
      return name === undefined ? [] : [{ name, json: value as JsonObject, init, field: [...way, "spec", member, { name }] }];
    });
  return [...list("initContainers", true), ...list("containers", false)];
}

/** The workload that an object is. */
export function workloadOf(snapshot: Snapshot, object: KubeObject): Workload | undefined {
  return workloadsOf(snapshot, object.namespace).find((one) => refText(one.object) === refText(object));
}

/** A container of a deployment as its revisions before the newest had it, the latest of them first. */
export function earlierContainers(snapshot: Snapshot, { object }: Pick<Workload, "object">, name: string): readonly Container[] {
  return revisionsOf(snapshot, object)
    .slice(1)
    .flatMap((set) => containersOf({ way: [], template: objectAt(set.json, "spec", "template") }))
    .filter((container) => container.name === name);
}

/** The replica sets of a deployment, the newest revision first. */
export function revisionsOf(snapshot: Snapshot, deployment: KubeObject): readonly KubeObject[] {
  return revisionsByOwner(snapshot, deployment.namespace).get(deployment) ?? [];
}

const revisionsByOwner = perNamespace((snapshot, namespace): ReadonlyMap<KubeObject, readonly KubeObject[]> => {
  const newestFirst = [...snapshot.of("ReplicaSet", namespace)].sort((a, b) => revisionOf(b) - revisionOf(a));
  return groupBy(newestFirst, (set) => ownerOf(snapshot, set));
});

export function revisionOf(object: KubeObject): number {
  return Number(textAt(object.json, "metadata", "annotations", "deployment.kubernetes.io/revision") ?? 0);
}

export function isReady(pod: KubeObject): boolean {
  return listAt(pod.json, "status", "conditions").some(
    (condition) => textAt(condition, "type") === "Ready" && textAt(condition, "status") === "True",
  );
}

/** Ended for good, well or badly. */
export function isOver(pod: KubeObject): boolean {
  const phase = textAt(pod.json, "status", "phase");
  return phase === "Succeeded" || phase === "Failed";
}

/** Does a selector of labels (`app: web`) choose these labels? An empty one chooses nothing here: no service selects with it. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** A selector with `matchLabels` and `matchExpressions`; an empty one chooses everything. */
export function matchesSelector(selector: JsonValue | undefined, labels: Readonly<Record<string, string>>): boolean {
  const { named, expressions } = readSelector(selector);
  return (
    named.every(([key, value]) => labels[key] === value) &&
    expressions.every(({ key, operator, values }) => {
      const value = labels[key];
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

interface Selector {
  readonly named: readonly (readonly [string, string])[];
  readonly expressions: readonly { readonly key: string; readonly operator: string | undefined; readonly values: readonly JsonValue[] }[];
}

// Objects never change, and in a large namespace every selector meets every pod: each is read once.
const selectors = new WeakMap<object, Selector>();
const labelsRead = new WeakMap<object, Readonly<Record<string, string>>>();

function readSelector(selector: JsonValue | undefined): Selector {
  const known = isObject(selector) ? selectors.get(selector) : undefined;
  if (known !== undefined) return known;
  const read = {
    named: Object.entries(textsAt(selector, "matchLabels")),
    expressions: listAt(selector, "matchExpressions").map((one) => ({
      key: textAt(one, "key") ?? "",
      operator: textAt(one, "operator"),
      values: listAt(one, "values"),
    })),
  };
  if (isObject(selector)) selectors.set(selector, read);
  return read;
}

/** The way to the pod template of an object: of one whose kind is not known, where most keep it. */
export function templateWay(kind: string | undefined): readonly string[] {
  return templates[kind ?? ""] ?? ["spec", "template"];
}

export function labelsOf(value: JsonValue | undefined): Readonly<Record<string, string>> {
  const known = isObject(value) ? labelsRead.get(value) : undefined;
  if (known !== undefined) return known;
  const labels = textsAt(value, "metadata", "labels");
  if (isObject(value)) labelsRead.set(value, labels);
  return labels;
}

/** Labels as a person gave them: without the one by which a deployment tells its revisions apart. */
export function withoutTemplateHash<T>(labels: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key !== "pod-template-hash"));
}

/** `app=web, tier=front` */
export function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

function ownerOf(snapshot: Snapshot, object: KubeObject): KubeObject | undefined {
  for (const owner of listAt(object.json, "metadata", "ownerReferences")) {
    const [kind, name] = [textAt(owner, "kind"), textAt(owner, "name")];
    const found = kind === undefined || name === undefined ? undefined : snapshot.find(kind, object.namespace, name);
    if (found !== undefined && found !== object) return found;
  }
  return undefined;
}

function groupBy(objects: readonly KubeObject[], key: (object: KubeObject) => KubeObject | undefined): Map<KubeObject, KubeObject[]> {
  const groups = new Map<KubeObject, KubeObject[]>();
  for (const object of objects) {
    const of = key(object);
    if (of === undefined) continue;
    const group = groups.get(of);
    if (group === undefined) groups.set(of, [object]);
    else group.push(object);
  }
  return groups;
}

function currentPods(snapshot: Snapshot, workload: KubeObject, pods: readonly KubeObject[]): readonly KubeObject[] {
  if (workload.kind !== "Deployment") return pods;
  const newest = revisionsOf(snapshot, workload)[0];
  return newest === undefined ? pods : pods.filter((pod) => ownerOf(snapshot, pod) === newest);
}
