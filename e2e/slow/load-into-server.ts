import { rebaseObject } from "../../src/incident/cluster/rebase.ts";
import type { RecordedCluster } from "../../src/incident/cluster/recorded-cluster.ts";
import { isMembers, type RecordedObject } from "../../src/incident/cluster/recorded-object.ts";
import { groupVersionOf, typeKey, type ResourceType } from "../../src/incident/cluster/resource-types.ts";
import type { RealServer } from "./real-server.ts";

/** An object that the real server would not have taken as it was recorded. */
export interface Refused {
  readonly object: string;
  readonly why: string;
}

/**
 * Puts every object of a recording into a real API server: first through the API, which holds it to the server's own rules (the object, then its status
 * through the subresource), then as it was recorded in the place where the server stored it, so that ids and ages are the recorded ones.
 */
export async function loadIntoServer(server: RealServer, cluster: RecordedCluster, offset: number): Promise<readonly Refused[]> {
  const refused: Refused[] = [];
  const types = new Map(cluster.types.map((type) => [typeKey(type), type]));
  for (const [key, objects] of inOrder(cluster)) {
    const type = types.get(key);
    if (type === undefined) continue;
    for (const recorded of objects) {
      if (isKubernetesService(recorded)) continue;
      const object = rebaseObject(recorded, offset);
      const why = await put(server, type, object);
      if (why !== undefined) refused.push({ object: `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`, why });
    }
    if (type.resource === "customresourcedefinitions") await untilServed(server, objects);
  }
  return refused;
}

/** Definitions before what they define, namespaces before what is in them. */
function inOrder(cluster: RecordedCluster): (readonly [string, readonly RecordedObject[]])[] {
  const first = ["apiextensions.k8s.io/v1/customresourcedefinitions", "/v1/namespaces"];
  return [...cluster.objects].sort(([a], [b]) => rank(a) - rank(b));
  function rank(key: string): number {
    const at = first.indexOf(key);
    return at === -1 ? first.length : at;
  }
}

async function put(server: RealServer, type: ResourceType, object: RecordedObject): Promise<string | undefined> {
  const path = pathOf(type, object.metadata.namespace);
  const { name } = object.metadata;
  const problems: string[] = [];
  const before = await server.store.keys();
  // What the server made itself (`default`, `kube-system`) is there: the recorded one takes its place.
  if ((await server.api("GET", `${path}/${name}`)).status !== 200) {
    const created = await server.api("POST", `${path}?fieldValidation=Strict`, asWritten(object));
    if (created.status >= 300) return messageOf(created.body);
  }
  const key = await keyOf(server, before, type, object);
  if (key === undefined) return "it is nowhere in the store";
  if (object["status"] !== undefined && type.resource !== "events") {
    const live = await server.api("GET", `${path}/${name}`);
    const metadata = isMembers(live.body) && isMembers(live.body["metadata"]) ? live.body["metadata"] : {};
    const { resourceVersion, uid } = metadata;
    const form = { ...object, metadata: { ...object.metadata, resourceVersion, uid } };
    const status = await server.api("PUT", `${path}/${name}/status?fieldValidation=Strict`, form);
    if (status.status >= 300 && status.status !== 404) problems.push(`status: ${messageOf(status.body)}`);
  }
  const { resourceVersion: _, ...metadata } = object.metadata;
  await server.store.write(key, JSON.stringify({ ...object, apiVersion: groupVersionOf(type), metadata }));
  return problems.length === 0 ? undefined : problems.join("; ");
}

/** What a client would have written: the server gives the rest itself, and refuses it from others. */
function asWritten(object: RecordedObject): unknown {
  const { status: _, metadata, ...rest } = object;
  const { uid: _uid, creationTimestamp: _created, resourceVersion: _version, deletionTimestamp: _deleted, ...kept } = metadata;
  const form: Record<string, unknown> = { ...rest, metadata: kept };
  // A job's selector is the server's own.
  if (object.kind === "Job" && isMembers(form["spec"])) {
    const { selector: _selector, template, ...spec } = form["spec"];
    form["spec"] = { ...spec, template: withoutJobLabels(template) };
  }
  return form;
}

