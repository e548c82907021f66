import assert from "node:assert/strict";
import { test } from "node:test";
import { findOwnName } from "../src/join.js";

const answers = (...list) => async () => {
  const next = list.shift();
  if (next === undefined) throw new Error("getaddrinfo ENOTFOUND broker-0.broker");
  return next;
};

test("a member joins once its name gives its own address", async () => {
  const lines = [];
  const attempts = await findOwnName("broker-0.broker", "10.0.0.9", answers("10.0.0.4", "10.0.0.9"), { log: (line) => lines.push(line), waitMs: 0 });
  assert.equal(attempts, 2);
  assert.deepEqual(lines, ["own name broker-0.broker gives 10.0.0.4, not 10.0.0.9; not joining"]);
});

test("until then it says what it waits for", async () => {
  const lines = [];
  await assert.rejects(findOwnName("broker-0.broker", "10.0.0.9", answers(), { log: (line) => lines.push(line), waitMs: 0, tries: 2 }), /was not found/);
  assert.equal(lines[1], "own name broker-0.broker: getaddrinfo ENOTFOUND broker-0.broker; not joining");
});
