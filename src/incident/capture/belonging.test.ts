import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../cluster/recorded-object.ts";
import { asNeighbour, belongs } from "./belonging.ts";
import type { CapturedKind } from "./captured.ts";
import type { AnnouncedType } from "./discovery.ts";

const type = (group: string, resource: string, kind: string): AnnouncedType => ({
  group,
  version: "v1",
  resource,
  singular: kind.toLowerCase(),
  kind,
  namespaced: false,
  shortNames: [],
  categories: [],
  builtIn: !group.includes("example"),
  verbs: ["list"],
});
const object = (kind: string, name: string, more: object = {}, metadata: object = {}): RecordedObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, uid: name, creationTimestamp: "2026-01-01T00:00:00Z", ...metadata },
  ...more,
});
const rbac = "rbac.authorization.k8s.io";
const taken: readonly CapturedKind[] = [
  {
    type: type("", "persistentvolumeclaims", "PersistentVolumeClaim"),
    objects: [object("PersistentVolumeClaim", "data", { spec: { volumeName: "pv-1" } })],
  },
  {
    type: type(rbac, "rolebindings", "RoleBinding"),
    objects: [object("RoleBinding", "reads", { roleRef: { kind: "ClusterRole", name: "view" } })],
  },
  { type: type("example.org", "databases", "Database"), objects: [object("Database", "main")] },
];

test("of the whole cluster belongs what the namespace's objects name", () => {
  const does = (of: AnnouncedType, one: RecordedObject) => belongs(of, one, "shop", taken);
  const volumes = type("", "persistentvolumes", "PersistentVolume");
  assert.ok(does(volumes, object("PersistentVolume", "pv-1")));
  assert.ok(does(volumes, object("PersistentVolume", "pv-2", { spec: { claimRef: { namespace: "shop", name: "old" } } })));
  assert.ok(!does(volumes, object("PersistentVolume", "pv-3", { spec: { claimRef: { namespace: "ops", name: "data" } } })));

  const roles = type(rbac, "clusterroles", "ClusterRole");
  assert.ok(does(roles, object("ClusterRole", "view")));
  assert.ok(!does(roles, object("ClusterRole", "admin")));

  const bindings = type(rbac, "clusterrolebindings", "ClusterRoleBinding");
  const subject = (one: object) => object("ClusterRoleBinding", "b", { subjects: [one] });
  assert.ok(does(bindings, subject({ kind: "ServiceAccount", namespace: "shop", name: "api" })));
  assert.ok(does(bindings, subject({ kind: "Group", name: "system:serviceaccounts:shop" })));
  assert.ok(!does(bindings, subject({ kind: "ServiceAccount", namespace: "ops", name: "api" })));
  assert.ok(!does(bindings, subject({ kind: "User", name: "ann" })));

  const definitions = type("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition");
  assert.ok(does(definitions, object("CustomResourceDefinition", "databases.example.org")));
  assert.ok(!does(definitions, object("CustomResourceDefinition", "fleets.example.org")));
  assert.ok(does(type("", "nodes", "Node"), object("Node", "worker")));
});

test("annotations of other namespaces' objects are not taken", () => {
  const annotations = { owner: "ann" };
  const service = (namespace: string) => object("Service", "api", {}, { namespace, annotations });
  assert.equal(asNeighbour(service("ops"), "shop").metadata.annotations, undefined);
  assert.deepEqual(asNeighbour(service("shop"), "shop").metadata.annotations, annotations);
  assert.equal(asNeighbour(object("Namespace", "ops", {}, { annotations }), "shop").metadata.annotations, undefined);
  assert.deepEqual(asNeighbour(object("Node", "worker", {}, { annotations }), "shop").metadata.annotations, annotations);
});
