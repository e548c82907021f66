import { parseAllDocuments, stringify } from "yaml";
import type { JsonObject, JsonValue } from "../../src/messages/conversation.ts";
import { isObject, listAt, objectAt, textAt, valueAt } from "../../src/triage/kube-object.ts";
import type { Snapshot } from "../../src/triage/snapshot.ts";

/** One change of a repository's manifests, as a small model would make it without knowing what it does. */
export interface Edit {
  /** `deploy/web.yaml: Deployment/web spec.replicas: 2 → 4` */
  readonly says: string;
  /** Every file that changes, as what it then holds. */
  readonly documents: Documents;
}

/** The documents of YAML files by path; a file that does not parse has none. */
export type Documents = ReadonlyMap<string, readonly JsonValue[]>;

type Step = string | number;

export function readDocuments(files: ReadonlyMap<string, string>): Documents {
  const documents = new Map<string, readonly JsonValue[]>();
  for (const [path, text] of files) {
    const parsed = parseAllDocuments(text);
    if ([...parsed].every(({ errors }) => errors.length === 0))
      documents.set(
        path,
        [...parsed].map((one) => one.toJS() as JsonValue),
      );
  }
  return documents;
}

/**
 * Every edit of one place that somebody may try who has no idea: numbers halved and doubled, words misspelt, tags changed, a value put in place of
 * another that the cluster has under the same key, keys renamed and removed, members doubled, and what the revision before had.
 */
export function plausibleEdits(documents: Documents, snapshot: Snapshot): readonly Edit[] {
  const pool = collectValues(documents, snapshot);
  const edits: Edit[] = [];
  for (const [path, list] of documents)
    for (const [index, document] of list.entries()) {
      const write = (changed: JsonValue | undefined, says: string): void => {
        const now = list.flatMap((one, at) => (at !== index ? [one] : changed === undefined ? [] : [changed]));
        edits.push({ says: `${path}: ${nameOf(document)} ${says}`, documents: new Map([[path, now]]) });
      };
      write(undefined, "removed");
      for (const { way, value } of places(document)) {
        const at = wayText(way);
        if (way.length > 1) write(without(document, way), `${at}: removed`);
        const last = way.at(-1);
        if (typeof last === "string" && way.length > 1) write(renamed(document, way, misspell(last)), `${at}: key misspelt`);
        if (typeof last === "number") write(doubled(document, way), `${at}: twice`);
        for (const other of variants(value, way, pool))
          write(replaced(document, way, other), `${at}: ${JSON.stringify(value)?.slice(0, 60)} → ${JSON.stringify(other)?.slice(0, 90)}`);
      }
      for (const { changed, says } of additions(document)) write(changed, says);
      for (const { changed, says } of earlier(document, snapshot)) write(changed, says);
    }
  return edits;
}

/** Files as text, a document after the other. */
export function writeDocuments(documents: Documents): ReadonlyMap<string, string> {
  return new Map([...documents].map(([path, list]) => [path, list.map((one) => stringify(one)).join("---\n")]));
}

function nameOf(document: JsonValue): string {
  return `${textAt(document, "kind") ?? "?"}/${textAt(document, "metadata", "name") ?? "?"}`;
}

function wayText(way: readonly Step[]): string {
  return way.map((step, at) => (typeof step === "number" ? `[${step}]` : `${at === 0 ? "" : "."}${step}`)).join("");
}

function* places(value: JsonValue, way: readonly Step[] = []): Generator<{ readonly way: readonly Step[]; readonly value: JsonValue }> {
  if (way.length > 0) yield { way, value };
  if (Array.isArray(value)) for (const [at, one] of (value as readonly JsonValue[]).entries()) yield* places(one, [...way, at]);
  else if (isObject(value)) for (const [key, one] of Object.entries(value)) yield* places(one as JsonValue, [...way, key]);
}

/** The value with what stands at `way` made anew; `change` gets the parent and the last step. */
function edit(value: JsonValue, way: readonly Step[], change: (parent: JsonValue, step: Step) => JsonValue): JsonValue {
  const [step = "", ...rest] = way;
  if (rest.length === 0) return change(value, step);
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((one, at) => (at === step ? edit(one, rest, change) : one)) as JsonValue;
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === step ? edit(one as JsonValue, rest, change) : one]),
  ) as JsonValue;
}

