import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import { columnsOf } from "./definition-columns.ts";
import { fromNewEvent } from "./event-forms.ts";
import { listFolder, readRecorded } from "./recorded-files.ts";
import { parseInstant } from "./rebase.ts";
import { listAt, textAt, valueAt, type RecordedObject } from "./recorded-object.ts";
import { redactSecret } from "./redact.ts";
import { builtInTypes, groupVersionOf, typeKey, type ResourceType } from "./resource-types.ts";

const largestFile = 64 * 1024 * 1024;
const name = z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9.:_]{0,251}[A-Za-z0-9])?$/, "must be a name as Kubernetes writes it");
const texts = z.record(z.string(), z.string("must be text: quote it"));

const objectShape = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name,
    namespace: name.optional(),
    uid: z.string().min(1),
    creationTimestamp: z.string().refine((text) => parseInstant(text) !== undefined, "must be an RFC3339 instant"),
    labels: texts.optional(),
    annotations: texts.optional(),
    resourceVersion: z.string("must be text: quote it").optional(),
  }),
});

export interface LoadedObjects {
  readonly types: readonly ResourceType[];
  readonly objects: ReadonlyMap<string, readonly RecordedObject[]>;
}

/** Every `GROUP/VERSION/RESOURCE.yaml` below `folder`; `announced` are the cluster's kinds where the recording says which it has. */
export async function loadObjects(folder: string, announced: readonly ResourceType[] = builtInTypes): Promise<LoadedObjects> {
  const types = new Map(announced.map((type) => [typeKey(type), type]));
  const objects = new Map<string, RecordedObject[]>();
  const files = await listResourceFiles(folder);
  const documents = new Map<ResourceFile, readonly RecordedObject[]>();
  for (const file of files) documents.set(file, parseObjects(await readRecorded(file.path, largestFile), file));
  const definitions = [...documents].flatMap(([file, found]) => (file.resource === "customresourcedefinitions" ? found : []));

  for (const [file, found] of documents) {
    const type = types.get(typeKey(file)) ?? typeOf(file, found, definitions);
    if (type === undefined) continue;
    for (const [index, object] of found.entries()) requireFit(object, type, `${file.path}, document ${index + 1}`);
    if (!types.has(typeKey(type))) types.set(typeKey(type), type);
    store(objects, type, found);
  }
  for (const [key, type] of types) if (!type.builtIn) types.set(key, { ...type, columns: columnsOf(type, definitions) });
  for (const [key, list] of objects) objects.set(key, sortAndRefuseTwins(list, key));
  return { types: [...types.values()], objects };
}

/** The two forms of an event are one object behind two addresses; they are kept in the core form. */
function store(objects: Map<string, RecordedObject[]>, type: ResourceType, found: readonly RecordedObject[]): void {
  const isNewEvent = type.group === "events.k8s.io" && type.resource === "events";
  const key = isNewEvent ? "/v1/events" : typeKey(type);
  const kept = isNewEvent ? found.map(fromNewEvent) : type.kind === "Secret" && type.group === "" ? found.map(redactSecret) : found;
  objects.set(key, [...(objects.get(key) ?? []), ...kept]);
}

interface ResourceFile {
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

async function listResourceFiles(folder: string): Promise<ResourceFile[]> {
  const files: ResourceFile[] = [];
  for (const group of await listFolder(folder, "directory"))
    for (const version of await listFolder(join(folder, group), "directory"))
      for (const file of await listFolder(join(folder, group, version), "file")) {
        const path = join(folder, group, version, file);
        const resource = /^([a-z0-9][a-z0-9-]*)\.yaml$/.exec(file)?.[1];
        if (resource === undefined) {
          throw new CloisterError("damaged", `${path}: a file of objects is named for its resource, \`pods.yaml\`.`, { field: path });
        }
        files.push({ path, group: group === "core" ? "" : group, version, resource });
      }
  return files;
}

/** The objects of one file; a `List`, as kubectl prints several, counts as the objects in it. */
function parseObjects(text: string, file: ResourceFile): readonly RecordedObject[] {
  const found: RecordedObject[] = [];
  for (const [index, document] of parseAllDocuments(text).entries()) {
    const place = `${file.path}, document ${index + 1}`;
    const fault = document.errors[0];
    if (fault !== undefined) throw new CloisterError("damaged", `${place} is not YAML: ${fault.message}`, { field: place, cause: fault });
    const value = expand(document, place);
    if (value === null) continue;
    const items = textAt(value, "kind") === "List" ? listAt(value, "items") : [value];
    for (const item of items) found.push(parseObject(item, place));
  }
  return found;
}

/** A document without its aliases, of which YAML allows enough to fill any memory. */
function expand(document: { toJS(): unknown }, place: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new CloisterError("damaged", `${place} uses too many aliases: write its values out.`, { field: place, cause });
  }
}

function parseObject(value: unknown, place: string): RecordedObject {
  const parsed = objectShape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") || "the document";
  throw new CloisterError("damaged", `${place}: ${field}: ${issue?.message ?? "is not understood"}.`, { field });
}

/** What a file's objects are: one of Kubernetes' kinds, or what a recorded definition or the objects themselves say. */
function typeOf(file: ResourceFile, found: readonly RecordedObject[], definitions: readonly RecordedObject[]): ResourceType | undefined {
  const known = builtInTypes.find(({ group, resource }) => group === file.group && resource === file.resource);
  if (known !== undefined) return { ...known, version: file.version };
  const first = found[0];
  if (first === undefined) return undefined;
  const definition = definitions.find(({ metadata }) => metadata.name === `${file.resource}.${file.group}`);
  const strings = (key: string) => listAt(definition, "spec", "names", key).filter((item): item is string => typeof item === "string");
  return {
    group: file.group,
    version: file.version,
    resource: file.resource,
    singular: textAt(definition, "spec", "names", "singular") || first.kind.toLowerCase(),
    kind: first.kind,
    namespaced: definition === undefined ? first.metadata.namespace !== undefined : valueAt(definition, "spec", "scope") === "Namespaced",
    shortNames: strings("shortNames"),
    categories: strings("categories"),
    builtIn: false,
  };
}

function requireFit(object: RecordedObject, type: ResourceType, place: string): void {
  const wrong = (field: string, expected: string, found: string) =>
    new CloisterError("damaged", `${place}: ${field} must be ${expected} in this file, and is ${found}.`, { field });
  if (object.apiVersion !== groupVersionOf(type)) throw wrong("apiVersion", `"${groupVersionOf(type)}"`, `"${object.apiVersion}"`);
  if (object.kind !== type.kind) throw wrong("kind", `"${type.kind}"`, `"${object.kind}"`);
  const { namespace } = object.metadata;
  if (type.namespaced !== (namespace !== undefined))
    throw wrong("metadata.namespace", type.namespaced ? "set" : "absent", namespace === undefined ? "absent" : `"${namespace}"`);
}

/** The order in which an API server lists: by namespace, then name. */
function sortAndRefuseTwins(list: readonly RecordedObject[], key: string): RecordedObject[] {
  const address = ({ metadata }: RecordedObject) => `${metadata.namespace ?? ""}/${metadata.name}`;
  const sorted = list.toSorted((a, b) => (address(a) < address(b) ? -1 : 1));
  for (const [index, object] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && address(next) === address(object))
      throw new CloisterError("damaged", `Two recorded objects of ${key} have one name, ${address(object)}.`, { field: "metadata.name" });
  }
  return sorted;
}
