import { isDefaultClass } from "../storage-classes.ts";
import { eventsOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { type FieldStep, type KubeObject, listAt, type ObjectRef, refOf, textAt } from "../kube-object.ts";
import { nearMisses } from "../near.ts";
import { refusedAccess } from "./claim-access.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";

/** Claims that stay pending: their class is not there, or nothing that is there fits them. */
export const findStorage: Analyzer = (snapshot, namespace) => {
  const seen = new Set<string>();
  return snapshot.of("PersistentVolumeClaim", namespace).flatMap((claim): Finding[] => {
    if (textAt(claim.json, "status", "phase") !== "Pending") return [];
    const wanted = textAt(claim.json, "spec", "storageClassName");
    const classes = snapshot.of("StorageClass");
    const said = eventsOf(snapshot, claim).find(({ warning, reason }) => warning || reason === "WaitForFirstConsumer");
    if (said?.reason === "WaitForFirstConsumer") return [];
    const evidence = said === undefined ? [] : [{ object: refOf(claim), from: "event", text: quote(said.message, 240) }];
    const { object, field } = writtenIn(snapshot, claim);
    const key = JSON.stringify([object, field]);
    if (seen.has(key)) return [];
    seen.add(key);
    if (wanted !== undefined && wanted !== "" && snapshot.covers("StorageClass") && !classes.some(({ name }) => name === wanted)) {
      const names = classes.map(({ name }) => name);
      return [
        {
          fault: "storage-class",
          severity: "cause",
          object,
          field: [...field, "spec", "storageClassName"],
          value: wanted,
          says: `claim ${claim.name} asks for storage class ${quote(wanted, 60)}, which the cluster does not have`,
          evidence,
          candidates: [...new Set([...nearMisses(wanted, names), ...defaultsFirst(classes)])]
            .sort((a, b) => Number(isStatic(classes, a)) - Number(isStatic(classes, b)))
            .slice(0, 3)
            .map((value) => ({ value, why: "a storage class of the cluster" })),
        },
      ];
    }
    const access = said === undefined ? undefined : refusedAccess(snapshot, claim, said.message, { object, field }, evidence);
    if (access !== undefined) return [...access];
    return [
      {
        fault: "claim-pending",
        severity: "fault",
        object,
        field: [...field, "spec"],
        says: `claim ${claim.name} has no volume${said === undefined ? "" : `: ${quote(said.message)}`}`,
        evidence,
        candidates: [],
      },
    ];
  });
};

/** Where a claim is written: in the template of the stateful set that it belongs to, else by itself. */
function writtenIn(snapshot: Snapshot, claim: KubeObject): { readonly object: ObjectRef; readonly field: readonly FieldStep[] } {
  for (const set of snapshot.of("StatefulSet", claim.namespace))
    for (const template of listAt(set.json, "spec", "volumeClaimTemplates")) {
      const name = textAt(template, "metadata", "name");
      const index = listAt(set.json, "spec", "volumeClaimTemplates").indexOf(template);
      if (name !== undefined && claim.name.startsWith(`${name}-${set.name}-`))
        return { object: refOf(set), field: ["spec", "volumeClaimTemplates", index] };
    }
  return { object: refOf(claim), field: [] };
}

/** Nobody makes volumes of such a class; a claim gets one only where somebody has put it there. */
function isStatic(classes: readonly KubeObject[], name: string): boolean {
  return textAt(classes.find((one) => one.name === name)?.json, "provisioner") === "kubernetes.io/no-provisioner";
}

function defaultsFirst(classes: readonly KubeObject[]): readonly string[] {
  return [...classes.filter(isDefaultClass), ...classes.filter((one) => !isDefaultClass(one))].map(({ name }) => name);
}
