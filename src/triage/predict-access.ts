import { findAccess } from "./analyzers/access.ts";
import type { Finding } from "./finding.ts";
import { fieldText, refText } from "./kube-object.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

/** Pods that are made anew have no log yet, so what the old ones were refused is held against the rights as they would be. */
export function accessStays(finding: Finding, before: Snapshot, after: Snapshot): string | undefined {
  const isPod = ({ kind }: { readonly kind: string }): boolean => kind === "Pod" || kind === "ReplicaSet";
  const told = createSnapshot({
    now: after.now,
    objects: [...after.objects.filter((object) => !isPod(object)), ...before.objects.filter(isPod)],
    covers: (kind) => after.covers(kind),
    log: (container) => before.log(container),
  });
  const namespaces = new Set([finding.object.namespace ?? "", ...finding.evidence.map(({ object }) => object.namespace ?? "")]);
  const still = [...namespaces].flatMap((namespace) => findAccess(told, namespace));
  const same = still.find((one) => refText(one.object) === refText(finding.object) && fieldText(one.field) === fieldText(finding.field));
  // What was refused may be explained by another place now; it is refused all the same.
  const other = still.find((one) => one.evidence[0]?.text === finding.evidence[0]?.text);
  return same === undefined && other === undefined ? undefined : "what was refused would be refused again";
}
