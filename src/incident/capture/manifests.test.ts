import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import type { RecordedObject } from "../cluster/recorded-object.ts";
import { builtInTypes } from "../cluster/resource-types.ts";
import { writeManifests } from "./manifests.ts";

const type = builtInTypes.find(({ resource }) => resource === "services");
const object = (kind: string, name: string, more: object = {}, metadata: object = {}): RecordedObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "shop", uid: name, creationTimestamp: "2026-01-01T00:00:00Z", resourceVersion: "7", ...metadata },
  ...more,
});
const write = (...objects: RecordedObject[]) => {
  assert.ok(type);
  return writeManifests([{ type: { ...type, verbs: [] }, objects }], "shop");
};

test("an object is written as it was applied", () => {
  const applied = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { annotations: {}, name: "api", namespace: "shop" },
    spec: { ports: [{ port: 80 }] },
  };
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(applied)}\n` };
  const { files, applied: count, derived } = write(object("Service", "api", { spec: { clusterIP: "10.96.0.9" } }, { annotations }));
  assert.deepEqual([count, derived, [...files.keys()]], [1, 0, ["deploy/api-service.yaml"]]);
  assert.deepEqual(parse(files.get("deploy/api-service.yaml") ?? ""), {
    ...applied,
    metadata: { name: "api", namespace: "shop" },
  });
});

test("without that it is the object less what servers add; what controllers made, secrets and other namespaces are not written", () => {
  const spec = { clusterIP: "10.96.0.9", clusterIPs: ["10.96.0.9"], ipFamilies: ["IPv4"], ports: [{ port: 80 }], type: "ClusterIP" };
  const { files, derived } = write(
    object("Service", "api", { spec, status: { loadBalancer: {} } }),
    object("ConfigMap", "made", {}, { ownerReferences: [{ kind: "Deployment" }] }),
    object("ConfigMap", "kube-root-ca.crt"),
    object("Secret", "db", { data: { password: "UkVEQUNURUQ=" } }),
    object("Service", "other", {}, { namespace: "ops" }),
    object("Pod", "api-1"),
  );
  assert.equal(derived, 1);
  assert.deepEqual([...files.keys()], ["deploy/api-service.yaml"]);
  assert.deepEqual(parse(files.get("deploy/api-service.yaml") ?? ""), {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "api", namespace: "shop" },
    spec: { ports: [{ port: 80 }], type: "ClusterIP" },
  });
});

test("what is called applied and is something else is not believed", () => {
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": '{"kind":"Service","metadata":{"name":"../other"}}' };
  const { files } = write(object("Service", "api", { spec: { ports: [] } }, { annotations }));
  assert.deepEqual(parse(files.get("deploy/api-service.yaml") ?? ""), {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "api", namespace: "shop" },
    spec: { ports: [] },
  });
});
