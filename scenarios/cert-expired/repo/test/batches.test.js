import assert from "node:assert/strict";
import { test } from "node:test";
import { batch } from "../src/batches.js";

test("batches are of one currency and of a size", () => {
  const transfers = [1, 2, 3].map((amount) => ({ id: `t${amount}`, amount, currency: amount === 2 ? "SEK" : "EUR" }));
  assert.deepEqual(batch(transfers, 1).map(({ currency, sum }) => `${sum} ${currency}`), ["1 EUR", "3 EUR", "2 SEK"]);
  assert.deepEqual(batch(transfers).map(({ sum }) => sum), [4, 2]);
});

test("a transfer without an amount is refused", () => {
  assert.throws(() => batch([{ id: "t", amount: 0.5, currency: "EUR" }]), /no amount/);
});
