import assert from "node:assert/strict";
import { test } from "node:test";
import { Slices } from "../src/slices.js";

const slice = (name, service, ready) => ({
  metadata: { name, labels: { "kubernetes.io/service-name": service } },
  endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready } }],
});

test("ready addresses of each service", () => {
  const slices = new Slices();
  slices.replace([slice("a-1", "a", true), slice("b-1", "b", false)]);
  assert.deepEqual(slices.services(), { a: ["10.0.0.1"], b: [] });
  slices.apply({ type: "MODIFIED", object: slice("b-1", "b", true) });
  slices.apply({ type: "DELETED", object: slice("a-1", "a", true) });
  assert.deepEqual(slices.services(), { b: ["10.0.0.1"] });
  assert.equal(slices.size, 1);
});
