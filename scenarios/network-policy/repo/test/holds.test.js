import assert from "node:assert/strict";
import { test } from "node:test";
import { HoldBook } from "../src/holds.js";

test("a held seat is not held twice, until the hold ends", () => {
  let now = 0;
  const holds = new HoldBook(() => now);
  assert.ok(holds.hold("olympia", ["A1", "A2"]).id);
  assert.deepEqual(holds.hold("olympia", ["A2", "A3"]), { clash: ["A2"] });
  now = 8 * 60_000;
  assert.ok(holds.hold("olympia", ["A2", "A3"]).id);
});
