import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import type { Finding } from "./finding.ts";
import { readObjects, type KubeObject } from "./kube-object.ts";
import { findRightsChanges } from "./rights.ts";

function read(json: JsonObject): KubeObject {
  const [object] = readObjects(json);
  assert.ok(object !== undefined);
  return object;
}

function role(...rules: JsonValue[]): KubeObject {
  return read({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "lister", namespace: "n" }, rules });
}

const rule = (resources: string[], verbs: string[]): JsonValue => ({ apiGroups: [""], resources, verbs });
const denied = { says: 'service account lister may not update "leases": the rule does not have the verb' } as Finding;
const rulesOf = (before: KubeObject | undefined, after: KubeObject, findings: readonly Finding[] = []) =>
  findRightsChanges(before, after, findings).map((change) => change.rule);

test("a right to read more is no harm, one to write is where nobody was denied it", () => {
  const before = role(rule(["leases"], ["get"]));
  assert.deepEqual(rulesOf(before, role(rule(["leases"], ["get", "list", "watch"]))), []);
  assert.deepEqual(rulesOf(before, role(rule(["leases"], ["get", "update"]))), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(before, role(rule(["leases"], ["get", "update"])), [denied]), []);
});

test("wildcards and secrets are too wide, whoever was denied what", () => {
  const before = role(rule(["pods"], ["get"]));
  assert.deepEqual(rulesOf(before, role(rule(["pods"], ["get", "*"])), [denied]), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(before, role(rule(["pods", "*"], ["get"]))), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(before, role(rule(["pods", "secrets"], ["get"]))), ["rights-too-wide"]);
  // What was wide before is not this change's doing.
  assert.deepEqual(rulesOf(role(rule(["*"], ["*"])), role(rule(["*"], ["*"]))), []);
});

test("a right that goes is told, rules that are only ordered anew are not", () => {
  const before = role(rule(["pods"], ["get", "list"]), rule(["nodes"], ["get"]));
  assert.deepEqual(rulesOf(before, role(rule(["nodes"], ["get"]), rule(["pods"], ["list"]))), ["right-removed"]);
  assert.deepEqual(rulesOf(before, role(rule(["nodes", "pods"], ["get"]), rule(["pods"], ["list"]))), []);
});

test("a binding to a role that every cluster has is too wide, one that was there is not", () => {
  const binding = (name: string): KubeObject =>
    read({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "lister" },
      roleRef: { kind: "ClusterRole", name },
      subjects: [],
    });
  assert.deepEqual(rulesOf(undefined, binding("cluster-admin")), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(binding("view"), binding("edit")), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(binding("edit"), binding("edit")), []);
  assert.deepEqual(rulesOf(undefined, binding("lister")), []);
});
