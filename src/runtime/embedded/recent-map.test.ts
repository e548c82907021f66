import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecentMap } from "./recent-map.ts";

test("the entry that was used longest ago is forgotten first", () => {
  const map = createRecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  assert.equal(map.get("a"), 1);
  map.set("c", 3);
  assert.equal(map.get("b"), undefined);
  assert.equal(map.get("a"), 1);
  assert.equal(map.get("c"), 3);
  assert.equal(map.size, 2);
});

test("setting an entry again replaces it and counts as a use", () => {
  const map = createRecentMap<number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  map.set("c", 4);
  assert.equal(map.get("a"), 3);
  assert.equal(map.get("b"), undefined);
});

test("entries are bounded by what they weigh together, where that is said", () => {
  const map = createRecentMap<string>(10, (value, key) => value.length + key.length);
  map.set("a", "123");
  map.set("b", "123");
  map.set("b", "1");
  map.set("c", "123");
  assert.deepEqual([map.get("a"), map.get("b"), map.get("c")], ["123", "1", "123"]);
  map.set("d", "123456789");
  assert.equal(map.size, 1);
  map.set("e", "too much for the whole map");
  assert.equal(map.size, 0);
});
