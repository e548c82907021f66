import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../messages/conversation.ts";
import { readObjects } from "./kube-object.ts";
import { renewClaims } from "./predict-claims.ts";
import { createSnapshot } from "./snapshot.ts";

const object = (kind: string, name: string, more: JsonObject, apiVersion = "v1"): JsonObject => ({
  apiVersion,
  kind,
  ...more,
  metadata: { name, ...(kind === "StorageClass" ? {} : { namespace: "ledger" }) },
});

/** The phase that the claim `data-store-0`, which is pending, would have with this class in the set's template. */
function phaseWith(storageClassName: string | undefined, claimPhase = "Pending"): string | undefined {
  const claim: JsonObject = { metadata: { name: "data" }, spec: storageClassName === undefined ? {} : { storageClassName } };
  const list = [
    object("StatefulSet", "store", { spec: { volumeClaimTemplates: [claim] } }, "apps/v1"),
    object("PersistentVolumeClaim", "data-store-0", { spec: { storageClassName: "gone" }, status: { phase: claimPhase } }),
    object("StorageClass", "ssd", { provisioner: "block.csi.acme.example" }, "storage.k8s.io/v1"),
    object("StorageClass", "disk", { provisioner: "kubernetes.io/no-provisioner" }, "storage.k8s.io/v1"),
  ];
  const snapshot = createSnapshot({ now: 0, objects: list.flatMap((one) => readObjects(one)), covers: () => true, log: () => undefined });
  const renewed = renewClaims(snapshot, [{ kind: "StatefulSet", namespace: "ledger", name: "store" }]);
  const json = renewed.find("PersistentVolumeClaim", "ledger", "data-store-0")?.json;
  return JSON.stringify([json?.["spec"], json?.["status"]]);
}

test("a pending claim is made anew and gets a volume where somebody makes one", () => {
  assert.equal(phaseWith("ssd"), '[{"storageClassName":"ssd"},{"phase":"Bound"}]');
  assert.equal(phaseWith("disk"), '[{"storageClassName":"disk"},{"phase":"Pending"}]');
  assert.equal(phaseWith("other"), '[{"storageClassName":"other"},{"phase":"Pending"}]');
  assert.equal(phaseWith(undefined), '[{},{"phase":"Pending"}]');
});

test("a claim that has its volume keeps it", () => {
  assert.equal(phaseWith("ssd", "Bound"), '[{"storageClassName":"gone"},{"phase":"Bound"}]');
});
