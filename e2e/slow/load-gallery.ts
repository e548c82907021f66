import { readFile } from "node:fs/promises";
import { parseAllDocuments } from "yaml";
import { readGroups, readTypes, type AnnouncedType } from "../../src/incident/capture/discovery.ts";
import { columnsOf } from "../../src/incident/cluster/definition-columns.ts";
import type { RecordedCluster } from "../../src/incident/cluster/recorded-cluster.ts";
import type { RecordedObject } from "../../src/incident/cluster/recorded-object.ts";
import { groupVersionOf } from "../../src/incident/cluster/resource-types.ts";
import { withServersOwn } from "./load-into-server.ts";
import type { RealServer } from "./real-server.ts";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly status?: unknown;
}

/** Writes the manifests of a file into the server, as a client and its controllers would. Throws with what the server said. */
export async function loadManifests(server: RealServer, file: string): Promise<void> {
  const uids = new Map<string, string>();
  for (const document of parseAllDocuments(await readFile(file, "utf8"))) {
    const manifest = document.toJS() as Manifest;
    const { kind, metadata } = manifest;
    const owners = metadata.ownerReferences?.map((owner) => ({ ...owner, uid: uids.get(`${owner.kind}/${owner.name}`) }));
    const form = { ...manifest, metadata: { ...metadata, ...(owners === undefined ? {} : { ownerReferences: owners }) } };
    const path = await pathOf(server, manifest);
    const created = await until(async () => server.api("POST", path, form));
    if (created.status >= 300) throw new Error(`${kind} ${metadata.name}: ${JSON.stringify(created.body)}`);
    const live = created.body as RecordedObject;
    uids.set(`${kind}/${metadata.name}`, live.metadata.uid);
    if (manifest.status === undefined) continue;
    const body = { ...live, status: manifest.status };
    const status = await server.api("PUT", `${path}/${metadata.name}/status`, body);
    if (status.status >= 300) throw new Error(`status of ${kind} ${metadata.name}: ${JSON.stringify(status.body)}`);
  }
}

async function pathOf(server: RealServer, { apiVersion, kind, metadata }: Manifest): Promise<string> {
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const [group = "", version = apiVersion] = apiVersion === "v1" ? [] : apiVersion.split("/");
  // A definition is served a moment after it was written.
  const list = await until(async () => server.api("GET", root));
  const type = readTypes(list.body, { group, version }).find((one) => one.kind === kind);
  if (type === undefined) throw new Error(`the server does not know ${apiVersion} ${kind}`);
  return `${root}/${metadata.namespace === undefined ? "" : `namespaces/${metadata.namespace}/`}${type.resource}`;
}

/** Tries again while the server says that there is nothing at the address. */
async function until<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await ask();
    if (answer.status !== 404) return answer;
    await new Promise((later) => setTimeout(later, 200));
  }
  return ask();
}

/** Every kind that the server announces. */
export async function typesOf(server: RealServer): Promise<readonly AnnouncedType[]> {
  const groups = readGroups((await server.api("GET", "/apis")).body);
  const types: AnnouncedType[] = [];
  for (const at of [{ group: "", version: "v1" }, ...groups]) {
    const root = at.group === "" ? "/api/v1" : `/apis/${groupVersionOf(at)}`;
    types.push(...readTypes((await server.api("GET", root)).body, at));
  }
  return types;
}

/** A recording of all that the server holds, made by reading it. */
export async function recordServer(server: RealServer): Promise<RecordedCluster> {
  const now = Date.now();
  const types = (await typesOf(server)).map((type) => ({ ...type }));
  const empty: RecordedCluster = { recordedAt: now, serverVersion: server.version, types, objects: new Map(), logs: new Map() };
  const recorded = await withServersOwn(server, empty, 0);
  const definitions = recorded.objects.get("apiextensions.k8s.io/v1/customresourcedefinitions") ?? [];
  return { ...recorded, types: types.map((type) => ({ ...type, columns: columnsOf(type, definitions) })) };
}
