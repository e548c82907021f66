import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import type { JsonValue } from "../messages/conversation.ts";
import { type FieldStep, type KubeObject, type ObjectRef, readObjects } from "./kube-object.ts";
import { parseAllDocuments } from "./kube-yaml.ts";

/** A manifest that is not YAML, or holds what is no object. */
export interface ManifestProblem {
  readonly path: string;
  /** From 1; absent where the file as a whole is meant. */
  readonly line: number | undefined;
  readonly says: string;
}

export interface Manifests {
  readonly objects: readonly KubeObject[];
  readonly problems: readonly ManifestProblem[];
}

/** The objects of YAML files, by path. An object without a namespace gets `namespace`, where its kind has one. */
export function readManifests(files: ReadonlyMap<string, string>, namespace: string): Manifests {
  const objects: KubeObject[] = [];
  const problems: ManifestProblem[] = [];
  for (const [path, text] of files) {
    for (const document of parseAllDocuments(text)) {
      const error = syntaxError(path, document);
      if (error !== undefined) {
        problems.push(error);
        continue;
      }
      const value = toJson(document);
      if (value === null) continue;
      const found = readObjects(value);
      const line = lineOf(text, document.contents?.range?.[0]);
      if (value === undefined) problems.push({ path, line, says: "its aliases unfold to more than is read" });
      else if (found.length === 0) problems.push({ path, line, says: "holds something that is no object of Kubernetes" });
      objects.push(
        ...found.map((object) => (object.namespace === undefined && !clusterWide.has(object.kind) ? { ...object, namespace } : object)),
      );
    }
  }
  return { objects, problems };
}

/** What is not YAML among files that need hold no objects, by path. */
export function findSyntaxErrors(files: ReadonlyMap<string, string>): readonly ManifestProblem[] {
  return [...files].flatMap(([path, text]) => parseAllDocuments(text).flatMap((document) => syntaxError(path, document) ?? []));
}

function syntaxError(path: string, { errors: [error] }: ReturnType<typeof parseAllDocuments>[number]): ManifestProblem | undefined {
  return error === undefined ? undefined : { path, line: error.linePos?.[0].line, says: error.message.split("\n")[0] ?? "is not YAML" };
}

function lineOf(text: string, at: number | undefined): number | undefined {
  return at === undefined ? undefined : text.slice(0, at).split("\n").length;
}

/** Kinds that stand in no namespace. */
const clusterWide: ReadonlySet<string> = new Set([
  "Namespace",
  "Node",
  "PersistentVolume",
  "StorageClass",
  "IngressClass",
  "PriorityClass",
  "RuntimeClass",
  "ClusterRole",
  "ClusterRoleBinding",
  "CustomResourceDefinition",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
  "APIService",
  "GatewayClass",
  "ClusterIssuer",
  "ClusterSecretStore",
]);

/** A place in a file, in characters. */
export interface Span {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

export interface Located {
  /** Where the value is written, quotation marks included. */
  readonly value: Span;
  /** Where its key is written; absent for a member of a list. */
  readonly key: Span | undefined;
}

/** Where a field of an object is written; `undefined` where the files do not have it as a plain value. */
export function locateField(
  files: ReadonlyMap<string, string>,
  object: ObjectRef,
  namespace: string,
  field: readonly FieldStep[],
): Located | undefined {
  for (const [path, text] of files)
    for (const document of parseAllDocuments(text)) {
      if (document.errors.length > 0) continue;
      const [found] = readObjects(toJson(document));
      if (found?.kind !== object.kind || found.name !== object.name || (found.namespace ?? namespace) !== (object.namespace ?? namespace))
        continue;
      let at: unknown = document.contents;
      let pair: Pair | undefined;
      for (const step of field) {
        pair =
          isMap(at) && typeof step === "string"
            ? (at.items.find((one) => isScalar(one.key) && String(one.key.value) === step) as Pair | undefined)
            : undefined;
        at = pair === undefined ? memberOf(at, step) : pair.value;
      }
      const value = isScalar(at) ? spanOf(path, at) : undefined;
      if (value === undefined) continue;
      return { value, key: isScalar(pair?.key) ? spanOf(path, pair.key) : undefined };
    }
  return undefined;
}

function memberOf(list: unknown, step: FieldStep): unknown {
  if (!isSeq(list)) return undefined;
  if (typeof step === "number") return list.items[step];
  return typeof step === "string" ? undefined : list.items.find((one) => isMap(one) && one.get("name") === step.name);
}

function spanOf(path: string, node: Node | Scalar): Span | undefined {
  const [start, end] = node.range ?? [];
  return start === undefined || end === undefined ? undefined : { path, start, end };
}

/** A text with one value written anew, in the quotation marks that stood there; the rest stays as it is, comments and layout too. */
export function writeValue(text: string, { start, end }: Span, value: string): string {
  const old = text.slice(start, end);
  const mark = old.startsWith('"') ? '"' : old.startsWith("'") ? "'" : "";
  const plain = /^[A-Za-z0-9_./-][^\s:#'"{}[\],&*?|<>=!%@`]*(?::[^\s'"#{}[\],]+)*$/.test(value);
  const numeric = /^-?\d+(?:\.\d+)?$/.test(value);
  const wasNumber = /^-?\d+(?:\.\d+)?$/.test(old);
  const written =
    mark === "'"
      ? `'${value.replaceAll("'", "''")}'`
      : mark === '"' || !plain || (numeric && !wasNumber) || /^(?:true|false|null|yes|no|on|off|y|n|~)$/i.test(value)
        ? JSON.stringify(value)
        : value;
  return (
    text.slice(0, start) +
    (numeric && wasNumber ? value : /^(?:true|false)$/.test(old) && /^(?:true|false)$/.test(value) ? value : written) +
    text.slice(end)
  );
}

function toJson(document: ReturnType<typeof parseAllDocuments>[number]): JsonValue | undefined {
  try {
    return document.toJS({ maxAliasCount: 100 }) as JsonValue;
  } catch {
    return undefined;
  }
}
