import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createGateway } from "../src/gateway.js";

async function withGateway(ask, use) {
  const server = createGateway({ sessions: "http://sessions", services: { cart: "http://cart" }, ask });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a login asks the session service", () =>
  withGateway(async (url) => new Response(url, { status: 201 }), async (base) => {
    const made = await fetch(`${base}/login`, { method: "POST", body: "{}" });
    assert.deepEqual([made.status, await made.text()], [201, "http://sessions/v1/sessions"]);
    assert.equal((await fetch(`${base}/cart/items`)).status, 201);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));

test("a login without the session service is a 502", () =>
  withGateway(
    async () => {
      throw new TypeError("fetch failed");
    },
    async (base) => assert.equal((await fetch(`${base}/login`, { method: "POST", body: "{}" })).status, 502),
  ));
