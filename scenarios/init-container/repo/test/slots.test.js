import assert from "node:assert/strict";
import { test } from "node:test";
import { endOf, fits } from "../src/slots.js";
import { Store } from "../src/store.js";

test("an appointment ends after its length", () => {
  assert.deepEqual(endOf({ start: 600 }), 620);
  assert.deepEqual(endOf({ start: 600, first: true }), 640);
});

test("two appointments never overlap", () => {
  assert.ok(fits([{ start: 600 }], { start: 620 }));
  assert.ok(!fits([{ start: 600 }], { start: 610 }));
  const store = new Store();
  assert.ok(store.book("2026-11-17", { start: 600 }));
  assert.ok(!store.book("2026-11-17", { start: 600 }));
  assert.ok(store.book("2026-11-18", { start: 600 }));
});
