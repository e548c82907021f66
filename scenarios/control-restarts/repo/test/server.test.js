import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Train } from "../src/seats.js";
import { createBookingsServer } from "../src/server.js";

async function withServer(ping, use) {
  const server = createBookingsServer({ trains: new Map([["ICE-71", new Train({ seats: 2 })]]), ping });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use((path, method = "POST") => fetch(`http://127.0.0.1:${server.address().port}${path}`, { method }));
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a seat is held, booked and given back", () =>
  withServer(async () => {}, async (ask) => {
    assert.equal((await ask("/healthz", "GET")).status, 200);
    const { id } = await (await ask("/holds?train=ICE-71&seats=2")).json();
    assert.equal((await ask("/holds?train=ICE-71&seats=1")).status, 409);
    const booked = await (await ask(`/bookings?train=ICE-71&hold=${id}`)).json();
    assert.equal((await ask(`/bookings/${booked.id}?train=ICE-71`, "DELETE")).status, 204);
    assert.equal((await ask("/holds?train=nowhere&seats=1")).status, 404);
  }));

test("without its database it is not ready", () =>
  withServer(() => Promise.reject(new Error("away")), async (ask) => {
    assert.equal((await ask("/healthz", "GET")).status, 503);
  }));
