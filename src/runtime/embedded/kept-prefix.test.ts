import assert from "node:assert/strict";
import { test } from "node:test";
import { usableTokens, windowHasGap } from "./kept-prefix.ts";

test("of a stored state counts what the prompt begins with, but for the prompt's last token", () => {
  assert.equal(usableTokens([1, 2, 3], [1, 2, 3, 4], false), 3);
  assert.equal(usableTokens([1, 2, 3], [1, 2, 3], false), 2);
  assert.equal(usableTokens([1, 2, 3], [1, 9, 3, 4], false), 1);
  assert.equal(usableTokens([], [1], false), 0);
  assert.equal(usableTokens([1], [], false), 0);
});

test("a state that cannot be cut back is of use as a whole or not at all", () => {
  assert.equal(usableTokens([1, 2, 3], [1, 2, 3, 4], true), 3);
  assert.equal(usableTokens([1, 2, 3], [1, 2, 3], true), 0);
  assert.equal(usableTokens([1, 2, 3], [1, 2, 9, 4], true), 0);
});

test("a window is whole, has a gap, or is gone", () => {
  assert.equal(windowHasGap(900, 0, 512), false);
  assert.equal(windowHasGap(900, 388, 512), false);
  assert.equal(windowHasGap(900, 389, 512), true);
  assert.equal(windowHasGap(900, 899, 512), true);
  // Nothing of it is there: the library goes to a checkpoint, or begins anew.
  assert.equal(windowHasGap(900, 900, 512), false);
  assert.equal(windowHasGap(100, 0, 512), false);
});
