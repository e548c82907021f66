import assert from "node:assert/strict";
import { test } from "node:test";
import { randomIds } from "./random-ids.ts";

test("ids are 24 hex digits, and no two of several draws are the same", () => {
  const newId = randomIds();
  const ids = Array.from({ length: 2000 }, newId);
  assert.equal(new Set(ids).size, 2000);
  for (const id of ids) assert.match(id, /^[0-9a-f]{24}$/);
  assert.notEqual(randomIds()(), randomIds()());
});
