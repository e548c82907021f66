import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { findGateways } from "./gateways.ts";

function find(...objects: readonly JsonObject[]): string[] {
  const snapshot = createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one)), covers: () => true });
  return findGateways(snapshot, "shop").map(({ fault, field }) => `${fault} ${fieldText(field)}`);
}

const gateway = (kind: string, name: string, spec: JsonObject, namespace: string | undefined = "shop"): JsonObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind,
  metadata: { name, ...(namespace === "" ? {} : { namespace }) },
  spec,
});
const service: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "shop" },
  spec: { ports: [{ port: 80 }] },
};
const edge = gateway("Gateway", "edge", { gatewayClassName: "acme", listeners: [{ name: "http" }] });
const acme = gateway("GatewayClass", "acme", { controllerName: "acme.example/gateways" }, "");
const route = (parent: JsonObject, backend: JsonObject): JsonObject =>
  gateway("HTTPRoute", "web", { parentRefs: [parent], rules: [{ backendRefs: [backend] }] });
const parent = { name: "edge", sectionName: "http" };
const backend = { name: "web", port: 80 };

test("what is all there has no findings", () => assert.deepEqual(find(acme, edge, service, route(parent, backend)), []));

test("class, gateway, listener, service, port and certificate: each is told where it is named", () => {
  assert.deepEqual(find(edge), ["gateway-class spec.gatewayClassName"]);
  assert.deepEqual(find(acme, edge, service, route({ name: "egde" }, backend)), ["route-gateway spec.parentRefs[0].name"]);
  assert.deepEqual(find(acme, edge, service, route({ name: "edge", sectionName: "https" }, backend)), [
    "route-listener spec.parentRefs[0].sectionName",
  ]);
  assert.deepEqual(find(acme, edge, service, route(parent, { name: "wbe", port: 80 })), [
    "route-backend spec.rules[0].backendRefs[0].name",
  ]);
  assert.deepEqual(find(acme, edge, service, route(parent, { name: "web", port: 81 })), ["route-port spec.rules[0].backendRefs[0].port"]);
  const secure = gateway("Gateway", "edge", { gatewayClassName: "acme", listeners: [{ tls: { certificateRefs: [{ name: "gone" }] } }] });
  assert.deepEqual(find(acme, secure), ["gateway-certificate spec.listeners[0].tls.certificateRefs[0].name"]);
});

test("of other namespaces that were not read, and of other kinds, nothing is said", () => {
  assert.deepEqual(find(service, route({ name: "edge", namespace: "infra" }, backend)), []);
  assert.deepEqual(find(acme, edge, service, route(parent, { kind: "Bucket", name: "files" })), []);
});
