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

test("a right in a group that does not have the resource is none; it may move to the group in which it was refused", () => {
  const of = (apiGroups: string[], verbs: string[], resources = ["deployments"]): JsonValue => ({
    apiGroups,
    resources,
    resourceNames: ["web"],
    verbs,
  });
  const before = role(of([""], ["get", "patch"]));
  const refused = {
    ...denied,
    fault: "role-group",
    object: { kind: "Role", namespace: "n", name: "lister" },
    candidates: [{ value: "apps", why: "what was asked for" }],
  } as unknown as Finding;
  assert.deepEqual(rulesOf(before, role(of(["apps"], ["get", "patch"])), [refused]), []);
  assert.deepEqual(rulesOf(before, role(of(["", "apps"], ["get", "patch"])), [refused]), []);
  // In no other group, with no more verbs, and for no more objects.
  assert.deepEqual(rulesOf(before, role(of(["apps"], ["get", "patch"]))), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(before, role(of(["apps"], ["get", "patch", "delete"])), [refused]), ["rights-too-wide"]);
  assert.deepEqual(rulesOf(role(of([""], ["*"])), role(of(["apps"], ["*"])), [refused]), ["rights-too-wide"]);
  const everywhere: JsonValue = { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] };
  assert.ok(rulesOf(before, role(everywhere), [refused]).includes("rights-too-wide"));
  // Nothing of what was meant is lost on the way.
  assert.deepEqual(rulesOf(before, role(of(["apps"], ["get"])), [refused]), ["right-removed"]);
  // What the old group has is lost with it.
  const both = role(of([""], ["get"], ["deployments", "pods"]));
  assert.deepEqual(rulesOf(both, role(of(["apps"], ["get"], ["deployments", "pods"])), [refused]), ["right-removed"]);
  assert.deepEqual(rulesOf(both, role(of(["", "apps"], ["get"], ["deployments", "pods"])), [refused]), []);
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
