import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { workloadsOf } from "../workloads.ts";
import { awayFromVolume } from "./volume-place.ts";

const zone = "topology.kubernetes.io/zone";
const node = (name: string, of: string): JsonObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { [zone]: of, "kubernetes.io/hostname": name } },
});
const volume = (name: string, terms: JsonValue): JsonObject => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: { nodeAffinity: { required: { nodeSelectorTerms: terms } } },
});
const claim = (name: string, volumeName: string): JsonObject => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "shop" },
  spec: { volumeName },
});
const inZone = (...values: string[]): JsonValue => [{ matchExpressions: [{ key: zone, operator: "In", values }] }];

function find(spec: JsonObject, ...volumes: readonly JsonValue[]): string | undefined {
  const names = volumes.map((_, at) => `v${at}`);
  const pod = { ...spec, volumes: names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })) };
  const objects = [
    node("n1", "a"),
    node("n2", "b"),
    node("n3", "b"),
    ...volumes.map((terms, at) => volume(`pv${at}`, terms)),
    ...names.map((name, at) => claim(name, `pv${at}`)),
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "db", namespace: "shop" }, spec: { template: { spec: pod } } },
  ];
  const snapshot = createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one as JsonObject)), covers: () => true });
  const [workload] = workloadsOf(snapshot, "shop");
  assert.ok(workload !== undefined);
  const found = awayFromVolume(snapshot, workload);
  return found === undefined
    ? undefined
    : `${fieldText(found.field).replace("spec.template.spec.", "")} ${found.candidates.map(({ value }) => value).join(",")}`.trim();
}

test("the selector that leads away from the volume, by zone or by node", () => {
  assert.equal(find({ nodeSelector: { [zone]: "a" } }, inZone("b")), `nodeSelector.${zone} b`);
  assert.equal(find({ nodeSelector: { "kubernetes.io/hostname": "n1" } }, inZone("b")), "nodeSelector.kubernetes.io/hostname n2,n3");
  const terms = [{ matchExpressions: [{ key: zone, operator: "In", values: ["a"] }] }];
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
  assert.equal(find({ affinity }, inZone("b")), "affinity.nodeAffinity");
});

test("nothing is said where selector and volume agree, where volumes do not, and where a place is not followed", () => {
  assert.equal(find({ nodeSelector: { [zone]: "b" } }, inZone("a", "b")), undefined);
  assert.equal(find({ nodeSelector: { [zone]: "a" } }, inZone("a"), inZone("b")), undefined);
  assert.equal(
    find({ nodeSelector: { [zone]: "a" } }, [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n2"] }] }]),
    undefined,
  );
  assert.equal(find({}, inZone("b")), undefined);
});
