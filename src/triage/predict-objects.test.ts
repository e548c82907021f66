import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import type { Finding } from "./finding.ts";
import { readObjects } from "./kube-object.ts";
import { whyObjectStays } from "./predict-objects.ts";
import { createSnapshot, type Snapshot } from "./snapshot.ts";

function snapshot(...objects: JsonObject[]): Snapshot {
  return createSnapshot({ now: 0, objects: objects.flatMap((object) => [...readObjects(object)]), covers: () => true });
}

const pod = (app: string, index = 0): JsonObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: `${app}-${index}`, namespace: "n", labels: { app } },
  spec: { containers: [] },
});

function finding(fault: string, kind: string, field: Finding["field"], value: string, candidates: readonly string[]): Finding {
  return {
    fault,
    severity: "cause",
    object: { kind, namespace: "n", name: "x" },
    field,
    value,
    says: "",
    evidence: [],
    candidates: candidates.map((one) => ({ value: one, why: "" })),
  };
}

const object = (apiVersion: string, kind: string, spec: JsonValue): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: "x", namespace: "n" },
  spec,
});

test("a policy's rule lets in whom it was meant for, and nobody else", () => {
  const field = ["spec", "ingress", 0, "from", 0, "podSelector", "matchLabels", "app"];
  const dead = finding("policy-admits-nobody", "NetworkPolicy", field, "web", ["site-web"]);
  const why = (rule: JsonValue): string | undefined => {
    const policy = object("networking.k8s.io/v1", "NetworkPolicy", { podSelector: {}, ingress: [rule] });
    const after = snapshot(policy, pod("site-web"), pod("orders"));
    return whyObjectStays(dead, after, after);
  };
  assert.equal(why({ from: [{ podSelector: { matchLabels: { app: "site-web" } } }] }), undefined);
  assert.equal(
    why({ from: [{ podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web", "site-web"] }] } }] }),
    undefined,
  );
  assert.match(why({ from: [{ podSelector: {} }] }) ?? "", /orders-0/);
  assert.match(why({}) ?? "", /lets everybody in/);
  assert.match(why({ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }) ?? "", /addresses/);
});

test("a budget lets some pods go and never all", () => {
  const stuck = finding("budget-blocks-drain", "PodDisruptionBudget", ["spec", "minAvailable"], "2", []);
  const why = (spec: JsonObject): string | undefined => {
    const budget = object("policy/v1", "PodDisruptionBudget", { ...spec, selector: { matchLabels: { app: "a" } } });
    const after = snapshot(budget, pod("a", 0), pod("a", 1));
    return whyObjectStays(stuck, after, after);
  };
  assert.equal(why({ minAvailable: 1 }), undefined);
  assert.equal(why({ minAvailable: "50%" }), undefined);
  assert.equal(why({ maxUnavailable: 1 }), undefined);
  for (const spec of [{ minAvailable: 0 }, { maxUnavailable: 2 }, { maxUnavailable: "100%" }])
    assert.equal(why(spec), "all of its pods might go at once");
  assert.match(why({ minAvailable: 1, maxUnavailable: 1 }) ?? "", /only one/);
});

test("a backend is one that is known, and is not taken away", () => {
  const field = ["spec", "rules", 0, "http", "paths", 0, "backend", "service", "name"];
  const missing = finding("ingress-backend", "Ingress", field, "shop-event", ["shop-events"]);
  const why = (name: string | undefined): string | undefined => {
    const paths = name === undefined ? [] : [{ path: "/live", backend: { service: { name } } }];
    const after = snapshot(object("networking.k8s.io/v1", "Ingress", { rules: [{ http: { paths } }] }));
    return whyObjectStays(missing, after, after);
  };
  assert.equal(why("shop-events"), undefined);
  // The service was made under the name that stands.
  assert.equal(why("shop-event"), undefined);
  assert.match(why("fares-events") ?? "", /nothing shows/);
  assert.match(why(undefined) ?? "", /nothing answers/);
});

test("a service chooses the pods that it was meant for", () => {
  const deployment = (name: string, labels: JsonObject): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "n" },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [] } } },
  });
  const others = [
    deployment("sessions-v3", { app: "sessions", version: "v3" }),
    deployment("profiles", { app: "profiles", version: "v2" }),
  ];
  const at = (selector: JsonObject): Snapshot => snapshot(object("v1", "Service", { selector }), ...others);
  const lost = finding("selector-matches-nothing", "Service", ["spec", "selector", "version"], "v2", ["v3"]);
  const why = (selector: JsonObject): string | undefined => whyObjectStays(lost, at({ app: "sessions", version: "v2" }), at(selector));
  assert.equal(why({ app: "sessions", version: "v3" }), undefined);
  assert.equal(why({ app: "sessions" }), undefined);
  assert.match(why({ app: "profiles", version: "v2" }) ?? "", /profiles/);
  assert.match(why({}) ?? "", /no pods at all/);
});
