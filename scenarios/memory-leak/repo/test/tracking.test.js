import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Hub } from "../src/hub.js";
import { createTrackingServer } from "../src/server.js";

async function withService(use, heartbeatMs = 60_000) {
  const hub = new Hub({ keep: 3 });
  const server = createTrackingServer({ hub, heartbeatMs }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  const scan = (parcel, place, state = "moving") =>
    fetch(`${base}/parcels/${parcel}/scans`, { method: "POST", body: JSON.stringify({ place, state }) });
  try {
    await use({ base, hub, scan });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("everyone who watches a parcel hears of its scans until it is delivered", () =>
  withService(async ({ base, hub, scan }) => {
    const streams = await Promise.all([1, 2].map(() => fetch(`${base}/parcels/p-1/events`)));
    assert.equal(hub.size, 2);
    await scan("p-1", "Lyon");
    await scan("p-2", "Oslo");
    await scan("p-1", "Nantes", "delivered");
    for (const stream of streams) {
      const text = await stream.text();
      assert.match(text, /id: 1\ndata: {"place":"Lyon","state":"moving"}/);
      assert.match(text, /id: 2\ndata: {"place":"Nantes","state":"delivered"}/);
      assert.doesNotMatch(text, /Oslo/);
    }
    assert.equal(hub.size, 0);
  }));

test("who comes back gets what was missed", () =>
  withService(async ({ base, scan }) => {
    for (const place of ["Lyon", "Tours", "Angers"]) await scan("p-1", place);
    await scan("p-1", "Nantes", "delivered");
    const text = await (await fetch(`${base}/parcels/p-1/events`, { headers: { "last-event-id": "2" } })).text();
    assert.deepEqual([...text.matchAll(/^id: (\d+)/gm)].map((match) => match[1]), ["3", "4"]);
  }));

test("a silent stream is kept open", () =>
  withService(async ({ base, scan }) => {
    const stream = await fetch(`${base}/parcels/p-1/events`);
    await new Promise((next) => setTimeout(next, 60));
    await scan("p-1", "Nantes", "delivered");
    assert.match(await stream.text(), /: still here/);
  }, 10));

test("what is wrong is told apart", () =>
  withService(async ({ base }) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/parcels/p-1/scans`, { method: "POST", body: "{}" })).status, 400);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));
