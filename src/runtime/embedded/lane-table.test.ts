import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lane } from "../runtime.ts";
import { createLaneTable, type LaneTable } from "./lane-table.ts";

const patient = new AbortController().signal;

function lane(id: string): Lane {
  return { id, kind: id.startsWith("side") ? "side" : "main" };
}

/** Each place keeps its lane's name; `gone` lists who gave way. */
function table(most: number): { lanes: LaneTable<string>; gone: string[] } {
  const gone: string[] = [];
  const lanes = createLaneTable<string>({
    most,
    open: ({ id }) => id,
    async replace(kept, { id }) {
      await Promise.resolve();
      gone.push(kept);
      return id;
    },
  });
  return { lanes, gone };
}

async function visit(lanes: LaneTable<string>, id: string): Promise<void> {
  const use = await lanes.enter(lane(id), patient);
  assert.equal(use.kept, id);
  use.leave();
}

test("the lane used longest ago gives way, a question aside before any other", async () => {
  const { lanes, gone } = table(3);
  for (const id of ["a", "b", "side-1", "a"]) await visit(lanes, id);
  assert.deepEqual(lanes.ids, ["b", "side-1", "a"]);
  for (const id of ["c", "d", "a"]) await visit(lanes, id);
  assert.deepEqual(gone, ["side-1", "b"]);
});

test("the turns of one lane come one after the other, those of others at once", async () => {
  const { lanes } = table(2);
  const order: string[] = [];
  const first = await lanes.enter(lane("a"), patient);
  const second = lanes.enter(lane("a"), patient).then((use) => {
    order.push("a again");
    use.leave();
  });
  await visit(lanes, "b");
  order.push("b");
  first.leave();
  first.leave();
  await second;
  assert.deepEqual(order, ["b", "a again"]);
});

test("where all places are in use a new lane waits, and is served before who came later", async () => {
  const { lanes, gone } = table(1);
  const first = await lanes.enter(lane("a"), patient);
  const order: string[] = [];
  const later = ["b", "a"].map((id) =>
    lanes.enter(lane(id), patient).then((use) => {
      order.push(use.kept);
      use.leave();
    }),
  );
  assert.equal(lanes.tryEnter("a"), undefined);
  first.leave();
  await Promise.all(later);
  assert.deepEqual(order, ["b", "a"]);
  assert.deepEqual(gone, ["a", "b"]);
});

test("two requests of a lane that is being brought in get one place", async () => {
  const { lanes, gone } = table(2);
  for (const id of ["a", "b"]) await visit(lanes, id);
  await Promise.all([visit(lanes, "c"), visit(lanes, "c"), visit(lanes, "b")]);
  assert.deepEqual(gone, ["a"]);
  assert.deepEqual([...lanes.ids].toSorted(), ["b", "c"]);
});

test("cancelling leaves the queue; a place that cannot be made is an error and blocks nobody", async () => {
  const { lanes } = table(1);
  const first = await lanes.enter(lane("a"), patient);
  const leaving = new AbortController();
  const cancelled = lanes.enter(lane("b"), leaving.signal);
  leaving.abort();
  await assert.rejects(cancelled, { code: "cancelled" });
  await assert.rejects(lanes.enter(lane("b"), leaving.signal), { code: "cancelled" });
  first.leave();
  await visit(lanes, "a");

  let broken = true;
  const failing = createLaneTable<string>({
    most: 1,
    open: ({ id }) => id,
    replace: async (_, { id }) => (broken ? Promise.reject(new Error("no room")) : id),
  });
  await visit(failing, "a");
  await assert.rejects(visit(failing, "b"), /no room/);
  broken = false;
  await visit(failing, "c");
});
