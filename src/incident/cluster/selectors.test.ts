import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../../error.ts";
import { matchesFields, parseFieldSelector } from "./field-selector.ts";
import { formatLabels, formatSelector, matchesLabels, parseLabelSelector } from "./label-selector.ts";
import type { RecordedObject } from "./recorded-object.ts";
import { builtInTypes, type ResourceType } from "./resource-types.ts";

const labels = { app: "web", tier: "front", "example.org/size": "7", in: "yes" };

const selectors: readonly (readonly [selector: string, matches: boolean])[] = [
  ["", true],
  ["app=web", true],
  ["app==web", true],
  ["app = web , tier!=back", true],
  ["app=api", false],
  ["app!=web", false],
  ["none!=x", true],
  ["app", true],
  ["!app", false],
  ["!none", true],
  ["none", false],
  ["app in (api, web)", true],
  ["app in(api),tier", false],
  ["app notin (api,db),tier in (front)", true],
  ["none notin (a)", true],
  ["none in ()", false],
  ["example.org/size>6", true],
  ["example.org/size<7", false],
  ["app>1", false],
  ["in=yes", true],
  ["none=", false],
];

test("label selectors match as Kubernetes matches", () => {
  for (const [selector, matches] of selectors) assert.equal(matchesLabels(parseLabelSelector(selector), labels), matches, selector);
  assert.equal(matchesLabels(parseLabelSelector("constructor"), {}), false, "a prototype's members are no labels");
});

test("label selectors that cannot be read are refused", () => {
  for (const selector of [
    "=web",
    "app=web,",
    "app in web",
    "app in (a",
    "app>x",
    "a b",
    ",",
    "(",
    "-x=1",
    "app=we/b",
    "!",
    `a=${"x".repeat(64)}`,
  ])
    assert.throws(() => parseLabelSelector(selector), isBadRequest, selector);
});

test("selectors of objects are written as in tables", () => {
  const matchExpressions = [
    { key: "tier", operator: "In", values: ["b", "a"] },
    { key: "old", operator: "DoesNotExist" },
    { key: "zone", operator: "NotIn", values: ["x"] },
  ];
  assert.equal(formatSelector({ matchLabels: { b: "2", app: "web" }, matchExpressions }), "app=web,b=2,!old,tier in (a,b),zone notin (x)");
  assert.equal(formatSelector({}), "<none>");
  assert.equal(formatSelector(undefined), "<none>");
  assert.equal(formatLabels({ selector: { b: "2", a: "1" } }, "selector"), "a=1,b=2");
  assert.equal(formatLabels({}, "selector"), "<none>");
});

const event: RecordedObject = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "e.1", namespace: "shop", uid: "u", creationTimestamp: "2026-03-04T12:00:00Z" },
  involvedObject: { kind: "Pod", name: "a=b,c", uid: "1" },
  type: "Warning",
  reason: "BackOff",
  reportingComponent: "kubelet",
};

test("field selectors match events in both forms", () => {
  const core = typeNamed("", "events");
  const newer = typeNamed("events.k8s.io", "events");
  const matches = (text: string, type: ResourceType) => matchesFields(parseFieldSelector(text, type), event);
  assert.ok(matches("involvedObject.kind=Pod,type!=Normal,reason==BackOff,source=kubelet", core));
  assert.ok(matches("involvedObject.name=a\\=b\\,c,metadata.namespace=shop", core));
  assert.ok(!matches("involvedObject.uid=2", core));
  assert.ok(matches("regarding.kind=Pod,reportingController=kubelet", newer));
  assert.ok(matches("", core));
});

test("fields that Kubernetes does not select by are refused in its words", () => {
  const refusal = (text: string, type: ResourceType) => {
    try {
      parseFieldSelector(text, type);
      return undefined;
    } catch (error) {
      assert.ok(isBadRequest(error));
      return (error as Error).message;
    }
  };
  assert.equal(refusal("spec.color=red", typeNamed("", "pods")), "field label not supported: spec.color");
  assert.equal(
    refusal("spec.replicas=1", typeNamed("apps", "deployments")),
    '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
  assert.equal(refusal("nonsense", typeNamed("", "pods")), "invalid selector: 'nonsense'; can't understand 'nonsense'");
});

function typeNamed(group: string, resource: string): ResourceType {
  const found = builtInTypes.find((type) => type.group === group && type.resource === resource);
  assert.ok(found);
  return found;
}

function isBadRequest(error: unknown): boolean {
  return error instanceof CloisterError && error.code === "bad-request";
}
