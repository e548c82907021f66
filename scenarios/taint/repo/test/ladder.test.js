import assert from "node:assert/strict";
import { test } from "node:test";
import { commandFor } from "../src/command.js";
import { ladderFor } from "../src/ladder.js";

test("no size is larger than the original", () => {
  assert.deepEqual(ladderFor({ height: 720 }).map(({ height }) => height), [240, 480, 720]);
  assert.deepEqual(ladderFor({ height: 100 }).map(({ height }) => height), [100]);
});

test("widths stay even", () => assert.ok(commandFor("a", { height: 480, rate: 1 }, "b").includes("scale=-2:480")));
