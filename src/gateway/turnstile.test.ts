import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { createTurnstile } from "./turnstile.ts";

const never = new AbortController().signal;
const failsWith = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (thrown) => thrown instanceof CloisterError && thrown.code === code);

test("one is inside, the others wait in order, and one who leaves the queue does not let the next in early", async () => {
  const turnstile = createTurnstile(5);
  const order: string[] = [];
  const leaveFirst = await turnstile.enter(never);
  const giveUp = new AbortController();
  const second = turnstile.enter(giveUp.signal);
  const third = turnstile.enter(never).then((leave) => {
    order.push("third");
    leave();
  });
  giveUp.abort();
  await failsWith(second, "cancelled");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(order.length, 0);
  order.push("first leaves");
  leaveFirst();
  await third;
  assert.deepEqual(order, ["first leaves", "third"]);
  await turnstile.idle();
});

test("whoever finds the queue full is sent away", async () => {
  const turnstile = createTurnstile(1);
  const leave = await turnstile.enter(never);
  const waits = turnstile.enter(never);
  await failsWith(turnstile.enter(never), "overloaded");
  leave();
  (await waits)();
  await failsWith(turnstile.enter(AbortSignal.abort()), "cancelled");
  await turnstile.idle();
});
