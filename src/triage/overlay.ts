import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import { referencesOf } from "./analyzers/references.ts";
import { obstaclesOf } from "./analyzers/scheduling.ts";
import { type Change, differences } from "./changes.ts";
import { isObject, type KubeObject, listAt, numberAt, objectAt, type ObjectRef, refOf, refText, textAt } from "./kube-object.ts";
import { renewClaims } from "./predict-claims.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";
import { topOwner, workloadsOf } from "./workloads.ts";

/** The manifests of a repository before a change and after it. An object without a namespace belongs to `namespace`. */
export interface ManifestChange {
  readonly before: readonly KubeObject[];
  readonly after: readonly KubeObject[];
  /** Files that change beside the manifests, by path. */
  readonly otherFiles?: readonly string[] | undefined;
  /** What the repository says beside its manifests, before the change: source, documentation. It names what the programs know. */
  readonly repositoryText?: string | undefined;
}

/** One object that a change makes, alters or takes away, and in what. */
export interface ChangedObject {
  readonly object: ObjectRef;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
  readonly changes: readonly Change[];
}

export interface Overlay {
  /** The cluster as it would stand: what needs no program to run. */
  readonly snapshot: Snapshot;
  readonly changed: readonly ChangedObject[];
}

/**
 * Lays a change of manifests over a cluster and draws the consequences that need no program to run: workloads whose template changes get new
 * pods in place of their old ones, placed where a node takes them and ready; so do those that read a changed config map, since a container
 * gets its variables anew whenever it is started. Whether a program would then be well is for `check.ts`.
 */
export function layOver(snapshot: Snapshot, change: ManifestChange): Overlay {
  const changed = changedObjects(change);
  const objects = new Map(snapshot.objects.map((object) => [refText(object), object]));
  const renewed: ObjectRef[] = [];
  for (const { object, before, after, changes } of changed) {
    const key = refText(object);
    const live = objects.get(key);
    if (after === undefined) objects.delete(key);
    else
      objects.set(
        key,
        live === undefined ? after : { ...live, json: applyDifference(live.json, before?.json ?? {}, after.json) as JsonObject },
      );
    if (changes.some(({ field }) => field[0] === "spec" || field[0] === "data")) renewed.push(object);
    else if (live === undefined || after === undefined) renewed.push(object);
  }
  const laid = createSnapshot({
    now: snapshot.now,
    objects: [...objects.values()],
    covers: (kind) => snapshot.covers(kind),
    log: (ref) => snapshot.log(ref),
  });
  return { snapshot: renewClaims(renewPods(snapshot, laid, renewed), renewed), changed };
}

/** Which objects differ between the manifests; two that mean the same in another spelling do not. */
export function changedObjects({ before, after }: ManifestChange): readonly ChangedObject[] {
  const old = new Map(before.map((object) => [refText(object), object]));
  const now = new Map(after.map((object) => [refText(object), object]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): ChangedObject[] => {
    const [was, is] = [old.get(key), now.get(key)];
    const object = is ?? was;
    if (object === undefined) return [];
    const changes = was === undefined || is === undefined ? [] : differences(was.json, is.json);
    return was !== undefined && is !== undefined && changes.length === 0
      ? []
      : [{ object: refOf(object), before: was, after: is, changes }];
  });
}

/** The live value with what differs between two manifests put in: what the API server and controllers have added stays. */
export function applyDifference(live: JsonValue | undefined, before: JsonValue | undefined, after: JsonValue): JsonValue {
  if (JSON.stringify(before) === JSON.stringify(after) && live !== undefined) return live;
  if (isObject(after) && isObject(live)) {
    const was = isObject(before) ? before : {};
    const kept = Object.entries(live).filter(([key]) => Object.hasOwn(after, key) || !Object.hasOwn(was, key));
    const put = Object.entries(after).map(([key, value]): [string, JsonValue] => [key, applyDifference(live[key], was[key], value)]);
    return Object.fromEntries([...kept, ...put]);
  }
  if (Array.isArray(after) && Array.isArray(live) && Array.isArray(before)) {
    const [alive, was, is] = [live, before, after] as readonly (readonly JsonValue[])[];
    if (is?.every((one) => textAt(one, "name") !== undefined) === true)
      return is.map((one) => {
        const same = (other: JsonValue): boolean => textAt(other, "name") === textAt(one, "name");
        return applyDifference(alive?.find(same), was?.find(same), one);
      });
  }
  return after;
}