function replaced(value: JsonValue, way: readonly Step[], by: JsonValue): JsonValue {
  return edit(value, way, (parent, step) =>
    Array.isArray(parent)
      ? ((parent as readonly JsonValue[]).map((one, at) => (at === step ? by : one)) as JsonValue)
      : ({ ...(parent as JsonObject), [step]: by } as JsonValue),
  );
}

function without(value: JsonValue, way: readonly Step[]): JsonValue {
  return edit(value, way, (parent, step) =>
    Array.isArray(parent)
      ? ((parent as readonly JsonValue[]).filter((_, at) => at !== step) as JsonValue)
      : (Object.fromEntries(Object.entries(parent as JsonObject).filter(([key]) => key !== step)) as JsonValue),
  );
}

function renamed(value: JsonValue, way: readonly Step[], name: string): JsonValue {
  return edit(
    value,
    way,
    (parent, step) =>
      Object.fromEntries(Object.entries(parent as JsonObject).map(([key, one]) => [key === step ? name : key, one])) as JsonValue,
  );
}

function doubled(value: JsonValue, way: readonly Step[]): JsonValue {
  return edit(value, way, (parent, step) => {
    const list = parent as readonly JsonValue[];
    return [...list, list[step as number] ?? null] as JsonValue;
  });
}

/** Two letters in the middle change places. */
function misspell(word: string): string {
  const at = Math.max(1, Math.floor(word.length / 2));
  const changed = word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
  return changed === word ? `${word}x` : changed;
}

function variants(value: JsonValue, way: readonly Step[], pool: Pool): readonly JsonValue[] {
  const found = new Set<JsonValue>();
  if (typeof value === "boolean") found.add(!value);
  if (typeof value === "number")
    for (const other of [value * 2, Math.floor(value / 2), value * 4, value * 10, value * 100, value + 1, value - 1, 0, 1, -1])
      found.add(other);
  if (typeof value === "string") {
    found.add(misspell(value));
    found.add(value.slice(0, -1));
    found.add("");
    found.add(value.toUpperCase());
    const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([A-Za-z]{0,2})$/.exec(value) ?? [];
    if (amount !== undefined) {
      for (const factor of [0.25, 0.5, 0.9, 1.1, 1.5, 2, 3, 4, 8, 16, 64, 1000]) found.add(`${Math.round(Number(amount) * factor)}${unit}`);
      for (const other of ["", "m", "M", "Mi", "G", "Gi", "MB", "Ti"]) found.add(`${amount}${other}`);
      found.add(Number(amount));
    }
    for (const other of tags(value)) found.add(other);
    for (const [digits] of value.matchAll(/\d+/g))
      for (const other of [Number(digits) + 1, Number(digits) - 1, Number(digits) * 2]) found.add(value.replace(digits, String(other)));
    if (/[-.]/.test(value)) {
      found.add(value.replaceAll("-", "_"));
      found.add(value.split(/[-.]/).slice(0, -1).join("-"));
    }
  }
  for (const other of near(value, way, pool)) found.add(other);
  found.delete(value);
  return [...found];
}

function tags(image: string): readonly string[] {
  const [, repository, tag] = /^([a-z0-9][\w./-]*\/[\w.-]+):([\w.-]+)$/.exec(image) ?? [];
  if (repository === undefined || tag === undefined) return [];
  const bare = tag.replace(/-.*$/, "");
  return [
    `${repository}:latest`,
    repository,
    `${repository}:${bare}`,
    `${repository}:v${tag}`,
    `${repository}:${tag}-alpine`,
    `${repository}:stable`,
  ];
}

interface Pool {
  readonly byKey: ReadonlyMap<string, ReadonlySet<JsonValue>>;
  readonly names: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
}

