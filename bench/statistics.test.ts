import assert from "node:assert/strict";
import { test } from "node:test";
import { median, quantile, ratio, sum } from "./statistics.ts";

test("a median is the middle, whatever the order; between two it is their mean", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 1, 2, 3]), 2.5);
  assert.equal(median([7]), 7);
  assert.throws(() => median([]), RangeError);
});

test("a list is not sorted in place", () => {
  const values = [3, 1, 2];
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
});

test("quantiles lie between neighbours, and within the list", () => {
  assert.equal(quantile([0, 10], 0.25), 2.5);
  assert.equal(quantile([1, 2, 3], 2), 3);
  assert.equal(quantile([1, 2, 3], -1), 1);
});

test("a ratio to nothing is none", () => {
  assert.equal(ratio(10, 4), 2.5);
  assert.equal(ratio(10, 0), undefined);
  assert.equal(ratio(Number.NaN, 4), undefined);
  assert.equal(sum([1, 2, 3]), 6);
  assert.equal(sum([]), 0);
});