function withoutJobLabels(template: unknown): unknown {
  if (!isMembers(template) || !isMembers(template["metadata"])) return template;
  const labels = isMembers(template["metadata"]["labels"]) ? template["metadata"]["labels"] : {};
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !/controller-uid|job-name/.test(key)));
  return { ...template, metadata: { ...template["metadata"], labels: own } };
}

/** Where the store has the object: the key that came with it, or the one that ends with its name. */
async function keyOf(
  server: RealServer,
  before: ReadonlySet<string>,
  type: ResourceType,
  object: RecordedObject,
): Promise<string | undefined> {
  const { name, namespace } = object.metadata;
  const end = `/${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const keys = [...(await server.store.keys())].filter((key) => key.endsWith(end));
  const fresh = keys.filter((key) => !before.has(key));
  if (fresh.length === 1) return fresh[0];
  const folders = [type.resource, `${type.group}/${type.resource}`, ...(oldFolders[type.resource] ?? [])];
  return keys.find((key) => folders.some((folder) => key.startsWith(`/registry/${folder}/`)));
}

/** Names that the store's folders of some resources have from old times. */
const oldFolders: Readonly<Record<string, readonly string[]>> = {
  services: ["services/specs"],
  endpoints: ["services/endpoints"],
  nodes: ["minions"],
};

async function untilServed(server: RealServer, definitions: readonly RecordedObject[]): Promise<void> {
  for (const { spec } of definitions as readonly (RecordedObject & {
    spec: { group: string; versions: { name: string }[]; names: { plural: string } };
  })[])
    for (let tries = 0; tries < 100; tries++) {
      const answer = await server.api("GET", `/apis/${spec.group}/${spec.versions[0]?.name ?? ""}/${spec.names.plural}`);
      if (answer.status === 200) break;
      await new Promise((later) => setTimeout(later, 200));
    }
}

/** Takes out of the store what a scenario brought, so that the next finds the server as it began. */
export async function clearServer(server: RealServer, began: ReadonlyMap<string, string>): Promise<void> {
  for (const [key, value] of await server.store.all()) {
    const before = began.get(key);
    if (before === undefined) await server.store.remove(key);
    else if (before !== value && !/^\/registry\/(?:leases|masterleases)\//.test(key)) await server.store.write(key, before);
  }
}

/**
 * The recording together with what the real server holds of its own (its namespaces, roles, priority classes and the service `kubernetes`, which it
 * writes anew all the time), so that both answer from the same objects.
 */
export async function withServersOwn(server: RealServer, cluster: RecordedCluster, offset: number): Promise<RecordedCluster> {
  const objects = new Map(cluster.objects);
  for (const type of cluster.types) {
    if (type.group === "events.k8s.io") continue;
    const answer = await server.api("GET", pathOf(type, undefined));
    if (answer.status !== 200 || !isMembers(answer.body) || !Array.isArray(answer.body["items"])) continue;
    const recorded = objects.get(typeKey(type)) ?? [];
    const own = (answer.body["items"] as readonly RecordedObject[])
      .map((item) => rebaseObject({ ...item, apiVersion: groupVersionOf(type), kind: type.kind }, -offset))
      .filter((item) => isKubernetesService(item) || !recorded.some((one) => address(one) === address(item)));
    const kept = recorded.filter((one) => !own.some((item) => address(item) === address(one)));
    const all = [...kept, ...own].sort((a, b) => (address(a) < address(b) ? -1 : 1));
    if (all.length > 0) objects.set(typeKey(type), all);
  }
  return { ...cluster, objects };
}

function isKubernetesService({ kind, metadata }: RecordedObject): boolean {
  return metadata.namespace === "default" && metadata.name === "kubernetes" && /^(?:Service|Endpoints|EndpointSlice)$/.test(kind);
}

function address({ metadata }: RecordedObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function pathOf(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${groupVersionOf(type)}`;
  return namespace === undefined ? `${root}/${type.resource}` : `${root}/namespaces/${namespace}/${type.resource}`;
}

function messageOf(body: unknown): string {
  return isMembers(body) && typeof body["message"] === "string" ? body["message"] : JSON.stringify(body).slice(0, 300);
}
