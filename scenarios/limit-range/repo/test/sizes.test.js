import assert from "node:assert/strict";
import { test } from "node:test";
import { isTaken, memoryFor, thumbSize } from "../lib/sizes.js";

test("a thumbnail keeps its shape and is never larger than the picture", () => {
  assert.deepEqual(thumbSize({ width: 6000, height: 4000 }, "m"), { width: 480, height: 320 });
  assert.deepEqual(thumbSize({ width: 100, height: 50 }, "l"), { width: 100, height: 50 });
  assert.deepEqual(thumbSize({ width: 9000, height: 3 }, "s"), { width: 160, height: 1 });
  assert.throws(() => thumbSize({ width: 1, height: 1 }, "xl"), /no size xl/);
});

test("memory follows from the pixels, as README.md lists it", () => {
  const mebibytes = (megapixels) => memoryFor({ width: megapixels * 1000, height: 1000 }) / 2 ** 20;
  for (const [megapixels, most] of [[24, 280], [45, 490], [60, 640]]) assert.ok(mebibytes(megapixels) <= most && mebibytes(megapixels) > most - 35);
  assert.equal(isTaken({ width: 60_000, height: 1000 }, 60), true);
  assert.equal(isTaken({ width: 60_001, height: 1000 }, 60), false);
});
