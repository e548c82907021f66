import assert from "node:assert/strict";
import { test } from "node:test";
import { Points } from "../src/points.js";

test("points of the last hour, in their order", () => {
  let now = 3_600_000;
  const points = new Points(() => now);
  points.add("cpu", 200, 2);
  points.add("cpu", 100, 1);
  assert.deepEqual(points.of("cpu").map(({ value }) => value), [1, 2]);
  now += 150;
  assert.deepEqual(points.of("cpu").map(({ value }) => value), [2]);
  assert.deepEqual(points.of("memory"), []);
});
