import { flagAt, type KubeObject, listAt, textAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Container, Workload } from "./workloads.ts";

/** A claim whose volume a container can write, and where it is mounted. */
export interface ClaimMount {
  readonly at: string;
  readonly claim: KubeObject;
}

/** The mounts of a container through which it writes to claims that are bound and stand by themselves, not in the template of a set. */
export function claimMounts(snapshot: Snapshot, { object, template }: Workload, container: Container): readonly ClaimMount[] {
  return listAt(container.json, "volumeMounts").flatMap((mount) => {
    if (flagAt(mount, "readOnly") === true) return [];
    const volume = listAt(template, "spec", "volumes").find((one) => textAt(one, "name") === textAt(mount, "name"));
    if (flagAt(volume, "persistentVolumeClaim", "readOnly") === true) return [];
    const claim = snapshot.find("PersistentVolumeClaim", object.namespace, textAt(volume, "persistentVolumeClaim", "claimName") ?? "");
    const at = (textAt(mount, "mountPath") ?? "").replace(/\/+$/, "");
    return claim === undefined || at === "" || textAt(claim.json, "status", "phase") !== "Bound" ? [] : [{ at, claim }];
  });
}

/** Paths from the root that a line names. */
export function pathsIn(line: string): readonly string[] {
  return [...line.matchAll(/(?<![\w/.:])\/[\w.~-]+(?:\/[\w.~-]+)*/g)].map(([path]) => path);
}

export function liesIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
