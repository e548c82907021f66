import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../../error.ts";
import type { Lane, LaneKind } from "../runtime.ts";
import { createSlotTable } from "./slot-table.ts";

const never = new AbortController().signal;

function lane(id: string, kind: LaneKind = "main"): Lane {
  return { id, kind };
}

test("a lane keeps its slot, and empty ones are taken first", async () => {
  const table = createSlotTable(2);
  const a = await table.take(lane("a"), never);
  a.release();
  const b = await table.take(lane("b"), never);
  b.release();
  assert.notEqual(a.slot, b.slot);
  const again = await table.take(lane("a"), never);
  assert.deepEqual([again.slot, again.fresh, again.leaving], [a.slot, false, undefined]);
});

test("the one used longest ago gives way, questions aside before sub-agents before a conversation", async () => {
  const table = createSlotTable(3);
  for (const [id, kind] of [
    ["main", "main"],
    ["agent", "sub-agent"],
    ["title", "side"],
  ] as const)
    (await table.take(lane(id, kind), never)).release();
  for (const expected of ["title", "agent", "main", "x0"]) {
    const id = `x${["title", "agent", "main", "x0"].indexOf(expected)}`;
    const seat = await table.take(lane(id), never);
    assert.equal(seat.leaving?.id, expected);
    seat.release();
  }
});

test("with every slot at work a lane waits, and takes the first that is free", async () => {
  const table = createSlotTable(1);
  const first = await table.take(lane("a"), never);
  const order: string[] = [];
  const waiting = ["b", "c"].map(async (id) => {
    const seat = await table.take(lane(id), never);
    order.push(id);
    seat.release();
  });
  assert.deepEqual(order, []);
  first.release();
  first.release();
  await Promise.all(waiting);
  assert.deepEqual(order, ["b", "c"]);
});

test("waiting ends with the signal, and others go on waiting", async () => {
  const table = createSlotTable(1);
  const first = await table.take(lane("a"), never);
  const leave = new AbortController();
  const left = table.take(lane("b"), leave.signal);
  const stays = table.take(lane("c"), never);
  leave.abort();
  await assert.rejects(left, (error: unknown) => error instanceof CloisterError && error.code === "cancelled");
  first.release();
  assert.equal((await stays).leaving?.id, "a");
});
