import assert from "node:assert/strict";
import { test } from "node:test";
import { readField } from "./manifest-field.ts";

const manifest = `
kind: Service
metadata: { name: a, namespace: n }
---
kind: Deployment
metadata: { name: a, namespace: n }
spec:
  containers:
    - { name: x, image: one }
    - { name: y, image: two }
`;
const of = { kind: "Deployment", namespace: "n", name: "a" };

test("a field is found by kind, namespace, name and the names or places in its lists", () => {
  assert.equal(readField(manifest, { ...of, field: ["spec", "containers", { name: "y" }, "image"] }), '"two"');
  assert.equal(readField(manifest, { ...of, field: ["spec", "containers", { name: "z" }, "image"] }), undefined);
  assert.equal(readField(manifest, { ...of, field: ["spec", "containers", 1, "image"] }), '"two"');
  assert.equal(readField(manifest, { ...of, field: ["spec", 0] }), undefined);
  assert.equal(readField(manifest, { ...of, namespace: "m", field: ["spec"] }), undefined);
  assert.equal(readField(manifest, { ...of, field: ["constructor", "name"] }), undefined);
});

test("text that is no manifest has no fields", () => {
  for (const text of ["", "- 1\n- 2", "a: [", "kind: Deployment\nkind: Deployment"])
    assert.equal(readField(text, { ...of, field: ["spec"] }), undefined);
});
