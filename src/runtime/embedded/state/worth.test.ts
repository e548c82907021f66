import assert from "node:assert/strict";
import { test } from "node:test";
import { restoreIsCheaper, saveIsDue } from "./worth.ts";

test("a state is read where that takes less time than computing its tokens", () => {
  // A quarter of a second to read against ten of prefill.
  assert.equal(restoreIsCheaper({ bytes: 62e6, saved: 2_000, prefillRate: 200 }), true);
  // 400 MB for a few tokens more than there are already.
  assert.equal(restoreIsCheaper({ bytes: 400e6, saved: 100, prefillRate: 200 }), false);
  // A fast processor for a large state.
  assert.equal(restoreIsCheaper({ bytes: 1e9, saved: 30_000, prefillRate: 10_000 }), false);
  assert.equal(restoreIsCheaper({ bytes: 26e6, saved: 2_000 }), true);
  assert.equal(restoreIsCheaper({ bytes: 100, saved: 3, prefillRate: 1 }), false);
  assert.equal(restoreIsCheaper({ bytes: 0, saved: 0 }), false);
});

test("what is written for a conversation that grows stays within nine times its last size", () => {
  let [written, saved] = [0, 0];
  for (let tokens = 400; tokens <= 32_000; tokens += 150) {
    if (!saveIsDue(tokens, saved)) continue;
    saved = tokens;
    written += tokens;
  }
  assert.ok(saved > 32_000 / 1.2, String(saved));
  assert.ok(written < 9 * saved, `${written} for ${saved}`);
  assert.equal(saveIsDue(127, 0), false);
  assert.equal(saveIsDue(128, 0), true);
});
