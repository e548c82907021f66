import assert from "node:assert/strict";
import { test } from "node:test";
import { createRestartBudget } from "./restart-budget.ts";

test("the first restart is at once, later ones wait longer, and then there are no more within the minute", () => {
  const budget = createRestartBudget(4);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((now) => budget.next(now)),
    [0, 250, 500, 1000, undefined],
  );
});

test("a minute later the budget is whole again", () => {
  const budget = createRestartBudget(1);
  assert.equal(budget.next(0), 0);
  assert.equal(budget.next(59_999), undefined);
  assert.equal(budget.next(60_000), 0);
});
