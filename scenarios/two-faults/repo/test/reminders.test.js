import assert from "node:assert/strict";
import { test } from "node:test";
import { due, write } from "../reminders/reminders.js";

test("a reminder is due within a day, once", () => {
  const bookings = [1, 20, 30, -1].map((hours) => ({ id: `b${hours}`, at: hours * 3_600_000 }));
  assert.deepEqual(due(bookings, new Set(["b1"]), 0).map(({ id }) => id), ["b20"]);
});

test("it names the time and the room", () => {
  assert.equal(write({ patient: "Ms Ito", at: Date.UTC(2026, 10, 20, 8, 30), room: "2.04" }), "Ms Ito: your appointment is on Friday 09:30, room 2.04.");
});
