import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { HoldBook } from "../src/holds.js";
import { createSeatmapServer } from "../src/server.js";

test("a plan, a hold, and what is wrong", async () => {
  const server = createSeatmapServer({ plans: { olympia: { A: 2 } }, holds: new HoldBook() });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const base = `http://127.0.0.1:${server.address().port}`;
    const body = JSON.stringify({ venue: "olympia", seats: ["A1"] });
    const held = await fetch(`${base}/v1/holds`, { method: "POST", body });
    assert.equal(held.status, 201);
    const { id } = await held.json();
    assert.equal((await fetch(`${base}/v1/holds`, { method: "POST", body })).status, 409);
    assert.deepEqual(await (await fetch(`${base}/v1/plans/olympia`)).json(), { seats: ["A1", "A2"], held: ["A1"] });
    assert.match(id, /^[\w-]{36}$/);
    assert.equal((await fetch(`${base}/v1/holds/${id}`, { method: "DELETE" })).status, 204);
    assert.equal((await fetch(`${base}/v1/holds/${id}`, { method: "DELETE" })).status, 404);
    assert.equal((await fetch(`${base}/v1/plans/nowhere`)).status, 404);
    assert.equal((await fetch(`${base}/v1/holds`, { method: "POST", body: "no json" })).status, 400);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
