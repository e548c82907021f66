import assert from "node:assert/strict";
import { test } from "node:test";
import { batchesOf } from "../src/batches.js";
import { checkSum, statementOf } from "../src/statement.js";

const booking = (at, amount) => ({ at, text: "", amount });

test("lines are in order and carry the balance", () => {
  const statement = statementOf({ account: "a", opening: 100, bookings: [booking("12:00", -30), booking("09:00", 50)] });
  assert.deepEqual(statement.lines.map(({ balance }) => balance), [150, 120]);
  assert.equal(statement.closing, 120);
});

test("what goes from one account to another adds up to nothing", () =>
  assert.equal(checkSum([{ opening: 0, closing: 5 }, { opening: 9, closing: 4 }]), 0));

test("batches, without what is done", () => assert.deepEqual(batchesOf(["a", "b", "c", "d"], 2, new Set(["b"])), [["a", "c"], ["d"]]));
