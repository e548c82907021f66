import type { JsonObject, JsonValue } from "../messages/conversation.ts";

/**
 * An object of the API, as JSON. Whoever wrote it may have put anything anywhere, so everything below the four members that each object has is read through
 * the functions of this file: what is missing or of another type is `undefined` or empty, never a fault.
 */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent for cluster-wide kinds. */
  readonly namespace: string | undefined;
  readonly json: JsonObject;
}

/** Which object: as people write it, `Deployment/shop/payments`. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** A step into an object: a key, the list's member of that name, or its index where members have no names. */
export type FieldStep = string | number | { readonly name: string };

/** The objects in any JSON value: an object, a list of kind `List`, or anything else, which holds none. */
export function readObjects(value: JsonValue | undefined): readonly KubeObject[] {
  if (!isObject(value)) return [];
  const items = value["items"];
  const kind = textAt(value, "kind");
  if (kind !== undefined && kind.endsWith("List") && Array.isArray(items)) return items.flatMap((item) => readObjects(item as JsonValue));
  const apiVersion = textAt(value, "apiVersion");
  const name = textAt(value, "metadata", "name");
  if (kind === undefined || apiVersion === undefined || name === undefined) return [];
  return [{ apiVersion, kind, name, namespace: textAt(value, "metadata", "namespace"), json: value }];
}

export function refOf({ kind, namespace, name }: ObjectRef): ObjectRef {
  return { kind, namespace, name };
}

/** `Deployment/shop/payments`; the same for the same object, so it serves as a key. */
export function refText({ kind, namespace, name }: ObjectRef): string {
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
}

/** `spec.template.spec.containers[payments].image` */
export function fieldText(field: readonly FieldStep[]): string {
  return field
    .map((step, at) => (typeof step === "string" ? `${at === 0 ? "" : "."}${step}` : `[${typeof step === "number" ? step : step.name}]`))
    .join("");
}

/** What stands at a field; `undefined` where any step of the way is missing. */
export function valueAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): JsonValue | undefined {
  let at = value;
  for (const step of path) {
    if (typeof step === "string") at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
    else if (!Array.isArray(at)) return undefined;
    else if (typeof step === "number") at = (at as readonly JsonValue[])[step];
    else at = (at as readonly JsonValue[]).find((member) => textAt(member, "name") === step.name);
  }
  return at;
}

/** The condition of a type in an object's status; each type is there once. */
export function conditionOf({ json }: Pick<KubeObject, "json">, type: string): JsonValue | undefined {
  return listAt(json, "status", "conditions").find((one) => textAt(one, "type") === type);
}

export function textAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

export function flagAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): boolean | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "boolean" ? found : undefined;
}

/** Empty where there is no list. */
export function listAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): readonly JsonValue[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [];
}

/** Empty where there is no object. */
export function objectAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): JsonObject {
  const found = valueAt(value, ...path);
  return isObject(found) ? found : {};
}

/** The members of an object that are texts: labels, selectors, annotations, data. */
export function textsAt(value: JsonValue | undefined, ...path: readonly FieldStep[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectAt(value, ...path)).filter((member): member is [string, string] => typeof member[1] === "string"),
  );
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
