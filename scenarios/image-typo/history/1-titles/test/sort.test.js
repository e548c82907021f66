import assert from "node:assert/strict";
import { test } from "node:test";
import { sortTitles } from "../src/sort.js";

test("titles are sorted by name", () => {
  assert.deepEqual(sortTitles([{ name: "B" }, { name: "A" }]), [{ name: "A" }, { name: "B" }]);
});
