import assert from "node:assert/strict";
import { test } from "node:test";
import { readTestReport } from "./test-report.ts";

/** The end of what each runner prints, as it prints it. */
const runners = [
  {
    name: "Node, as TAP",
    output:
      "not ok 2 - sells a copy once\n  ---\n  error: 'two sales of copy 3'\n  ...\n# tests 3\n# pass 2\n# fail 1\n# skipped 0\n# todo 0\n",
    passed: 2,
    skipped: 0,
    failures: ["not ok 2 - sells a copy once", "error: 'two sales of copy 3'"],
  },
  {
    name: "Node's own",
    output:
      "✔ lists editions (3.1ms)\n✖ sells a copy once (1.2ms)\nℹ tests 3\nℹ pass 1\nℹ fail 1\nℹ skipped 1\nℹ todo 0\n\n✖ failing tests:\n",
    passed: 1,
    skipped: 1,
    failures: ["✖ sells a copy once (1.2ms)"],
  },
  {
    name: "Jest",
    output:
      "  ● checkout › sells a copy once\n\n    Error: two sales of copy 3\n\nTests:       1 failed, 2 skipped, 4 passed, 7 total\nTime:        0.9 s\n",
    passed: 4,
    skipped: 2,
    failures: ["● checkout › sells a copy once", "Error: two sales of copy 3"],
  },
  {
    name: "Vitest",
    output:
      "AssertionError: expected 2 to be 1\n\n\u001b[2m Test Files \u001b[22m 1 failed | 2 passed (3)\n\u001b[2m      Tests \u001b[22m 1 failed | 3 passed | 1 skipped (5)\n",
    passed: 3,
    skipped: 1,
    failures: ["AssertionError: expected 2 to be 1"],
  },
  {
    name: "pytest",
    output:
      "E   AssertionError: two sales of copy 3\nFAILED tests/test_checkout.py::test_once - AssertionError: two sales\n===== 1 failed, 5 passed, 2 skipped in 0.31s =====\n",
    passed: 5,
    skipped: 2,
    failures: ["E   AssertionError: two sales of copy 3", "FAILED tests/test_checkout.py::test_once - AssertionError: two sales"],
  },
];

for (const { name, output, passed, skipped, failures } of runners)
  test(`${name}: how many passed, how many were left out, what failed`, () => {
    assert.deepEqual(readTestReport(output, 1), { ok: false, passed, skipped, failures });
    assert.deepEqual(readTestReport(output, 0), { ok: true, passed, skipped, failures: [] });
  });

test("of a runner whose words are not known the end is told, and how it ended is the verdict", () => {
  const output = `${Array.from({ length: 40 }, (_, line) => `line ${line}`).join("\n")}\n\u001b[31mbroken\u001b[0m\u0007\n`;
  const { ok, passed, failures } = readTestReport(output, 3);
  assert.deepEqual([ok, passed, failures.length, failures.at(-1)], [false, undefined, 12, "broken"]);
  // A program that was killed has no status.
  assert.equal(readTestReport("# pass 3", null).ok, false);
});

test("what a runner prints is bounded", () => {
  const { failures } = readTestReport(Array.from({ length: 100 }, (_, at) => `not ok ${at} - ${"x".repeat(5000)}`).join("\n"), 1);
  assert.deepEqual([failures.length, Math.max(...failures.map((line) => line.length))], [12, 200]);
});
