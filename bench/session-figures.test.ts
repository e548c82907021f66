import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionSample, TurnSample } from "./play-session.ts";
import { cachedShare, failures, medianFirstCall, recomputedRatio, totalMs, turnMedians } from "./session-figures.ts";

const turn = (change: Partial<TurnSample>): TurnSample => ({ endMs: 100, computed: 0, cached: 0, calls: [], text: "", ...change });
const sample = (...turns: Partial<TurnSample>[]): SessionSample => ({ turns: turns.map(turn), versions: {} });

test("the first call is timed to its end where it is valid, and to the answer's end where none is", () => {
  const valid = sample({ firstValidCallMs: 40 });
  assert.deepEqual(medianFirstCall([valid, sample({ firstValidCallMs: 60 }), sample({ firstValidCallMs: 50 })]), { ms: 50, valid: true });
  assert.deepEqual(medianFirstCall([sample({}), sample({ endMs: 120 }), sample({ endMs: 110 })]), { ms: 110, valid: false });
  assert.equal(medianFirstCall([valid, sample({})]).valid, false);
});

test("a session that only computes what is new recomputes nothing", () => {
  const perfect = sample({ computed: 300 }, { computed: 100, cached: 300 }, { computed: 50, cached: 400 });
  assert.equal(recomputedRatio(perfect), 1);
  assert.equal(cachedShare(perfect), 700 / 1150);
  const lost = sample({ computed: 300 }, { computed: 400 }, { computed: 450 });
  assert.equal(recomputedRatio(lost), 1150 / 450);
  assert.equal(cachedShare(lost), 0);
});

test("a turn that no model was asked for does not count as the last prompt", () => {
  assert.equal(recomputedRatio(sample({ computed: 300 }, { computed: 100, cached: 300 }, {})), 1);
  assert.ok(Number.isNaN(recomputedRatio(sample({}))));
});

test("medians are of each turn by itself, sums of the turns that are asked for", () => {
  const samples = [sample({ endMs: 10 }, { endMs: 1 }), sample({ endMs: 30 }, { endMs: 2 }), sample({ endMs: 20 }, { endMs: 3 })];
  assert.deepEqual(turnMedians(samples, 2).ms, [20, 2]);
  assert.equal(totalMs(samples[0] ?? sample({}), 1), 10);
});

test("what failed is told once, with its turn", () => {
  const samples = [sample({}, { error: "status 400: too long" }), sample({}, { error: "status 400: too long" })];
  assert.deepEqual(failures(samples), ["turn 2: status 400: too long"]);
});
