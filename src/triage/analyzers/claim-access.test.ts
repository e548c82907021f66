import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { refusedAccess } from "./claim-access.ts";

const type = (name: string, provisioner: string): JsonObject => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner,
});
const claim = (name: string, storageClassName: string, mode: string, phase: string): JsonObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "shop" },
  spec: { storageClassName, accessModes: [mode] },
  status: { phase },
});
const words = 'failed to provision volume with StorageClass "disk": rpc error: code = InvalidArgument desc = ';

function find(own: JsonObject, said: string, ...others: readonly JsonObject[]): readonly string[] | undefined {
  const objects = [type("disk", "disk.example"), type("disk-2", "disk.example"), type("files", "files.example"), own, ...others];
  const snapshot = createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one)), covers: () => true });
  const found = snapshot.of("PersistentVolumeClaim", "shop")[0];
  assert.ok(found !== undefined);
  const place = { object: { kind: found.kind, namespace: found.namespace, name: found.name }, field: [] };
  return refusedAccess(snapshot, found, said, place, [])?.map(({ candidates }) => candidates.map(({ value }) => value).join(","));
}
const shared = claim("data", "disk", "ReadWriteMany", "Pending");

test("classes are named of which such a volume has been seen, and not those of the same provisioner", () => {
  const seen = [claim("a", "files", "ReadWriteMany", "Bound"), claim("b", "disk-2", "ReadWriteMany", "Bound")];
  assert.deepEqual(find(shared, `${words}Volume capabilities not supported`, ...seen), ["files"]);
  assert.deepEqual(find(shared, `${words}unsupported access mode`, claim("a", "files", "ReadWriteOnce", "Bound")), [""]);
});

test("of a claim for one node, of other words and of a class that is another by now nothing is said", () => {
  assert.equal(find(claim("data", "disk", "ReadWriteOnce", "Pending"), `${words}access mode not supported`), undefined);
  assert.equal(find(shared, `${words}volume quota is exhausted`), undefined);
  assert.deepEqual(find(claim("data", "files", "ReadWriteMany", "Pending"), `${words}access mode not supported`), []);
});
