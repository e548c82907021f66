import assert from "node:assert/strict";
import { test } from "node:test";
import { createComputeShare, type ShareMember } from "./compute-share.ts";

/** A clock that steps move forward themselves. */
function stage() {
  let time = 0;
  const order: string[] = [];
  const share = createComputeShare(() => time);
  const run = async (name: string, member: ShareMember, steps: number, ms: number): Promise<void> => {
    for (let n = 0; n < steps; n++) {
      await member.step(async () => {
        await Promise.resolve();
        time += ms;
        order.push(name);
      });
    }
    member.leave();
  };
  return { share, order, run };
}

test("one that decodes has as much time as one that reads a prompt, not as many steps", async () => {
  const { share, order, run } = stage();
  const [reader, decoder] = [share.join(), share.join()];
  await Promise.all([run("R", reader, 3, 400), run("d", decoder, 60, 20)]);
  const text = order.join("");
  assert.match(text, /^R?d*R/);
  const betweenChunks = text.split("R").map((piece) => piece.length);
  assert.ok(
    betweenChunks.slice(1, 3).every((count) => count >= 18 && count <= 22),
    text,
  );
});

test("who comes new waits for the step under way and no longer", async () => {
  const { share, order, run } = stage();
  const first = run("L", share.join(), 10, 100);
  while (order.length < 3) await Promise.resolve();
  const under = order.length + 1;
  await Promise.all([first, run("s", share.join(), 1, 5)]);
  assert.ok(order.indexOf("s") <= under, order.join(""));
  assert.equal(order.length, 11);
});

test("steps never overlap, and a failed one lets the next begin", async () => {
  const share = createComputeShare(() => 0);
  const [a, b, c] = [share.join(), share.join(), share.join()];
  let inside = 0;
  const step = async (fail: boolean): Promise<void> => {
    assert.equal(++inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside--;
    if (fail) throw new Error("a broken step");
  };
  const done = await Promise.allSettled([a.step(() => step(true)), b.step(() => step(false)), c.step(() => step(false))]);
  assert.deepEqual(
    done.map(({ status }) => status),
    ["rejected", "fulfilled", "fulfilled"],
  );
});

test("a step within a hold is done at once; another's waits until it is released, once", async () => {
  const share = createComputeShare(() => 0);
  const [a, b] = [share.join(), share.join()];
  const release = await a.hold();
  let others = 0;
  const other = b.step(async () => void others++);
  assert.equal(await a.step(async () => "done"), "done");
  assert.equal(others, 0);
  release();
  release();
  await other;
  assert.equal(others, 1);
});

test("cancelling leaves the queue, whoever is next goes on", async () => {
  const share = createComputeShare(() => 0);
  const [a, b, c] = [share.join(), share.join(), share.join()];
  const release = await a.hold();
  const giving = new AbortController();
  const cancelled = b.step(async () => assert.fail("it was cancelled"), giving.signal);
  const after = c.step(async () => "c");
  giving.abort();
  await assert.rejects(cancelled, { code: "cancelled" });
  await assert.rejects(b.hold(giving.signal), { code: "cancelled" });
  release();
  assert.equal(await after, "c");
  assert.equal(a.contended, true);
  b.leave();
  c.leave();
  assert.equal(a.contended, false);
});
