import { isDefaultClass } from "./storage-classes.ts";
import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import { type KubeObject, listAt, type ObjectRef, refText, textAt, valueAt } from "./kube-object.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

/**
 * The claims of changed stateful sets as the sets would make them: one that has no volume yet is made anew from the template as it stands now. Claim templates
 * cannot be changed in life, so such a set is deleted and made anew; a claim that has its volume keeps it.
 */
export function renewClaims(laid: Snapshot, changed: readonly ObjectRef[]): Snapshot {
  const touched = new Set(changed.map(refText));
  const gone = new Set<KubeObject>();
  const made: KubeObject[] = [];
  for (const set of laid.of("StatefulSet").filter((one) => touched.has(refText(one))))
    for (const claim of laid.of("PersistentVolumeClaim", set.namespace)) {
      if (textAt(claim.json, "status", "phase") !== "Pending") continue;
      const template = listAt(set.json, "spec", "volumeClaimTemplates").find((one) => {
        const own = textAt(one, "metadata", "name");
        return own !== undefined && claim.name.startsWith(`${own}-${set.name}-`);
      });
      if (template === undefined) continue;
      gone.add(claim);
      made.push(predictedClaim(laid, claim, template));
    }
  if (gone.size === 0) return laid;
  const objects = [...laid.objects.filter((object) => !gone.has(object)), ...made];
  return createSnapshot({ now: laid.now, objects, covers: (kind) => laid.covers(kind), log: (ref) => laid.log(ref) });
}

function predictedClaim(laid: Snapshot, claim: KubeObject, template: JsonValue): KubeObject {
  const spec = valueAt(template, "spec") ?? {};
  const phase = getsVolume(laid, textAt(spec, "storageClassName")) ? "Bound" : "Pending";
  const { name, namespace } = claim;
  const metadata: JsonObject = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...claim, json: { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec, status: { phase } } };
}

/** Does a claim of this class get a volume: is there somebody who makes one, or one that is free? */
function getsVolume(laid: Snapshot, wanted: string | undefined): boolean {
  const classes = laid.of("StorageClass");
  const found = classes.find((one) => (wanted === undefined ? isDefaultClass(one) : one.name === wanted));
  const provisioner = textAt(found?.json, "provisioner");
  if (provisioner !== undefined && provisioner !== "kubernetes.io/no-provisioner") return true;
  const className = found?.name ?? wanted ?? "";
  return laid
    .of("PersistentVolume")
    .some(({ json }) => textAt(json, "status", "phase") === "Available" && (textAt(json, "spec", "storageClassName") ?? "") === className);
}
