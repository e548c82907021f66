/** What every recorded object has; the rest of it is read with the functions below, which never throw on a foreign shape. */
export interface RecordedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [member: string]: unknown;
}

export interface Metadata {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
  /** RFC3339. */
  readonly creationTimestamp: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly resourceVersion?: string | undefined;
  readonly [member: string]: unknown;
}

export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under `path`, or undefined where a step is missing. Own members only: a recorded file cannot reach a prototype. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const step of path) {
    if (!isMembers(here) || !Object.hasOwn(here, step)) return undefined;
    here = here[step];
  }
  return here;
}

/** The text under `path`; empty where there is none, as a Go string would be. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : typeof found === "number" || typeof found === "boolean" ? String(found) : "";
}

/** The number under `path`; 0 where there is none, as a Go integer would be. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : 0;
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function membersAt(value: unknown, ...path: readonly string[]): Members {
  const found = valueAt(value, ...path);
  return isMembers(found) ? found : {};
}

/** The members under `path` whose values are text: labels, selectors. */
export function textsAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(membersAt(value, ...path)).flatMap(([key, text]) => (typeof text === "string" ? [[key, text]] : [])),
  );
}
