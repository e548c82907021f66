import type { JsonValue } from "../../messages/conversation.ts";
import type { Analyzer, Candidate, Finding } from "../finding.ts";
import { type FieldStep, flagAt, isObject, type KubeObject, listAt, objectAt, refOf, refText, textAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { isPullSecret } from "../predict-backends.ts";
import { quote } from "../quote.ts";
import { workingPullSecrets } from "./images.ts";
import { unmadeBy } from "./secret-stores.ts";
import type { Snapshot } from "../snapshot.ts";
import { containersOf, type Workload, workloadsOf } from "../workloads.ts";

/** Made by the API server itself. */
const alwaysThere: ReadonlySet<string> = new Set([
  "PriorityClass/system-cluster-critical",
  "PriorityClass/system-node-critical",
  "ServiceAccount/default",
  "ConfigMap/kube-root-ca.crt",
]);

/** One place where a template names another object, or a key in one. */
interface Reference {
  readonly kind: "ConfigMap" | "Secret" | "ServiceAccount" | "PersistentVolumeClaim" | "PriorityClass" | "RuntimeClass";
  readonly name: string;
  /** The way from the workload's object to the name. */
  readonly field: readonly FieldStep[];
  readonly key?: { readonly name: string; readonly field: readonly FieldStep[] } | undefined;
  /** Says where it is used: `env DB_URL of container web`. */
  readonly use: string;
}

/** References of pod templates that do not resolve: config maps, secrets and keys in them, service accounts, claims, classes. */
export const findReferences: Analyzer = (snapshot, namespace) => {
  const findings: Finding[] = [];
  for (const workload of workloadsOf(snapshot, namespace)) {
    // A pod that has been made keeps running without what it was made from; only what is to be made is in danger.
    if (workload.object.kind === "Pod" && workload.pods.length === 0) continue;
    for (const reference of referencesOf(workload)) findings.push(...checkReference(snapshot, namespace, workload, reference));
  }
  return findings;
};

function checkReference(snapshot: Snapshot, namespace: string, workload: Workload, reference: Reference): Finding[] {
  const { kind, name, field, key, use } = reference;
  if (alwaysThere.has(`${kind}/${name}`)) return [];
  const scope = kind === "PriorityClass" || kind === "RuntimeClass" ? undefined : namespace;
  if (!snapshot.covers(kind)) return [];
  const found = snapshot.find(kind, scope, name);
  const object = refOf(workload.object);
  if (found === undefined) {
    const there = snapshot.of(kind, scope).map((one) => one.name);
    // The same name of another kind, or in another namespace, tells what was meant.
    const maker = kind === "Secret" ? unmadeBy(snapshot, namespace, name) : undefined;
    const elsewhere = scope === undefined ? undefined : snapshot.of(kind).find((one) => one.name === name);
    return [
      {
        fault: "reference-missing",
        // What names it is right where somebody else fails to make it.
        severity: maker === undefined ? "cause" : "symptom",
        object,
        field,
        value: name,
        says: `there is no ${kind} ${quote(name, 80)} in namespace ${namespace}, which ${use} names${maker === undefined ? "" : `, and which ExternalSecret ${maker.name} is to make`}${elsewhere === undefined ? "" : `; namespace ${elsewhere.namespace ?? ""} has one`}`,
        evidence: [{ object, from: use, text: quote(name) }],
        candidates: field.includes("imagePullSecrets")
          ? pullSecretCandidates(snapshot, workload, name, there)
          : (handlerCandidates(snapshot, kind, name) ??
            nearMisses(name, there).map((value) => ({ value, why: `a ${kind} of that name is there` }))),
      },
    ];
  }
  if (key === undefined) return [];
  const keys = keysOf(found);
  if (keys === undefined || keys.includes(key.name)) return [];
  return [
    {
      fault: "key-missing",
      severity: "cause",
      object,
      field: key.field,
      value: key.name,
      says: `${kind} ${found.name} has no key ${quote(key.name, 80)}, which ${use} reads`,
      evidence: [{ object: refOf(found), from: "its keys", text: quote(keys.join(", ")) }],
      candidates: keyCandidates(snapshot, workload, reference, keys),
    },
  ];
}

/** A runtime class that is called by the name of its handler; `undefined` where no class has that handler, or several have. */
function handlerCandidates(snapshot: Snapshot, kind: string, name: string): readonly Candidate[] | undefined {
  const [first, ...others] = kind === "RuntimeClass" ? snapshot.of(kind).filter(({ json }) => textAt(json, "handler") === name) : [];
  return first === undefined || others.length > 0
    ? undefined
    : [{ value: first.name, why: `${quote(name, 80)} is the handler of this RuntimeClass` }];
}

/** Of secrets to pull with only those with which somebody pulls: one whose name comes near, else one that opens the same registry. */
function pullSecretCandidates(snapshot: Snapshot, workload: Workload, name: string, there: readonly string[]): readonly Candidate[] {
  const near = nearMisses(name, there).filter((one) => isPullSecret(snapshot.find("Secret", workload.object.namespace, one)));
  const named = near.map((value) => ({ value, why: "a Secret of that name is there" }));
  return named.length > 0 ? named : workingPullSecrets(snapshot, workload);
}

/** Keys that may have been meant: the one that another workload's variable of this name reads, those that nothing of the container reads yet, near misses. */
function keyCandidates(snapshot: Snapshot, workload: Workload, { kind, name, key }: Reference, keys: readonly string[]): Candidate[] {
  const found = new Map<string, string>();
  const learn = (value: string | undefined, why: string): void => {
    if (value !== undefined && keys.includes(value) && !found.has(value)) found.set(value, why);
  };
  const variable = key?.field.findLast((step) => typeof step === "object");
  if (variable !== undefined)
    for (const [owner, value] of siblingKeys(snapshot, workload, kind, name, variable.name))
      learn(value, `${variable.name} of ${owner.object.kind} ${owner.object.name} reads it`);
  const read = new Set(referencesOf(workload).map((other) => (other.name === name ? other.key?.name : undefined)));
  const near = nearMisses(key?.name ?? "", keys);
  const shared = keys.filter((one) => !read.has(one) && partsOf(one).some((part) => partsOf(key?.name ?? "").includes(part)));
  for (const one of [...near.filter((value) => !read.has(value)), ...shared])
    learn(one, `a key of ${kind} ${name} that the workload does not read`);
  for (const one of near) learn(one, `a key of ${kind} ${name}`);
  return [...found].slice(0, 4).map(([value, why]) => ({ value, why }));
}

/** The keys from which other workloads fill a variable of the same name, out of the same config map or secret. */
export function siblingKeys(
  snapshot: Snapshot,
  workload: Workload,
  kind: string,
  name: string,
  variable: string,
): readonly (readonly [Workload, string])[] {
  return workloadsOf(snapshot, workload.object.namespace ?? "")
    .filter(({ object }) => refText(object) !== refText(workload.object))
    .flatMap((other) =>
      referencesOf(other)
        .filter((one) => one.kind === kind && one.name === name)
        .filter(({ key }) => key?.field.some((step) => typeof step === "object" && step.name === variable) === true)
        .map(({ key }) => [other, key?.name ?? ""] as const),
    );
}

function partsOf(key: string): readonly string[] {
  return key.split(/[-_.]/).filter((part) => part.length > 2);
}

/** The keys of a config map or secret; `undefined` where a recording has left them out. */
export function keysOf(object: KubeObject): readonly string[] | undefined {
  const members = ["data", "binaryData", "stringData"].filter((member) => isObject(object.json[member]));
  return members.length === 0 && object.kind === "Secret"
    ? undefined
    : members.flatMap((member) => Object.keys(objectAt(object.json, member)));
}

/** Every place in a template that names something which has to be there. Optional ones are left out: Kubernetes does without them. */
export function referencesOf(workload: Pick<Workload, "way" | "template">): readonly Reference[] {
  const { way, template } = workload;
  const found: Reference[] = [];
  const spec = [...way, "spec"];
  const add = (
    kind: Reference["kind"],
    value: JsonValue | undefined,
    member: string,
    field: readonly FieldStep[],
    use: string,
    withKey = false,
  ): void => {
    const name = textAt(value, member);
    if (name === undefined || name === "" || flagAt(value, "optional") === true) return;
    const keyName = withKey ? textAt(value, "key") : undefined;
    found.push({
      kind,
      name,
      field: [...field, member],
      use,
      key: keyName === undefined ? undefined : { name: keyName, field: [...field, "key"] },
    });
  };
  for (const container of containersOf(workload)) {
    const of = `of container ${container.name}`;
    listAt(container.json, "env").forEach((value, index) => {
      const name = textAt(value, "name");
      const field: readonly FieldStep[] = [...container.field, "env", name === undefined ? index : { name }, "valueFrom"];
      const use = `variable ${name ?? index} ${of}`;
      add("ConfigMap", objectAt(value, "valueFrom", "configMapKeyRef"), "name", [...field, "configMapKeyRef"], use, true);
      add("Secret", objectAt(value, "valueFrom", "secretKeyRef"), "name", [...field, "secretKeyRef"], use, true);
    });
    listAt(container.json, "envFrom").forEach((value, index) => {
      const field: readonly FieldStep[] = [...container.field, "envFrom", index];
      add("ConfigMap", objectAt(value, "configMapRef"), "name", [...field, "configMapRef"], `envFrom ${of}`);
      add("Secret", objectAt(value, "secretRef"), "name", [...field, "secretRef"], `envFrom ${of}`);
    });
  }
  listAt(template, "spec", "volumes").forEach((value, index) => {
    const name = textAt(value, "name");
    const field: readonly FieldStep[] = [...spec, "volumes", name === undefined ? index : { name }];
    const use = `volume ${name ?? index}`;
    add("ConfigMap", objectAt(value, "configMap"), "name", [...field, "configMap"], use);
    add("Secret", objectAt(value, "secret"), "secretName", [...field, "secret"], use);
    add("PersistentVolumeClaim", objectAt(value, "persistentVolumeClaim"), "claimName", [...field, "persistentVolumeClaim"], use);
    found.push(...itemKeys(value, field, use, "secretName"));
    listAt(value, "projected", "sources").forEach((source, at) => {
      const inner: readonly FieldStep[] = [...field, "projected", "sources", at];
      add("ConfigMap", objectAt(source, "configMap"), "name", [...inner, "configMap"], use);
      add("Secret", objectAt(source, "secret"), "name", [...inner, "secret"], use);
      found.push(...itemKeys(source, inner, `${use}, source ${at}`, "name"));
    });
  });
  listAt(template, "spec", "imagePullSecrets").forEach((value, index) =>
    add("Secret", value, "name", [...spec, "imagePullSecrets", index], "imagePullSecrets"),
  );
  const podSpec = objectAt(template, "spec");
  add("ServiceAccount", podSpec, "serviceAccountName", spec, "serviceAccountName");
  add("PriorityClass", podSpec, "priorityClassName", spec, "priorityClassName");
  add("RuntimeClass", podSpec, "runtimeClassName", spec, "runtimeClassName");
  return found;
}

/** Keys that a volume, or a source of one, picks out of a config map or a secret; the two call a secret's name otherwise. */
function itemKeys(value: JsonValue, field: readonly FieldStep[], use: string, secretName: "secretName" | "name"): Reference[] {
  return (["configMap", "secret"] as const).flatMap((member) => {
    const kind = member === "configMap" ? "ConfigMap" : "Secret";
    const named = member === "configMap" ? "name" : secretName;
    const name = textAt(value, member, named);
    if (name === undefined || flagAt(value, member, "optional") === true) return [];
    return listAt(value, member, "items").flatMap((item, index): Reference[] => {
      const key = textAt(item, "key");
      if (key === undefined) return [];
      const at: readonly FieldStep[] = [...field, member, "items", index, "key"];
      return [
        {
          kind,
          name,
          field: [...field, member, named],
          use: `${use}, item ${index}`,
          key: { name: key, field: at },
        },
      ];
    });
  });
}
