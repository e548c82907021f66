import assert from "node:assert/strict";
import { test } from "node:test";
import { priceOf } from "../lib/rules.js";
import { readSettings } from "../lib/settings.js";

const article = { price: 1000, groups: { trade: 12, staff: 60 }, quantities: [{ from: 10, percent: 5 }, { from: 100, percent: 15 }] };

test("the best rule wins, and rules do not add up", () => {
  assert.deepEqual(priceOf(article), { price: 1000, percent: 0, rule: "list" });
  assert.deepEqual(priceOf(article, { group: "trade", quantity: 10 }), { price: 880, percent: 12, rule: "group trade" });
  assert.deepEqual(priceOf(article, { group: "trade", quantity: 250 }), { price: 850, percent: 15, rule: "from 100" });
});

test("no discount beyond the limit, no quantity below one", () => {
  assert.equal(priceOf(article, { group: "staff" }, 40).price, 600);
  assert.throws(() => priceOf(article, { quantity: 0 }), RangeError);
});

test("settings are checked", () => {
  assert.deepEqual(readSettings({ PORT: "4000" }), { port: 4000, limit: 40 });
  assert.throws(() => readSettings({}), /PORT has to be a port, and is missing/);
  assert.throws(() => readSettings({ PORT: "4000", DISCOUNT_LIMIT: "x" }), /DISCOUNT_LIMIT/);
});
