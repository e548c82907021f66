import assert from "node:assert/strict";
import { test } from "node:test";
import { ChargeBook } from "../src/charges.js";

test("the same key gives the same charge", () => {
  const book = new ChargeBook();
  const first = book.charge("k-1", { amount: 1999, currency: "EUR", order: "A-17" });
  assert.equal(book.charge("k-1", { amount: 1999, currency: "EUR", order: "A-17" }).id, first.id);
  assert.notEqual(book.charge("k-2", { amount: 1999, currency: "EUR", order: "A-17" }).id, first.id);
});

test("a charge is refunded once it exists", () => {
  const book = new ChargeBook();
  const { id } = book.charge("k-1", { amount: 500, currency: "EUR", order: "A-18" });
  assert.equal(book.refund(id).state, "refunded");
  assert.throws(() => book.refund("nobody"), /no charge nobody/);
});

test("an amount is a positive whole number", () => {
  const book = new ChargeBook();
  for (const amount of [0, -5, 1.5, "20", undefined]) assert.throws(() => book.charge("k", { amount, currency: "EUR" }), RangeError);
});