/** Values by the key that they stand under, the cluster's and the repository's, and every name. */
function collectValues(documents: Documents, snapshot: Snapshot): Pool {
  const byKey = new Map<string, Set<JsonValue>>();
  const read = (value: JsonValue): void => {
    for (const { way, value: one } of places(value)) {
      if (typeof one === "object") continue;
      const key = keyOf(value, way);
      const set = byKey.get(key) ?? new Set<JsonValue>();
      if (set.size < 200) set.add(one);
      byKey.set(key, set);
    }
  };
  for (const list of documents.values()) list.forEach(read);
  const own = new Set([...documents.values()].flat().map((one) => textAt(one, "metadata", "namespace")));
  const objects = snapshot.objects.filter(({ kind, namespace }) => !noise.has(kind) && (namespace === undefined || own.has(namespace)));
  for (const { json } of objects) {
    read(json["spec"] ?? null);
    read({ data: json["kind"] === "Secret" ? {} : (json["data"] ?? {}), rules: json["rules"] ?? [] });
    read({ labels: objectAt(json, "metadata", "labels") });
  }
  const names = new Set(snapshot.objects.filter(({ kind }) => named.has(kind)).map(({ name }) => name));
  const keys = objects
    .filter(({ kind }) => kind === "ConfigMap" || kind === "Secret")
    .flatMap(({ json }) => Object.keys(objectAt(json, "data")));
  const hosts = new Set(snapshot.of("Service").flatMap(({ name, namespace }) => [name, `${name}.${namespace ?? ""}`]));
  return { byKey, names: new Set([...names, ...keys]), hosts };
}

const noise: ReadonlySet<string> = new Set(["Event", "Pod", "ReplicaSet", "EndpointSlice", "Endpoints", "Lease"]);
const named: ReadonlySet<string> = new Set([
  "ConfigMap",
  "Secret",
  "Service",
  "ServiceAccount",
  "StorageClass",
  "Deployment",
  "StatefulSet",
  "PriorityClass",
  "PersistentVolumeClaim",
  "Role",
]);

/** The key of a value: its own, or its variable's where it stands as `value` of one; what is in a list has the key of the list. */
function keyOf(root: JsonValue, way: readonly Step[]): string {
  const last = way.at(-1);
  if (last === "value" && typeof way.at(-2) === "number") return "value";
  if (typeof last === "number") return String(way.findLast((step) => typeof step === "string") ?? "");
  if (last === "name" || last === "key")
    return `${String(way.findLast((step, at) => typeof step === "string" && at < way.length - 1) ?? "")}.${last}`;
  return String(last ?? (root === null ? "" : ""));
}

function near(value: JsonValue, way: readonly Step[], pool: Pool): readonly JsonValue[] {
  const found: JsonValue[] = [...(pool.byKey.get(keyOf(null, way)) ?? [])].slice(0, 60);
  if (typeof value === "string" && (way.at(-1) === "name" || way.at(-1) === "key" || way.at(-1) === "storageClassName"))
    found.push(...pool.names);
  if (typeof value === "string") {
    const host = [...pool.hosts].find((one) => value.includes(one));
    const written =
      /\/\/(?:[^@/]*@)?([a-z][\w.-]+)|^([a-z][\w.-]+):\d/
        .exec(value)
        ?.slice(1)
        .find((part) => part !== undefined) ?? host;
    if (written !== undefined && (value.includes(":") || host !== undefined))
      for (const other of pool.hosts) found.push(value.replace(written, other));
  }
  return found;
}

