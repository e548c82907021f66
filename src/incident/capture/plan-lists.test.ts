import assert from "node:assert/strict";
import { test } from "node:test";
import { readGroups, readTypes } from "./discovery.ts";
import { planLists } from "./plan-lists.ts";

const resource = (name: string, kind: string, namespaced: boolean, verbs = ["get", "list"]) => ({ name, kind, namespaced, verbs });
const core = readTypes(
  {
    resources: [
      resource("pods", "Pod", true),
      resource("pods/log", "Pod", true, ["get"]),
      resource("bindings", "Binding", true, ["create"]),
      resource("services", "Service", true),
      resource("nodes", "Node", false),
      resource("componentstatuses", "ComponentStatus", false),
    ],
  },
  { group: "", version: "v1" },
);
const rbac = readTypes(
  { resources: [resource("clusterroles", "ClusterRole", false), resource("clusterrolebindings", "ClusterRoleBinding", false)] },
  { group: "rbac.authorization.k8s.io", version: "v1" },
);
const custom = readTypes(
  { resources: [resource("databases", "Database", true), resource("fleets", "Fleet", false), resource("../../etc", "Evil", true)] },
  { group: "example.org", version: "v1alpha1" },
);

test("all of a namespace is asked for, of the whole cluster what analyzers look at; bindings before the roles that follow from them", () => {
  const { lists, leftOut } = planLists([...core, ...rbac, ...custom], "shop");
  assert.deepEqual(
    lists.map(({ path, keep }) => `${path} ${keep}`),
    [
      "/api/v1/namespaces/shop/pods all",
      "/api/v1/namespaces/shop/services all",
      "/apis/example.org/v1alpha1/namespaces/shop/databases all",
      "/api/v1/nodes all",
      "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings belonging",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles belonging",
      "/api/v1/services all",
    ],
  );
  assert.deepEqual(leftOut, [
    { what: "componentstatuses", why: "measured at the moment of asking, not objects" },
    { what: "fleets.example.org", why: "of the whole cluster, and no analyzer looks at it" },
  ]);
});

test("groups and versions become folders, so those with other names are not taken", () => {
  const group = (name: string, version: string) => ({ name, preferredVersion: { version } });
  assert.deepEqual(
    readGroups({ groups: [group("apps", "v1"), group("../apps", "v1"), group("a.example.org", "../v1"), group("", "v1")] }),
    [{ group: "apps", version: "v1" }],
  );
});

test("an answer that is no discovery is said", () => {
  assert.throws(() => readGroups("404 page not found"), /What the API server says of \/apis is not understood/);
});
