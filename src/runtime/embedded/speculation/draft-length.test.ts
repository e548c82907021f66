import assert from "node:assert/strict";
import { test } from "node:test";
import { createAcceptance } from "./acceptance.ts";
import { breakEven, draftLength } from "./draft-length.ts";
import { createStepCosts } from "./step-costs.ts";

/** Reading the weights costs 20 ms a step, each token 2 ms. */
const roomy = createStepCosts(new Map([1, 2, 4, 8, 16].map((tokens) => [tokens, 20 + 2 * tokens])));
/** Every token costs as much as a step of its own. */
const crowded = createStepCosts(new Map([1, 2, 4, 8, 16].map((tokens) => [tokens, 20 * tokens])));

test("where many tokens cost little more than one, the draft grows with what was accepted", () => {
  const lengths = [0.05, 0.4, 0.7, 0.95].map((acceptance) => draftLength({ costs: roomy, acceptance, input: 1, room: 100 }));
  assert.equal(lengths[0], 0);
  assert.deepEqual(
    lengths,
    [...lengths].sort((a, b) => a - b),
  );
  assert.equal(lengths.at(-1), 15, "no longer than what was measured");
});

test("where each token costs a step, nothing is drafted, whatever is accepted", () => {
  assert.equal(draftLength({ costs: crowded, acceptance: 0.99, input: 1, room: 100 }), 0);
  assert.equal(breakEven(crowded), undefined);
  assert.equal(breakEven(createStepCosts(new Map([[1, 20]]))), undefined, "one size alone says nothing");
});

test("the break-even acceptance is where drafting begins", () => {
  const at = breakEven(roomy) ?? 0;
  assert.ok(at > 0 && at < 0.5, String(at));
  assert.equal(draftLength({ costs: roomy, acceptance: at - 0.01, input: 1, room: 16 }), 0);
  assert.ok(draftLength({ costs: roomy, acceptance: at, input: 1, room: 16 }) > 0);
});

test("a draft stays within its room, and what has to be evaluated anyway leaves less of it", () => {
  assert.equal(draftLength({ costs: roomy, acceptance: 0.95, input: 1, room: 3 }), 3);
  assert.equal(draftLength({ costs: roomy, acceptance: 0.95, input: 10, room: 100 }), 6);
  assert.equal(draftLength({ costs: roomy, acceptance: 0.95, input: 40, room: 100 }), 0);
});

test("costs lie on the line between what was measured, never fall, and follow what is seen", () => {
  const costs = createStepCosts(
    new Map([
      [1, 20],
      [2, 15],
      [4, 30],
    ]),
  );
  assert.deepEqual(
    [1, 2, 3, 4, 6].map((tokens) => costs.of(tokens)),
    [20, 20, 25, 30, 40],
  );
  for (let steps = 0; steps < 100; steps++) costs.observe(4, 60);
  assert.ok(Math.abs(costs.of(4) - 60) < 1, String(costs.of(4)));
  costs.observe(4, 1e6);
  assert.ok(costs.of(4) <= 67, "one step that was held up does not count for more than twice its cost");
});

test("what was refuted makes drafts shorter until there are none; a long match is judged by itself", () => {
  const acceptance = createAcceptance();
  const length = (matched: number) => draftLength({ costs: roomy, acceptance: acceptance.of(matched), input: 1, room: 16 });
  const before = { short: length(3), long: length(20) };
  assert.ok(before.short > 0 && before.long > before.short);
  for (let drafts = 0; drafts < 30; drafts++) acceptance.observe(3, 0, true);
  assert.equal(length(3), 0);
  assert.equal(length(20), before.long);
  for (let drafts = 0; drafts < 10; drafts++) acceptance.observe(3, 15, false);
  assert.ok(length(3) > 0, "what is recent counts");
});
