import assert from "node:assert/strict";
import { test } from "node:test";
import { seatsOf } from "../src/plans.js";

test("seats are counted from one in each row", () => {
  assert.deepEqual(seatsOf({ A: 2, B: 1 }), ["A1", "A2", "B1"]);
});
