import { isMembers } from "../cluster/recorded-object.ts";
import type { CapturedKind } from "./captured.ts";

/** Members whose text is a name of something, wherever they stand. */
const nameMembers = new Set([
  "name",
  "generateName",
  "namespace",
  "kind",
  "apiVersion",
  "serviceName",
  "serviceAccountName",
  "secretName",
  "claimName",
  "volumeName",
  "storageClassName",
  "ingressClassName",
  "priorityClassName",
  "nodeName",
  "containerName",
  "schedulerName",
  "hostname",
  "clusterName",
  "portName",
  "key",
  "type",
  "reason",
  "phase",
  "component",
]);
const labelMembers = new Set(["labels", "matchLabels", "selector", "nodeSelector"]);

/**
 * Every text that objects use as a name: of objects, containers and ports, labels, keys of config maps and secrets, parts of images. What is a name cannot
 * be hidden without making the objects contradict each other, and a value beside `secret:` that is one is a reference.
 */
export function namesInUse(kinds: readonly CapturedKind[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { type, objects } of kinds)
    // What `key` or `type` means in a custom resource only its author knows.
    for (const object of objects) collect(type.builtIn ? object : { kind: object.kind, metadata: object.metadata }, names);
  return names;
}

function collect(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, names);
  if (!isMembers(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === "string") {
      if (nameMembers.has(key)) names.add(item);
      else if (key === "image") for (const part of item.split(/[/:@]/)) names.add(part);
    } else if (labelMembers.has(key) && isMembers(item)) {
      for (const [label, text] of Object.entries(item)) if (typeof text === "string") names.add(text).add(label);
    } else if (key === "data" && isMembers(item)) for (const name of Object.keys(item)) names.add(name);
    collect(item, names);
  }
}
