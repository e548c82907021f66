import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createSessionServer, routesOf } from "../src/routes.js";
import { Sessions } from "../src/sessions.js";

async function withServer(isConnected, use) {
  const server = createSessionServer(routesOf({ sessions: new Sessions({ store: new Map() }), isConnected }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const statusOf = async (url, init) => (await fetch(url, init)).status;

test("health: alive without the store, ready only with it", async () => {
  await withServer(() => false, async (base) => {
    assert.equal(await statusOf(`${base}/livez`), 200);
    assert.equal(await statusOf(`${base}/readyz`), 503);
  });
  await withServer(() => true, async (base) => assert.equal(await statusOf(`${base}/readyz`), 200));
});

test("sign in, read, sign out", () =>
  withServer(() => true, async (base) => {
    const made = await fetch(`${base}/sessions`, { method: "POST", body: JSON.stringify({ user: "ada" }) });
    const { id } = await made.json();
    assert.equal(made.status, 201);
    assert.equal(await statusOf(`${base}/sessions/${id}`), 200);
    assert.equal(await statusOf(`${base}/sessions/${id}`, { method: "DELETE" }), 204);
    assert.equal(await statusOf(`${base}/sessions/${id}`), 404);
    assert.equal(await statusOf(`${base}/sessions`, { method: "POST", body: "{" }), 400);
  }));
