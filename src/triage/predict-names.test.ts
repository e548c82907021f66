import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../messages/conversation.ts";
import { findIngresses } from "./analyzers/ingresses.ts";
import { findLimits } from "./analyzers/limits.ts";
import { readObjects } from "./kube-object.ts";
import { whyItStays } from "./predict.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

const snapshotOf = (...objects: readonly JsonObject[]): Snapshot =>
  createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one)), covers: () => true });

const service = (name: string, ...ports: JsonObject[]): JsonObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { selector: { app: name }, ports },
});
const ingress = (name: string, port: JsonObject): JsonObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "web", namespace: "shop" },
  spec: { rules: [{ http: { paths: [{ backend: { service: { name, port } } }] } }] },
});

test("an ingress goes to the port of its service that leads where it was sent, by number or name, and to no other service", () => {
  const services = [
    service("web", { name: "http", port: 80, targetPort: 8080 }, { name: "admin", port: 81, targetPort: 9090 }),
    service("web-admin", { name: "http", port: 8080 }),
  ];
  const before = snapshotOf(ingress("web", { number: 8080 }), ...services);
  const [finding] = findIngresses(before, "shop");
  assert.deepEqual(
    finding?.candidates.map(({ value }) => value),
    ["80"],
  );
  const why = (name: string, port: JsonObject): string =>
    finding === undefined ? "" : (whyItStays(finding, before, snapshotOf(ingress(name, port), ...services)) ?? "goes");
  assert.equal(why("web", { number: 80 }), "goes");
  assert.equal(why("web", { name: "http" }), "goes");
  assert.match(why("web", { number: 81 }), /nothing shows/);
  assert.match(why("web", { name: "admin" }), /nothing shows/);
  assert.match(why("web", { number: 80, name: "http" }), /not both/);
  assert.match(why("web", {}), /nothing answers/);
  assert.match(why("web-admin", { number: 8080 }), /nothing shows that Service/);
});

test("an autoscaler scales the name that comes nearest, and nothing that another one scales", () => {
  const workload = (name: string): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec: { template: { spec: {} } },
  });
  const scaler = (own: string, name: string): JsonObject => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: own, namespace: "shop" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name } },
  });
  const workloads = ["web", "web-admin", "queue"].map(workload);
  const before = snapshotOf(scaler("web", "wbe"), ...workloads);
  const finding = findLimits(before, "shop").find(({ fault }) => fault === "scaler-target");
  const why = (name: string, ...others: readonly JsonObject[]): string =>
    finding === undefined ? "" : (whyItStays(finding, before, snapshotOf(scaler("web", name), ...others, ...workloads)) ?? "goes");
  assert.equal(why("web"), "goes");
  assert.match(why("queue"), /nothing shows/);
  assert.match(why(""), /nothing is named/);
  assert.match(why("web", scaler("other", "web")), /scales that already/);
});
