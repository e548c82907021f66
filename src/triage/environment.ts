import { type FieldStep, type KubeObject, listAt, type ObjectRef, refOf, textAt, textsAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, type Workload } from "./workloads.ts";

/** A variable that a container is given, and where its value is written. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly object: ObjectRef;
  readonly field: readonly FieldStep[];
}

/** The variables of a container as far as they can be read: values of secrets cannot. Later ones win, as in Kubernetes. */
export function variablesOf(snapshot: Snapshot, workload: Workload, container: Container): readonly Variable[] {
  const found = new Map<string, Variable>();
  const namespace = workload.object.namespace;
  const fromMap = (map: KubeObject | undefined, prefix: string): void => {
    if (map === undefined) return;
    for (const [key, value] of Object.entries(textsAt(map.json, "data")))
      found.set(prefix + key, { name: prefix + key, value, object: refOf(map), field: ["data", key] });
  };
  for (const source of listAt(container.json, "envFrom")) {
    const name = textAt(source, "configMapRef", "name");
    if (name !== undefined) fromMap(snapshot.find("ConfigMap", namespace, name), textAt(source, "prefix") ?? "");
  }
  for (const variable of listAt(container.json, "env")) {
    const name = textAt(variable, "name");
    if (name === undefined) continue;
    const value = textAt(variable, "value");
    if (value !== undefined)
      found.set(name, { name, value, object: refOf(workload.object), field: [...container.field, "env", { name }, "value"] });
    const [map, key] = [textAt(variable, "valueFrom", "configMapKeyRef", "name"), textAt(variable, "valueFrom", "configMapKeyRef", "key")];
    if (map === undefined || key === undefined) continue;
    const held = textAt(snapshot.find("ConfigMap", namespace, map)?.json, "data", key);
    if (held !== undefined)
      found.set(name, { name, value: held, object: { kind: "ConfigMap", namespace, name: map }, field: ["data", key] });
  }
  return [...found.values()];
}

/** A place where a workload takes a config map or a secret: one key of it, or all (`key` is absent). */
export interface KeyUse {
  readonly kind: "ConfigMap" | "Secret";
  readonly name: string;
  readonly key: string | undefined;
  /** The way from the workload's object to the key's name, or to what takes all. */
  readonly field: readonly FieldStep[];
}

/** Every place in a workload's template that reads a config map or a secret. */
export function keyUsesOf(workload: Workload): readonly KeyUse[] {
  const found: KeyUse[] = [];
  const add = (kind: KeyUse["kind"], name: string | undefined, key: string | undefined, field: readonly FieldStep[]): void => {
    if (name !== undefined) found.push({ kind, name, key, field });
  };
  listAt(workload.template, "spec", "volumes").forEach((volume, index) => {
    const label = textAt(volume, "name");
    const field: readonly FieldStep[] = [...workload.way, "spec", "volumes", label === undefined ? index : { name: label }];
    for (const [kind, member, nameOf] of [
      ["ConfigMap", "configMap", "name"],
      ["Secret", "secret", "secretName"],
    ] as const) {
      const name = textAt(volume, member, nameOf);
      const items = listAt(volume, member, "items");
      if (items.length === 0) add(kind, name, undefined, [...field, member]);
      items.forEach((item, at) => add(kind, name, textAt(item, "key"), [...field, member, "items", at, "key"]));
    }
  });
  for (const container of containersOf(workload)) {
    listAt(container.json, "envFrom").forEach((source, index) => {
      const field = [...container.field, "envFrom", index];
      add("ConfigMap", textAt(source, "configMapRef", "name"), undefined, field);
      add("Secret", textAt(source, "secretRef", "name"), undefined, field);
    });
    for (const variable of listAt(container.json, "env")) {
      const field: readonly FieldStep[] = [...container.field, "env", { name: textAt(variable, "name") ?? "" }, "valueFrom"];
      for (const [kind, member] of [
        ["ConfigMap", "configMapKeyRef"],
        ["Secret", "secretKeyRef"],
      ] as const)
        add(kind, textAt(variable, "valueFrom", member, "name"), textAt(variable, "valueFrom", member, "key"), [...field, member, "key"]);
    }
  }
  return found;
}

/** The words of a container's command line that are more than a name of an option. */
export function commandWords(workload: Workload, container: Container): readonly Variable[] {
  return ["command", "args"].flatMap((member) =>
    listAt(container.json, member).flatMap((value, index) =>
      typeof value === "string"
        ? [{ name: "its command line", value, object: refOf(workload.object), field: [...container.field, member, index] }]
        : [],
    ),
  );
}

/** Files that a container gets from config maps, by the key that holds each. */
export function mountedTexts(snapshot: Snapshot, workload: Workload, container: Container): readonly Variable[] {
  const mounted = new Set(listAt(container.json, "volumeMounts").map((mount) => textAt(mount, "name")));
  return listAt(workload.template, "spec", "volumes").flatMap((volume) => {
    const map = textAt(volume, "configMap", "name");
    if (map === undefined || !mounted.has(textAt(volume, "name"))) return [];
    const held = snapshot.find("ConfigMap", workload.object.namespace, map);
    return Object.entries(textsAt(held?.json, "data")).map(([key, value]) => ({
      name: key,
      value,
      object: { kind: "ConfigMap", namespace: workload.object.namespace, name: map },
      field: ["data", key],
    }));
  });
}
