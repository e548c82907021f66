import { isDefaultClass } from "../storage-classes.ts";
import type { Candidate, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, type ObjectRef, textAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

/** The provisioner's words for a volume that it cannot share; the class is told by the controller that asks every provisioner. */
const provisioning = /failed to provision volume with StorageClass "([^"]{1,253})"/;
const cannotShare =
  /MULTI_NODE_(?:MULTI|READER|SINGLE)_?\w* (?:is |are )?not supported|(?:un|not )supported (?:access ?modes?|volume capabilit)|(?:access ?modes?|volume capabilit)[^.]{0,80}(?:not|un)[ -]?supported/i;

/**
 * A claim that several nodes are to share, of a class whose provisioner has volumes for one: other classes are named only where a claim of theirs has such a
 * volume. Empty where the class has been changed since; `undefined` where the claim waits for something else.
 */
export function refusedAccess(
  snapshot: Snapshot,
  claim: KubeObject,
  said: string,
  place: { readonly object: ObjectRef; readonly field: readonly FieldStep[] },
  evidence: Finding["evidence"],
): readonly Finding[] | undefined {
  const failing = provisioning.exec(said)?.[1];
  const modes = modesOf(claim);
  if (failing === undefined || !cannotShare.test(said) || !modes.some(isShared)) return undefined;
  const wanted = textAt(claim.json, "spec", "storageClassName") ?? defaultClass(snapshot);
  if (wanted !== undefined && wanted !== failing) return [];
  return [
    {
      fault: "claim-access-mode",
      severity: "cause",
      object: place.object,
      field: [...place.field, "spec", "storageClassName"],
      value: textAt(claim.json, "spec", "storageClassName"),
      says: `claim ${claim.name} asks for a volume that nodes share (${modes.filter(isShared).join(", ")}), and class ${quote(failing, 60)} has none`,
      evidence,
      candidates: sharingClasses(snapshot, modes, failing),
    },
  ];
}

/** Classes of the cluster by which a claim has got a volume with all these modes, those of claims in use first. */
function sharingClasses(snapshot: Snapshot, modes: readonly string[], failing: string): readonly Candidate[] {
  const provisionerOf = (name: string): string | undefined =>
    textAt(snapshot.of("StorageClass").find((one) => one.name === name)?.json, "provisioner");
  const found = new Map<string, string>();
  for (const claim of snapshot.of("PersistentVolumeClaim")) {
    const name = textAt(claim.json, "spec", "storageClassName");
    if (name === undefined || found.has(name) || textAt(claim.json, "status", "phase") !== "Bound") continue;
    const provisioner = provisionerOf(name);
    if (provisioner === undefined || provisioner === "kubernetes.io/no-provisioner" || provisioner === provisionerOf(failing)) continue;
    if (modes.every((mode) => modesOf(claim).includes(mode))) found.set(name, `claim ${claim.name} has such a volume of this class`);
  }
  return [...found].slice(0, 3).map(([value, why]) => ({ value, why }));
}

function modesOf(claim: KubeObject): readonly string[] {
  return listAt(claim.json, "spec", "accessModes").filter((one): one is string => typeof one === "string");
}

function isShared(mode: string): boolean {
  return mode === "ReadWriteMany" || mode === "ReadOnlyMany";
}

function defaultClass(snapshot: Snapshot): string | undefined {
  return snapshot.of("StorageClass").find(isDefaultClass)?.name;
}
