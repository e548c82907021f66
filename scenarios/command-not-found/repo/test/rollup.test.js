import assert from "node:assert/strict";
import { test } from "node:test";
import { rollUp } from "../src/rollup.js";

const reading = (id, minute, wattHours) => ({ id, meter: "m1", at: Date.UTC(2026, 0, 1, 0, minute), wattHours });

test("readings are added up by hour", () => {
  const hours = rollUp([reading("a", 10, 5), reading("b", 59, 7), reading("c", 60, 1)]);
  assert.deepEqual(Object.fromEntries(hours), { "m1@2026-01-01T00:00:00.000Z": 12, "m1@2026-01-01T01:00:00.000Z": 1 });
});

test("a reading that comes twice counts once", () => {
  const seen = new Set();
  rollUp([reading("a", 10, 5)], { seen });
  assert.equal(rollUp([reading("a", 10, 5)], { seen }).size, 0);
});
