import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenEstimate } from "./token-estimate.ts";

test("what the server counted is known, and only what came after it is estimated", () => {
  const estimate = createTokenEstimate();
  const first = "The sea is wide and deep. ".repeat(100);
  estimate.learn(first, 700);
  assert.equal(estimate.ofPrompt(first), 700);
  const more = estimate.ofPrompt(`${first}And calm.`) - 700;
  assert.ok(more >= 1 && more <= 6, String(more));
});

test("the rate follows the text: dense text has more tokens a byte", () => {
  const estimate = createTokenEstimate();
  const text = "ab ".repeat(400);
  const before = estimate.ofText(text);
  for (let turn = 1; turn <= 20; turn++) estimate.learn(`${turn} ${text}`, 900);
  assert.ok(estimate.ofText(text) > before * 1.5);
  assert.ok(Math.abs(estimate.ofText(text) - 900 * 1.1) < 60, String(estimate.ofText(text)));
});

test("a count that only a cut prompt can have is below the fewest", () => {
  const estimate = createTokenEstimate();
  const text = "word ".repeat(4000);
  estimate.learn(text, 4000);
  assert.ok(2048 < estimate.fewest(`${text}and more`));
  assert.ok(4003 >= estimate.fewest(`${text}and more`));
});
