import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue } from "../src/queue.js";

test("two run at once, the others wait their turn", () => {
  const queue = new Queue();
  for (const job of ["a", "b", "c"]) queue.put(job);
  assert.deepEqual([queue.take(), queue.take(), queue.take()], ["a", "b", undefined]);
  assert.deepEqual([queue.waiting, queue.running], [1, 2]);
  queue.done("a");
  assert.equal(queue.take(), "c");
});
