import assert from "node:assert/strict";
import { test } from "node:test";
import { convert } from "../src/money.js";

test("conversion rounds half to even", () => {
  assert.equal(convert(1, 0.5), 0);
  assert.equal(convert(3, 0.5), 2);
  assert.equal(convert(1000, 1.0826), 1083);
  assert.equal(convert(7, 1), 7);
});
