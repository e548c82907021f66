import assert from "node:assert/strict";
import { test } from "node:test";
import { readObjects } from "../../triage/kube-object.ts";
import { createSnapshot } from "../../triage/snapshot.ts";
import { demandNamespace } from "./cluster-options.ts";

const cluster = (...items: readonly object[]) =>
  createSnapshot({ now: 0, objects: readObjects(JSON.parse(JSON.stringify({ kind: "List", items }))), covers: () => true });
const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });

test("a namespace that is not there is no namespace in which nothing is wrong", () => {
  const snapshot = cluster(namespace("shop"), namespace("default"));
  demandNamespace(snapshot, "shop");
  assert.throws(() => demandNamespace(snapshot, "shopp"), {
    code: "not-found",
    message: /no namespace shopp in this cluster: is it shop\?/,
  });
  assert.throws(() => demandNamespace(snapshot, "elsewhere"), { code: "not-found" });
});

test("where namespaces could not be listed, or something lies in it, nothing is said", () => {
  demandNamespace(cluster(), "shop");
  demandNamespace(cluster(namespace("default"), { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "shop" } }), "shop");
});
