import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createEventsServer, createTimetableServer } from "../src/server.js";
import { DelayStream } from "../src/stream.js";

async function withServer(server, use) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("departures of a stop, and no stream", () =>
  withServer(createTimetableServer({ stops: { harbour: [{ line: "4", every: 12, first: 3 }] } }), async (base) => {
    assert.equal((await (await fetch(`${base}/stops/harbour`)).json()).stop, "harbour");
    assert.equal((await fetch(`${base}/stops/nowhere`)).status, 404);
    assert.equal((await fetch(`${base}/live`)).status, 404);
  }));

test("a stream, and nothing else", () =>
  withServer(createEventsServer({ stream: new DelayStream() }), async (base) => {
    const live = await fetch(`${base}/live`);
    assert.equal(live.headers.get("content-type"), "text/event-stream");
    await live.body.cancel();
    assert.equal((await fetch(`${base}/stops/harbour`)).status, 404);
  }));
