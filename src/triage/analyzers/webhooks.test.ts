import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { findWebhooks } from "./webhooks.ts";

function find(...objects: readonly JsonObject[]): string[] {
  const snapshot = createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one)), covers: () => true });
  return findWebhooks(snapshot, "shop").map(({ fault, field }) => `${fault} ${fieldText(field)}`);
}

const hook = (service: string, over: JsonObject = {}): JsonObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "MutatingWebhookConfiguration",
  metadata: { name: "sidecars" },
  webhooks: [{ name: "inject.acme.example", clientConfig: { service: { name: service, namespace: "mesh" } }, ...over }],
});
const service: JsonObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "injector", namespace: "mesh" },
  spec: { selector: { app: "injector" } },
};
const pod = (ready: string): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "injector-0", namespace: "mesh", labels: { app: "injector" } },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] },
});

test("a webhook that answers, or may be passed over, or sees nothing of the namespace, has no findings", () => {
  assert.deepEqual(find(hook("injector"), service, pod("True")), []);
  assert.deepEqual(find(hook("gone", { failurePolicy: "Ignore" })), []);
  assert.deepEqual(find(hook("gone", { namespaceSelector: { matchLabels: { mesh: "on" } } })), []);
});

test("one that must answer and cannot is told: no service, or none of its pods is ready", () => {
  assert.deepEqual(find(hook("injectr"), service), ["webhook-service webhooks[inject.acme.example].clientConfig.service.name"]);
  assert.deepEqual(find(hook("injector"), service, pod("False")), ["webhook-endpoints "]);
  // Where the pods of its namespace were not read nothing is known.
  assert.deepEqual(find(hook("injector"), service), []);
});
