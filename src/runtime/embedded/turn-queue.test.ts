import assert from "node:assert/strict";
import { test } from "node:test";
import { createTurnQueue } from "./turn-queue.ts";

const patient = new AbortController().signal;

test("turns come one at a time, in the order they came", async () => {
  const queue = createTurnQueue();
  const order: string[] = [];
  const turn = async (name: string): Promise<void> => {
    const release = await queue.enter(patient);
    order.push(`${name} in`);
    await Promise.resolve();
    order.push(`${name} out`);
    release();
  };
  await Promise.all([turn("a"), turn("b"), turn("c")]);
  assert.deepEqual(order, ["a in", "a out", "b in", "b out", "c in", "c out"]);
});

test("a waiter that is cancelled leaves the queue, and the next one gets its turn", async () => {
  const queue = createTurnQueue();
  const release = await queue.enter(patient);
  const leaving = new AbortController();
  const left = queue.enter(leaving.signal);
  const stays = queue.enter(patient);
  leaving.abort(new Error("gone"));
  await assert.rejects(left, /gone/);
  release();
  (await stays)();
  (await queue.enter(patient))();
});

test("releasing twice lets in one waiter, not two", async () => {
  const queue = createTurnQueue();
  const first = await queue.enter(patient);
  let inside = 0;
  const enter = async (): Promise<void> => {
    await queue.enter(patient);
    inside++;
  };
  void enter();
  void enter();
  first();
  first();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(inside, 1);
});

test("who is cancelled already does not enter", async () => {
  await assert.rejects(createTurnQueue().enter(AbortSignal.abort(new Error("late"))), /late/);
});
