import assert from "node:assert/strict";
import { test } from "node:test";
import { humanDuration } from "./duration.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const cases: readonly (readonly [ms: number, text: string])[] = [
  [-2 * second, "<invalid>"],
  [-1.5 * second, "0s"],
  [-second, "0s"],
  [0, "0s"],
  [119.9 * second, "119s"],
  [2 * minute, "2m"],
  [9 * minute + 59 * second, "9m59s"],
  [10 * minute + 59 * second, "10m"],
  [179 * minute, "179m"],
  [3 * hour, "3h"],
  [7 * hour + 59 * minute, "7h59m"],
  [8 * hour + 59 * minute, "8h"],
  [47 * hour, "47h"],
  [48 * hour, "2d"],
  [3 * day + 4 * hour, "3d4h"],
  [8 * day + 4 * hour, "8d"],
  [729 * day, "729d"],
  [730 * day, "2y"],
  [740 * day, "2y10d"],
  [8 * 365 * day + 10 * day, "8y"],
];

test("durations are rounded as kubectl rounds them", () => {
  for (const [ms, text] of cases) assert.equal(humanDuration(ms), text, `${ms} ms`);
});
