import assert from "node:assert/strict";
import { test } from "node:test";
import { rank } from "../src/rank.js";

const hour = 3_600_000;
const article = (id, readers, hoursAgo, more = {}) => ({ id, readers, published: -hoursAgo * hour, author: id, section: "world", ...more });
const ids = (articles, weights) => rank(articles, weights, 0).map(({ id }) => id).join("");

test("weight halves with age", () => {
  assert.equal(ids([article("a", 100, 12), article("b", 60, 0)], { halfLifeHours: 6 }), "ba");
  assert.equal(ids([article("a", 100, 12), article("b", 60, 0)], { halfLifeHours: 48 }), "ab");
});

test("a section's bonus counts, and an author is there three times at most", () => {
  assert.equal(ids([article("a", 10, 0), article("b", 5, 0, { section: "local" })], { halfLifeHours: 6, sectionBonus: { local: 9 } }), "ba");
  assert.equal(rank([1, 2, 3, 4].map((n) => article(String(n), n, 0, { author: "x" })), { halfLifeHours: 6 }, 0).length, 3);
});

test("without a half-life it says what is missing", () => {
  assert.throws(() => rank([], {}, 0), /halfLifeHours/);
});
