import assert from "node:assert/strict";
import { test } from "node:test";
import { firstDifference, inOrder } from "./compare-outputs.ts";

const printed = (stdout: string, code = 0) => ({ code, stdout, stderr: "" });

test("ages a few seconds apart, versions of objects and the width of columns are no difference", () => {
  for (const [real, recorded] of [
    ["NAME   AGE\nweb    59s", "NAME  AGE\nweb   61s"],
    ["web  1/1  Running  5 (9m59s ago)  3d", "web  1/1  Running  5 (10m ago)  3d"],
    ['  "resourceVersion": "12",', '  "resourceVersion": "987",'],
    ['    resourceVersion: "12"', '    resourceVersion: "3"'],
    ["    metadata: {}\n    spec:", "    metadata:\n      creationTimestamp: null\n    spec:"],
  ] as const)
    assert.equal(firstDifference(printed(real), printed(recorded)), undefined);
});

test("other words, other ages, other statuses and missing lines are", () => {
  for (const [real, recorded] of [
    ["web  Running  5m", "web  Pending  5m"],
    ["web  Running  5m", "web  Running  25m"],
    ["a\nb", "a"],
    ["v1", "v2"],
  ] as const)
    assert.notEqual(firstDifference(printed(real), printed(recorded)), undefined);
  assert.notEqual(firstDifference(printed("a"), printed("a", 1)), undefined);
});

test("a line in which a secret was taken out is allowed where that is said", () => {
  const difference = firstDifference(printed("password: abc\nuser: me"), printed("password: REDACTED\nuser: me"), (line) =>
    line.includes("REDACTED"),
  );
  assert.equal(difference, undefined);
});

test("lines in another order are the same lines, and other lines are not", () => {
  assert.notEqual(firstDifference(printed("a: 1\nb: 2"), printed("b: 2\na: 1")), undefined);
  assert.equal(firstDifference(inOrder(printed("a: 1\nb: 2")), inOrder(printed("b: 2\na: 1"))), undefined);
  assert.notEqual(firstDifference(inOrder(printed("a: 1\nb: 2")), inOrder(printed("b: 3\na: 1"))), undefined);
});
