import assert from "node:assert/strict";
import { test } from "node:test";
import { page } from "../src/page.js";

test("a list in pages", () => {
  assert.deepEqual(page([1, 2, 3, 4, 5], 2, 2), { page: 2, pages: 3, titles: [3, 4] });
  assert.deepEqual(page([], 1, 2), { page: 1, pages: 1, titles: [] });
  for (const number of [0, 4, 1.5, NaN]) assert.throws(() => page([1, 2, 3, 4, 5], number, 2), RangeError);
});
