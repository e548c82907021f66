import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createAppointmentsServer } from "../appointments/server.js";
import { Slots } from "../appointments/slots.js";

const slots = () => [
  { id: "b", day: "2026-11-20", hour: 11, room: "2.04" },
  { id: "a", day: "2026-11-20", hour: 9, room: "2.04" },
];

test("a held slot is free for who holds it, and for all when the hold ends", () => {
  let now = 0;
  const book = new Slots(slots(), () => now);
  assert.deepEqual(book.free("2026-11-20").map(({ id }) => id), ["a", "b"]);
  book.hold("a", "p1");
  assert.throws(() => book.book("a", "p2"), /not free/);
  now = 300_000;
  assert.equal(book.book("a", "p2").patient, "p2");
  assert.throws(() => book.book("nowhere", "p2"), /not free/);
});

test("over HTTP a slot is booked once", async () => {
  const server = createAppointmentsServer(new Slots(slots()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ask = (path, method = "POST") => fetch(`http://127.0.0.1:${server.address().port}${path}`, { method });
  try {
    assert.equal((await ask("/healthz", "GET")).status, 200);
    assert.equal((await ask("/slots/a/hold?patient=p1")).status, 200);
    assert.equal((await ask("/slots/a/book?patient=p1")).status, 200);
    assert.equal((await ask("/slots/a/book?patient=p2")).status, 409);
    assert.equal((await ask("/slots/b/book")).status, 400);
    assert.equal((await ask("/else", "GET")).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
