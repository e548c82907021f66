import assert from "node:assert/strict";
import { test } from "node:test";
import { aboutSeconds, prefillSeconds, sessionSeconds } from "./estimate.ts";
import type { Recording } from "./recording.ts";

const rates = { prefill: 117, decode: 40 };

test("the prefill that the depth was taken from comes out again, within a tenth", () => {
  const seconds = prefillSeconds(22_302, 0, rates);
  assert.ok(Math.abs(seconds - 566) < 57, `${seconds} s`);
});

test("what is already there is not prefilled again, and makes what is new dearer", () => {
  assert.ok(prefillSeconds(100, 20_000, rates) > 3 * prefillSeconds(100, 0, rates));
  assert.ok(prefillSeconds(100, 20_000, rates) < prefillSeconds(20_100, 0, rates) / 10);
});

test("a session of more turns takes longer; our own profile sends less than the recipe", () => {
  const request = (words: number) => ({ system: "s".repeat(90_000), messages: [{ role: "user", content: "w".repeat(words) }] });
  const recording: Recording = { kind: "recipe", client: "1", workDir: "/", namespace: "n", requests: [request(400), request(800)] };
  const one = sessionSeconds(recording, 1, 64, rates);
  assert.ok(sessionSeconds(recording, 2, 64, rates) > one);
  assert.ok(sessionSeconds({ ...recording, kind: "incident" }, 1, 64, rates) < one / 10);
});

test("durations are told in the unit that fits", () => {
  assert.deepEqual([0.2, 45, 600, 7200].map(aboutSeconds), ["1 s", "45 s", "10 min", "2.0 h"]);
});
