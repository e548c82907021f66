import assert from "node:assert/strict";
import { test } from "node:test";
import { rawFigures, short } from "./raw-figures.ts";

test("one line a contender, numbers only, the rest on a line of its own", () => {
  const raw = {
    turns: 2,
    note: "words",
    contenders: { cloister: { ms: [800.04, 400], perTurn: { computed: [300, 12] }, calls: [{ name: "Bash" }] }, litellm: { failed: "x" } },
  };
  assert.deepEqual(rawFigures(raw), ["cloister: ms 800 400, perTurn.computed 300 12", "turns 2"]);
  assert.deepEqual(rawFigures({ skipped: "why" }), []);
});

test("a figure has the digits that count", () => {
  assert.deepEqual([0.012345, 1.5, 12_345.678, 22_302, 0].map(short), ["0.0123", "1.5", "12346", "22302", "0"]);
});
