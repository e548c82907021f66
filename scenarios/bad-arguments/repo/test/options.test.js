import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../src/options.js";

test("each command has its options", () => {
  assert.equal(readOptions(["serve", "--port=9000"]).port, 9000);
  assert.equal(readOptions(["batch", "--input=/tmp/x"]).input, "/tmp/x");
  assert.equal(readOptions([]).maxDistanceKm, 50);
});

test("what is not known is refused, numbers have to be some", () => {
  assert.throws(() => readOptions(["serve", "--tiles=/x"]), { code: "ERR_PARSE_ARGS_UNKNOWN_OPTION" });
  assert.throws(() => readOptions(["serve", "--port=web"]), /is no number/);
  assert.throws(() => readOptions(["draw"]), /no command/);
});
