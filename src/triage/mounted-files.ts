import type { JsonValue } from "../messages/conversation.ts";
import { keysOf } from "./analyzers/references.ts";
import { type KubeObject, listAt, textAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Container, Workload } from "./workloads.ts";

/** A volume that holds the keys of a config map or a secret as files. */
export interface FileVolume {
  readonly name: string;
  readonly index: number;
  readonly json: JsonValue;
  readonly member: "configMap" | "secret";
  readonly holder: KubeObject;
  /** The key of each file by its path in the volume. */
  readonly files: ReadonlyMap<string, string>;
}

/** A workload's volume of this name as files; `undefined` where it is of another kind, or what it holds is not known. */
export function fileVolume(snapshot: Snapshot, { object, template }: Workload, name: string): FileVolume | undefined {
  const volumes = listAt(template, "spec", "volumes");
  const index = volumes.findIndex((one) => textAt(one, "name") === name);
  const json = volumes[index];
  if (json === undefined) return undefined;
  for (const [member, kind, named] of [
    ["configMap", "ConfigMap", "name"],
    ["secret", "Secret", "secretName"],
  ] as const) {
    const holder = snapshot.find(kind, object.namespace, textAt(json, member, named) ?? "");
    const keys = holder === undefined ? undefined : keysOf(holder);
    if (holder === undefined || keys === undefined) continue;
    const items = listAt(json, member, "items");
    const files =
      items.length === 0
        ? keys.map((key): [string, string] => [key, key])
        : items.map((item): [string, string] => [textAt(item, "path") ?? "", textAt(item, "key") ?? ""]);
    return { name, index, json, member, holder, files: new Map(files) };
  }
  return undefined;
}

/** The mount that a path in a container lies on, the deepest of several, and where it is. */
export function nearestMount(container: Container, path: string): { readonly mount: JsonValue; readonly at: string } | undefined {
  return listAt(container.json, "volumeMounts")
    .map((mount) => ({ mount, at: (textAt(mount, "mountPath") ?? "").replace(/\/+$/, "") }))
    .filter(({ at }) => at !== "" && (path === at || path.startsWith(`${at}/`)))
    .sort((a, b) => b.at.length - a.at.length)[0];
}

/** The path inside a volume of a path in the container, by the mount that it lies on; `undefined` where it lies on none. */
export function mountOf(container: Container, path: string): { readonly volume: string; readonly inside: string } | undefined {
  const nearest = nearestMount(container, path);
  const volume = textAt(nearest?.mount, "name");
  if (nearest === undefined || volume === undefined) return undefined;
  const inside = [textAt(nearest.mount, "subPath") ?? "", path.slice(nearest.at.length + 1)].filter((part) => part !== "").join("/");
  return { volume, inside };
}