/** What people add when they do not know: more pods, more rights, more patience. */
function* additions(document: JsonValue): Generator<{ readonly changed: JsonValue; readonly says: string }> {
  const put = (way: readonly Step[], by: JsonValue): { readonly changed: JsonValue; readonly says: string } => ({
    changed: setAt(document, way, by),
    says: `${wayText(way)} = ${JSON.stringify(by)}`,
  });
  yield put(["metadata", "labels", "app"], "other");
  yield put(["metadata", "annotations", "note"], "restart");
  yield put(["metadata", "namespace"], "default");
  const way = podWay(document);
  if (way === undefined) return;
  const spec = [...way, "spec"];
  for (const [key, by] of Object.entries({
    hostNetwork: true,
    priorityClassName: "system-cluster-critical",
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 600,
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: "regcred" }],
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ operator: "Exists" }],
    serviceAccountName: "default",
    nodeName: "worker-1",
    dnsPolicy: "Default",
  }))
    yield put([...spec, key], by);
  yield put(["spec", "replicas"], 5);
  yield put(["spec", "progressDeadlineSeconds"], 3600);
  yield put(["spec", "minReadySeconds"], 60);
  yield put(["spec", "strategy"], { type: "Recreate" });
  yield put([...way, "metadata", "annotations", "restartedAt"], "now");
  yield put([...way, "metadata", "labels", "version"], "v2");
  for (const list of ["containers", "initContainers"])
    for (const at of listAt(valueAt(document, ...spec, list)).keys()) {
      const container = [...spec, list, at];
      for (const [key, by] of Object.entries({
        imagePullPolicy: "Always",
        command: ["sleep", "infinity"],
        args: ["--debug"],
        securityContext: { privileged: true },
        env: [...listAt(valueAt(document, ...container, "env")), { name: "DEBUG", value: "1" }],
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "2Gi" } },
        startupProbe: { tcpSocket: { port: 8080 }, failureThreshold: 60, periodSeconds: 10 },
        lifecycle: { preStop: { exec: { command: ["sleep", "10"] } } },
        workingDir: "/",
        envFrom: [{ configMapRef: { name: "config" } }],
      }))
        yield put([...container, key], by);
      yield put([...container, "livenessProbe", "initialDelaySeconds"], 300);
      yield put([...container, "readinessProbe", "failureThreshold"], 30);
      yield put([...container, "resources", "limits", "memory"], "4Gi");
    }
}

function setAt(value: JsonValue | undefined, [step, ...rest]: readonly Step[], by: JsonValue): JsonValue {
  if (step === undefined) return by;
  if (typeof step === "number") return listAt(value ?? null).map((one, at) => (at === step ? setAt(one, rest, by) : one)) as JsonValue;
  const object = isObject(value) ? value : {};
  return { ...object, [step]: setAt(object[step] as JsonValue | undefined, rest, by) } as JsonValue;
}

function podWay(document: JsonValue): readonly string[] | undefined {
  if (isObject(valueAt(document, "spec", "template", "spec"))) return ["spec", "template"];
  return isObject(valueAt(document, "spec", "jobTemplate", "spec", "template", "spec"))
    ? ["spec", "jobTemplate", "spec", "template"]
    : undefined;
}

/** The revision before: all of its template, and each value of it that differs from today's manifest. */
function* earlier(document: JsonValue, snapshot: Snapshot): Generator<{ readonly changed: JsonValue; readonly says: string }> {
  const name = textAt(document, "metadata", "name");
  for (const set of snapshot.of("ReplicaSet", textAt(document, "metadata", "namespace"))) {
    if (!listAt(set.json, "metadata", "ownerReferences").some((one) => textAt(one, "name") === name)) continue;
    if (textAt(document, "kind") !== "Deployment") continue;
    const old = valueAt(set.json, "spec", "template");
    const revision = textAt(set.json, "metadata", "annotations", "deployment.kubernetes.io/revision") ?? "?";
    if (old === undefined) continue;
    const differ = [...places(valueAt(document, "spec", "template") ?? null)].filter(
      ({ way, value }) => typeof value !== "object" && at(old, way) !== undefined && at(old, way) !== value,
    );
    let all = document;
    for (const { way } of differ) {
      const by = at(old, way) ?? null;
      all = replaced(all, ["spec", "template", ...way], by);
      yield { changed: replaced(document, ["spec", "template", ...way], by), says: `${wayText(way)} of revision ${revision}` };
    }
    if (differ.length > 1) yield { changed: all, says: `as revision ${revision}` };
    yield {
      changed: setAt(document, ["spec", "template", "spec"], valueAt(old, "spec") ?? {}),
      says: `whole template of revision ${revision}`,
    };
  }
}

function at(value: JsonValue, way: readonly Step[]): JsonValue | undefined {
  return valueAt(value, ...way);
}
