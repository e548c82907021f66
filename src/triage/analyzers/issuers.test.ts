import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../messages/conversation.ts";
import { fieldText, readObjects } from "../kube-object.ts";
import { createSnapshot } from "../snapshot.ts";
import { findIngresses } from "./ingresses.ts";
import { findIssuers } from "./issuers.ts";

const api = "cert-manager.io/v1";
const certificate = (issuerRef: JsonObject): JsonObject => ({
  apiVersion: api,
  kind: "Certificate",
  metadata: { name: "web", namespace: "shop" },
  spec: { secretName: "web-tls", issuerRef },
});
const request = (issuerRef: JsonObject, of = "web"): JsonObject => ({
  apiVersion: api,
  kind: "CertificateRequest",
  metadata: { name: "web-1", namespace: "shop", annotations: { "cert-manager.io/certificate-name": of } },
  spec: { issuerRef },
  status: {
    conditions: [{ type: "Ready", status: "False", reason: "Pending", message: `Referenced "Issuer" not found: "main" not found` }],
  },
});
const issuer = (kind: string, name: string): JsonObject => ({
  apiVersion: api,
  kind,
  metadata: { name, ...(kind === "Issuer" ? { namespace: "shop" } : {}) },
});
const snapshotOf = (objects: readonly JsonObject[], covers = true) =>
  createSnapshot({ now: 0, objects: objects.flatMap((one) => readObjects(one)), covers: () => covers });
const find = (objects: readonly JsonObject[], covers = true): readonly string[] =>
  findIssuers(snapshotOf(objects, covers), "shop").map(({ field, candidates }) =>
    `${fieldText(field)} ${candidates.map(({ value }) => value).join(",")}`.trim(),
  );

test("an issuer that is not there is told, with the names that come near", () => {
  const ref = { name: "main" };
  assert.deepEqual(find([certificate(ref), request(ref), issuer("Issuer", "mian"), issuer("Issuer", "other")]), [
    "spec.issuerRef.name mian",
  ]);
});

test("where the issuer of that name is of the other kind it is the kind that is wrong", () => {
  const ref = { name: "main", group: "cert-manager.io" };
  assert.deepEqual(find([certificate(ref), request(ref), issuer("ClusterIssuer", "main")]), ["spec.issuerRef.kind ClusterIssuer"]);
});

test("nothing is said without a request that says so, of an issuer that is there, and of issuers of others", () => {
  const ref = { name: "main" };
  assert.deepEqual(find([certificate(ref)]), []);
  assert.deepEqual(find([certificate(ref), request(ref, "another")]), []);
  assert.deepEqual(find([certificate(ref), request(ref), issuer("Issuer", "main")]), []);
  const foreign = { name: "main", group: "awspca.cert-manager.io", kind: "AWSPCAIssuer" };
  assert.deepEqual(find([certificate(foreign), request(foreign)]), []);
  // The request is of the issuer before, and which there are was not read.
  assert.deepEqual(find([certificate({ name: "new" }), request(ref)], false), []);
  assert.deepEqual(find([certificate({ name: "new" }), request(ref)]), ["spec.issuerRef.name"]);
});

test("an ingress whose secret a certificate is to fill only shows what is wrong with that", () => {
  const ingress = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web", namespace: "shop" },
    spec: { tls: [{ secretName: "web-tls" }] },
  };
  const severity = (...objects: readonly JsonObject[]) =>
    findIngresses(snapshotOf([ingress, ...objects]), "shop").map((one) => one.severity);
  assert.deepEqual(severity(), ["cause"]);
  assert.deepEqual(severity(certificate({ name: "main" })), ["symptom"]);
});
