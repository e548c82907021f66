import assert from "node:assert/strict";
import { test } from "node:test";
import { createMailbox } from "./mailbox.ts";

test("values come in order, also to one who waits already", async () => {
  const mailbox = createMailbox<number>();
  const first = mailbox.take();
  mailbox.push(1);
  mailbox.push(2);
  assert.deepEqual([await first, await mailbox.take()], [1, 2]);
});

test("what came before a failure is still given; the first failure counts", async () => {
  const mailbox = createMailbox<number>();
  mailbox.push(1);
  mailbox.fail(new Error("first"));
  mailbox.fail(new Error("second"));
  assert.equal(await mailbox.take(), 1);
  await assert.rejects(mailbox.take(), /first/);
  await assert.rejects(mailbox.take(), /first/);
});

test("a failure wakes one who waits", async () => {
  const mailbox = createMailbox<number>();
  const waiting = mailbox.take();
  mailbox.fail(new Error("gone"));
  await assert.rejects(waiting, /gone/);
});
