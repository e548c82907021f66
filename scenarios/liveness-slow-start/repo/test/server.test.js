import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createGeocoder } from "../src/server.js";

test("places over HTTP", async () => {
  const server = createGeocoder({ size: 1, find: (text) => [{ name: text }] });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    assert.deepEqual(await (await fetch(`${base}/healthz`)).json(), { places: 1 });
    assert.deepEqual(await (await fetch(`${base}/places?q=li`)).json(), [{ name: "li" }]);
    assert.equal((await fetch(`${base}/places?q=l`)).status, 400);
    assert.equal((await fetch(`${base}/`)).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
