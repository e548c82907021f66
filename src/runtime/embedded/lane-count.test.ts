import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLaneCount } from "./lane-count.ts";

const gib = 2 ** 30;

test("as many lanes as the budget holds, never none and never very many", () => {
  const count = (laneGib: number, freeGib: number, most?: number): number =>
    chooseLaneCount({ laneBytes: laneGib * gib, free: freeGib * gib, budget: 3 * gib, most });
  assert.equal(count(0.4, 10), 4);
  assert.equal(count(0.9, 10), 3);
  assert.equal(count(0.9, 1), 1);
  assert.equal(count(40, 10), 1);
  assert.equal(count(0.4, 10, 2), 2);
  assert.equal(count(0.001, 10, 100), 4);
  assert.equal(count(0, 10), 4);
});
