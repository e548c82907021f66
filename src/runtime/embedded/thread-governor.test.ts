import assert from "node:assert/strict";
import { test } from "node:test";
import { createThreadGovernor, type ThreadGovernor } from "./thread-governor.ts";

/** A machine on which this process gets `cores` cores; steps of 40 ms. */
function run(governor: ThreadGovernor, cores: number, steps: number, from = 0): { used: number[]; now: number } {
  const used: number[] = [];
  let now = from;
  for (let step = 0; step < steps; step++) {
    used.push(governor.threads);
    now += 40;
    governor.observe({ cpuMs: 40 * Math.min(cores, governor.threads), wallMs: 40, now });
  }
  return { used, now };
}

test("alone on its cores it keeps all threads", () => {
  assert.deepEqual(new Set(run(createThreadGovernor(2), 2, 500).used), new Set([2]));
  assert.deepEqual(new Set(run(createThreadGovernor(8), 7.2, 500).used), new Set([8]));
});

test("when a core is taken away it falls back within a few tokens", () => {
  assert.deepEqual(run(createThreadGovernor(2), 1, 8).used, [2, 2, 2, 1, 1, 1, 1, 1]);
  assert.equal(run(createThreadGovernor(8), 0.9, 100).used.at(-1), 1);
});

test("it asks for more again, ever more seldom while the answer is no", () => {
  const { used } = run(createThreadGovernor(2), 1, 3000);
  const asked = used.filter((threads) => threads === 2).length;
  assert.ok(asked > 6 && asked < 60, String(asked));
});

test("when the cores are free again it takes them", () => {
  const governor = createThreadGovernor(4);
  const { now } = run(governor, 1, 200);
  assert.equal(governor.threads, 1);
  run(governor, 4, 2000, now);
  assert.equal(governor.threads, 4);
});

test("with one thread there is nothing to decide", () => {
  assert.deepEqual(new Set(run(createThreadGovernor(1), 0.1, 100).used), new Set([1]));
});
