import assert from "node:assert/strict";
import { test } from "node:test";
import { post } from "../src/postings.js";

test("the lines of an entry add up to zero", () => {
  const moves = post([
    { account: "cash", amount: 500 },
    { account: "sales", amount: -420 },
    { account: "tax", amount: -80 },
  ]);
  assert.deepEqual([...moves], [["cash", 500], ["sales", -420], ["tax", -80]]);
  assert.throws(() => post([{ account: "cash", amount: 500 }, { account: "sales", amount: -499 }]), /add up to 1/);
  assert.throws(() => post([{ account: "cash", amount: 0.5 }, { account: "sales", amount: -0.5 }]), /minor units/);
});
