import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { Catalog } from "../src/catalog.js";
import { createQueueServer } from "../src/server.js";

/** The service before a catalog that answers with the statuses of `script`, one after the other, then 200. */
async function withService(script, use) {
  const asked = [];
  const fake = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const id = request.url.split("/")[3];
    response.writeHead(script.shift() ?? 200).end(JSON.stringify({ id, title: `Title of ${id}`, artist: "Ensemble" }));
  }).listen(0, "127.0.0.1");
  await once(fake, "listening");
  const catalog = new Catalog({ url: `http://127.0.0.1:${fake.address().port}`, deadlineMs: 1500 });
  const server = createQueueServer({ catalog, log: () => {} }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    await use({ base, asked });
  } finally {
    for (const one of [server, fake]) {
      one.close();
      one.closeAllConnections();
    }
  }
}

test("tracks come in the order that they were asked for", () =>
  withService([], async ({ base }) => {
    const { tracks } = await (await fetch(`${base}/queue?tracks=t2,t1`)).json();
    assert.deepEqual(tracks.map(({ title }) => title), ["Title of t2", "Title of t1"]);
  }));

test("a read that fails once is repeated", () =>
  withService([503], async ({ base, asked }) => {
    assert.equal((await fetch(`${base}/queue?tracks=t1`)).status, 200);
    assert.equal(asked.length, 2);
  }));

test("a track that the catalog does not have is not asked for again", () =>
  withService([404], async ({ base, asked }) => {
    assert.equal((await fetch(`${base}/queue?tracks=t1`)).status, 404);
    assert.equal(asked.length, 1);
  }));

test("a play is counted once, or not at all", () =>
  withService([503], async ({ base, asked }) => {
    const play = () => fetch(`${base}/plays`, { method: "POST", body: JSON.stringify({ track: "t1" }) });
    assert.equal((await play()).status, 503);
    assert.equal((await play()).status, 202);
    assert.deepEqual(asked, ["POST /v1/tracks/t1/plays", "POST /v1/tracks/t1/plays"]);
  }));

test("what is wrong is told apart", () =>
  withService([], async ({ base }) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await fetch(`${base}/queue`)).status, 400);
    assert.equal((await fetch(`${base}/plays`, { method: "POST", body: "{}" })).status, 400);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));