/** New pods for the workloads that a change touches; those of others stay as they are. */
function renewPods(before: Snapshot, laid: Snapshot, renewed: readonly ObjectRef[]): Snapshot {
  const touched = new Set(renewed.map(refText));
  const gone = new Set<KubeObject>();
  const made: KubeObject[] = [];
  for (const namespace of new Set(renewed.map((ref) => ref.namespace)))
    for (const workload of workloadsOf(laid, namespace ?? "")) {
      const reads = referencesOf(workload).some(({ kind, name }) => touched.has(refText({ kind, namespace, name })));
      if (!reads && !touched.has(refText(workload.object))) continue;
      // What its failed runs were is of the template before; the next run is of this one.
      if (workload.object.kind === "CronJob") {
        for (const job of laid.of("Job", namespace).filter((one) => topOwner(laid, one) === workload.object && hasFailed(one)))
          for (const object of laid.objects)
            if (object === job || (object.kind === "Pod" && object.namespace === namespace && ownerNames(object).includes(job.name)))
              gone.add(object);
        continue;
      }
      // A change of replicas alone makes no new pods of those that are there.
      for (const object of laid.objects)
        if (
          (object.kind === "Pod" || object.kind === "ReplicaSet") &&
          object !== workload.object &&
          topOwner(before, before.find(object.kind, object.namespace, object.name) ?? object).name === workload.object.name &&
          topOwner(laid, object) === workload.object
        )
          gone.add(object);
      const replicas = workload.object.kind === "DaemonSet" ? 1 : (numberAt(workload.object.json, "spec", "replicas") ?? 1);
      const nodes = laid.of("Node");
      const free = nodes.find((node) => obstaclesOf(workload, node, nodes).length === 0);
      for (let index = 0; index < Math.min(replicas, 20); index++)
        made.push(predictedPod(workload.object, workload.template, index, nodes.length === 0 ? "" : free?.name));
    }
  const objects = [...laid.objects.filter((object) => !gone.has(object) && !isOfTemplateBefore(object, touched)), ...made];
  return createSnapshot({ now: laid.now, objects, covers: (kind) => laid.covers(kind), log: (ref) => laid.log(ref) });
}

/** What a changed controller was refused was asked for with its template before. */
function isOfTemplateBefore({ kind, namespace, json }: KubeObject, touched: ReadonlySet<string>): boolean {
  if (kind !== "Event" || textAt(json, "reason") !== "FailedCreate") return false;
  const [of = "", name = ""] = ["kind", "name"].map((member) => textAt(json, "involvedObject", member));
  return touched.has(refText({ kind: of, namespace, name }));
}

function hasFailed(job: KubeObject): boolean {
  return listAt(job.json, "status", "conditions").some((one) => textAt(one, "type") === "Failed" && textAt(one, "status") === "True");
}

function ownerNames(object: KubeObject): readonly (string | undefined)[] {
  return listAt(object.json, "metadata", "ownerReferences").map((one) => textAt(one, "name"));
}

/** A pod as the template would make it: placed and ready, or waiting for a node. */
function predictedPod(owner: KubeObject, template: JsonObject, index: number, node: string | undefined): KubeObject {
  const name = `${owner.name}-new-${index}`;
  const condition = (type: string, status: boolean): JsonObject => ({ type, status: status ? "True" : "False" });
  const json: JsonObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...objectAt(template, "metadata"),
      name,
      ...(owner.namespace === undefined ? {} : { namespace: owner.namespace }),
      ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, controller: true }],
    },
    spec: { ...objectAt(template, "spec"), ...(node === undefined ? {} : { nodeName: node }) },
    status:
      node === undefined
        ? { phase: "Pending", conditions: [condition("PodScheduled", false)] }
        : { phase: "Running", conditions: [condition("PodScheduled", true), condition("Ready", true)] },
  };
  return { apiVersion: "v1", kind: "Pod", name, namespace: owner.namespace, json };
}
