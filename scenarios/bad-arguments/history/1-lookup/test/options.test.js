import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../src/options.js";

test("serve has its options", () => {
  assert.equal(readOptions(["serve", "--port=9000"]).port, 9000);
  assert.throws(() => readOptions(["serve", "--port=web"]), /is no number/);
});
