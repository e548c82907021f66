import assert from "node:assert/strict";
import { test } from "node:test";
import { Train } from "../src/seats.js";

test("a hold is booked and cancelled", () => {
  const train = new Train({ seats: 10 });
  const { id, seats } = train.hold(3);
  assert.deepEqual(seats, [1, 2, 3]);
  assert.equal(train.free, 7);
  const booking = train.book(id);
  train.cancel(booking.id);
  assert.equal(train.free, 10);
});

test("a hold runs out, in the very second", () => {
  let now = 0;
  const train = new Train({ seats: 4, now: () => now });
  const { id } = train.hold(4);
  assert.throws(() => train.hold(1), /only 0 seats/);
  now = 600_000;
  assert.throws(() => train.book(id), /there is no hold/);
  assert.equal(train.free, 4);
});
