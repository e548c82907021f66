import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createUsageServer } from "../src/server.js";

test("readings are taken, and hours answered", async () => {
  const queue = [];
  const hours = new Map([["m1@2026-01-01T00", 12], ["m1@2026-01-02T00", 3], ["m2@2026-01-01T00", 4]]);
  const server = createUsageServer({ queue, hours });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/readings`, { method: "POST", body: '[{"id":"a"}]' })).status, 202);
    assert.equal((await fetch(`${base}/readings`, { method: "POST", body: "none" })).status, 400);
    assert.deepEqual(queue, [{ id: "a" }]);
    assert.deepEqual(await (await fetch(`${base}/usage?meter=m1&from=2026-01-01&to=2026-01-02`)).json(), { "m1@2026-01-01T00": 12 });
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
