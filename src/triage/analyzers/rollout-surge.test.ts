import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../../messages/conversation.ts";
import { readObjects } from "../kube-object.ts";
import { rolloutSteps } from "./rollout-surge.ts";

function steps(replicas: number, strategy: JsonObject): ReturnType<typeof rolloutSteps> {
  const json = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", namespace: "n" }, spec: { replicas, strategy } };
  const [object] = readObjects(json);
  assert.ok(object !== undefined);
  return rolloutSteps(object);
}
const rolling = (maxUnavailable: JsonValue, maxSurge: JsonValue): JsonObject => ({ rollingUpdate: { maxUnavailable, maxSurge } });

test("steps of a rollout are as the controller works them out", () => {
  assert.deepEqual(steps(3, {}), { unavailable: 0, surge: 1 });
  assert.deepEqual(steps(4, {}), { unavailable: 1, surge: 1 });
  assert.deepEqual(steps(10, rolling("25%", "25%")), { unavailable: 2, surge: 3 });
  assert.deepEqual(steps(3, rolling("10%", 0)), { unavailable: 1, surge: 0 });
});

test("what the API server does not take is no rolling update", () => {
  for (const strategy of [rolling(0, 0), rolling("0%", 0), rolling("1", 1), rolling(-1, 1), rolling(1.5, 1), { type: "Recreate" }])
    assert.equal(steps(4, strategy), undefined, JSON.stringify(strategy));
});
