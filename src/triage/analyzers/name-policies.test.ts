import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { readObjects } from "../kube-object.ts";
import { shutOutStays } from "../predict-names-policy.ts";
import { createSnapshot, type Snapshot } from "../snapshot.ts";
import { findNamePolicies } from "./name-policies.ts";

const space = (name: string): JsonObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
});
const pod = (name: string, namespace: string, labels: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  status: { phase: "Running", containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: {} }] },
});
const policy = (name: string, egress: readonly JsonValue[], podSelector: JsonObject = {}, types = ["Egress"]): JsonObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: "shop" },
  spec: { podSelector, policyTypes: types, egress },
});

function cluster(line: string, ...policies: readonly JsonObject[]): Snapshot {
  const objects = [space("kube-system"), space("shop"), pod("web", "shop", { app: "web" }), pod("db", "shop", { app: "db" }), ...policies];
  return createSnapshot({
    now: 0,
    objects: objects.flatMap((one) => readObjects(one)),
    covers: () => true,
    log: (at) => (at.pod === "web" && !at.previous ? [line] : []),
  });
}
const find = (line: string, ...policies: readonly JsonObject[]): readonly string[] =>
  findNamePolicies(cluster(line, ...policies), "shop").map(({ object }) => object.name);

const toDb: JsonValue = { to: [{ podSelector: { matchLabels: { app: "db" } } }], ports: [{ protocol: "TCP", port: 5432 }] };
const system: JsonValue = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } };
const udp: JsonValue = { protocol: "UDP", port: 53 };
const again = "Error: getaddrinfo EAI_AGAIN db";

test("who is not answered and may not ask is told, at the policy that is about the fewest pods", () => {
  assert.deepEqual(find(again, policy("all", []), policy("web", [toDb], { matchLabels: { app: "web" } })), ["web"]);
  assert.deepEqual(find("dial tcp: lookup db on 10.96.0.10:53: read udp 10.0.0.9:4711->10.96.0.10:53: i/o timeout", policy("all", [])), [
    "all",
  ]);
});

test("nothing is said where the name is not known, where pods may ask, or where an address may be the resolver's", () => {
  assert.deepEqual(find("Error: getaddrinfo ENOTFOUND db", policy("all", [toDb])), []);
  assert.deepEqual(find(again, policy("all", [toDb]), policy("names", [{ to: [system], ports: [udp] }])), []);
  assert.deepEqual(find(again, policy("all", [{}])), []);
  assert.deepEqual(find(again, policy("all", [{ to: [{ ipBlock: { cidr: "10.96.0.10/32" } }] }])), []);
  assert.deepEqual(find(again, policy("in", [], {}, ["Ingress"])), []);
  // A port without a protocol is one of TCP, by which programs do not ask first.
  assert.deepEqual(find(again, policy("all", [{ to: [system], ports: [{ port: 53 }] }])), ["all"]);
});

test("it is mended by a rule for the name server alone, beside those that were there", () => {
  const before = cluster(again, policy("all", [toDb]));
  const why = (...egress: readonly JsonValue[]): string | undefined => {
    const after = cluster(again, policy("all", egress));
    const object = after.find("NetworkPolicy", "shop", "all");
    assert.ok(object !== undefined);
    return shutOutStays(object, before, after);
  };
  const dns = { podSelector: { matchLabels: { "k8s-app": "kube-dns" } } };
  assert.equal(why(toDb, { to: [system], ports: [udp] }), undefined);
  assert.equal(why({ to: [{ ...(system as JsonObject), ...dns }], ports: [udp, { protocol: "TCP", port: 53 }] }, toDb), undefined);
  assert.match(why(toDb, { to: [dns], ports: [udp] }) ?? "", /still not ask/);
  assert.match(why({ to: [system], ports: [udp] }) ?? "", /rule that was there/);
  for (const rule of [
    {},
    { ports: [udp] },
    { to: [system] },
    { to: [{ namespaceSelector: {} }], ports: [udp] },
    { to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [udp] },
    { to: [system], ports: [udp, { protocol: "TCP", port: 443 }] },
    { to: [system], ports: [{ ...(udp as JsonObject), endPort: 60000 }] },
    { to: [{ namespaceSelector: { matchLables: {} } }], ports: [udp] },
  ])
    assert.match(why(toDb, rule as JsonValue) ?? "", /more than the cluster's name server/, JSON.stringify(rule));
});
