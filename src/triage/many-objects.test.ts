import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../messages/conversation.ts";
import { checkChange } from "./check.ts";
import { type KubeObject, readObjects } from "./kube-object.ts";
import { createSnapshot } from "./snapshot.ts";
import { triage } from "./triage.ts";

/** A large namespace: triage of 10,000 objects within 2 s, a check of manifests within 1 s. Processor time is counted, since others use the machine too. */

const owned = (kind: string, name: string): JsonObject => ({ ownerReferences: [{ apiVersion: "apps/v1", kind, name, controller: true }] });

/** Eight objects of one service; that of the last one is asked for at a port that no container has. */
function service(index: number, broken: boolean): readonly JsonObject[] {
  const name = `service-${index}`;
  const labels = { app: name };
  const metadata = (more: JsonObject = {}): JsonObject => ({ name, namespace: "shop", labels, ...more });
  const container = {
    name: "main",
    image: "registry.acme.example/service:1.4",
    envFrom: [{ configMapRef: { name } }],
    ports: [{ name: "http", containerPort: 8080 }],
    resources: { requests: { memory: "32Mi" }, limits: { memory: "64Mi" } },
    readinessProbe: { httpGet: { path: "/ready", port: "http" } },
  };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  const pod = (at: number): JsonObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata({ name: `${name}-a-${at}`, ...owned("ReplicaSet", `${name}-a`) }),
    spec: { ...template.spec, nodeName: `node-${index % 50}` },
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: { running: {} } }],
    },
  });
  return [
    { apiVersion: "apps/v1", kind: "Deployment", metadata: metadata(), spec: { replicas: 2, selector: { matchLabels: labels }, template } },
    {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: metadata({ name: `${name}-a`, ...owned("Deployment", name) }),
      spec: { replicas: 2, template },
    },
    pod(0),
    pod(1),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(),
      spec: { selector: labels, ports: [{ port: 80, targetPort: broken ? "htpp" : "http" }] },
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata(), data: { MODE: "fast" } },
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata(),
      spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
    },
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.1`, namespace: "shop" },
      type: "Normal",
      reason: "Started",
      involvedObject: { kind: "Pod", namespace: "shop", name: `${name}-a-0` },
    },
  ];
}

function cluster(services: number) {
  const nodes = Array.from({ length: 50 }, (_, index): JsonObject => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: `node-${index}` },
  }));
  const all = Array.from({ length: services }, (_, index) => service(index, index === services - 1)).flat();
  const objects = [...nodes, ...all].flatMap((one) => readObjects(one));
  return () => createSnapshot({ now: 0, objects, covers: () => true, log: () => [] });
}

/** The least of three runs, so that a pause for garbage is not what is measured; milliseconds of processor time. */
function measure(work: () => void): number {
  const runs = [0, 1, 2].map(() => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...runs);
}

test("triage of 10,000 objects takes less than 2 s, and finds the one that is wrong", (t) => {
  const snapshot = cluster(1250);
  assert.ok(snapshot().objects.length >= 10_000);
  assert.deepEqual(
    triage(snapshot(), "shop").map(({ fault, object }) => `${fault} ${object.name}`),
    ["target-port service-1249"],
  );
  const ms = measure(() => void triage(snapshot(), "shop"));
  t.diagnostic(`${Math.round(ms)} ms`);
  assert.ok(ms < 2000, `${ms} ms`);
});

test("a check of the manifests of 100 services takes less than 1 s", (t) => {
  const snapshot = cluster(100);
  const read = (broken: boolean): readonly KubeObject[] =>
    Array.from({ length: 100 }, (_, index) => service(index, broken && index === 99))
      .flat()
      .filter(({ kind }) => !["ReplicaSet", "Pod", "Event"].includes(String(kind)))
      .flatMap((one) => readObjects(one));
  const change = { before: read(true), after: read(false) };
  assert.equal(checkChange(snapshot(), ["shop"], change).ok, true);
  const ms = measure(() => void checkChange(snapshot(), ["shop"], change));
  t.diagnostic(`${Math.round(ms)} ms`);
  assert.ok(ms < 1000, `${ms} ms`);
});
