import assert from "node:assert/strict";
import { test } from "node:test";
import { departuresOf } from "../src/departures.js";

test("the next departure of each line", () => {
  const lines = [{ line: "4", every: 12, first: 3 }];
  const at = (minute) => departuresOf(lines, new Date(Date.UTC(2026, 0, 1, 8, minute)));
  assert.deepEqual(at(0), [{ line: "4", minute: 3 }]);
  assert.deepEqual(at(3), [{ line: "4", minute: 3 }]);
  assert.deepEqual(at(4), [{ line: "4", minute: 15 }]);
});
