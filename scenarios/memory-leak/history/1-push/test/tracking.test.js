import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Hub } from "../src/hub.js";
import { createTrackingServer } from "../src/server.js";

async function withService(use) {
  const hub = new Hub();
  const server = createTrackingServer({ hub }).listen(0, "127.0.0.1");
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

/** The first `count` scans of a stream. */
async function read(stream, count) {
  let text = "";
  for await (const chunk of stream.body) {
    text += Buffer.from(chunk).toString();
    if ([...text.matchAll(/^data:.*\n\n/gm)].length === count) break;
  }
  return text;
}

test("everyone who watches a parcel hears of its scans", () =>
  withService(async ({ base, scan }) => {
    const streams = await Promise.all([1, 2].map(() => fetch(`${base}/parcels/p-1/events`)));
    await scan("p-2", "Oslo");
    await scan("p-1", "Lyon");
    for (const stream of streams) {
      const text = await read(stream, 1);
      assert.match(text, /data: {"place":"Lyon","state":"moving"}/);
      assert.doesNotMatch(text, /Oslo/);
    }
  }));

test("what is wrong is told apart", () =>
  withService(async ({ base }) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/parcels/p-1/scans`, { method: "POST", body: "{}" })).status, 400);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));
