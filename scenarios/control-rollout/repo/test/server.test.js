import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { readArchive } from "../src/archive.js";
import { createFeedServer } from "../src/server.js";

test("it is alive at once and ready once the archive is read", async () => {
  const state = { articles: undefined };
  const server = createFeedServer({ state, weights: { halfLifeHours: 6 }, now: () => 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ask = (path) => fetch(`http://127.0.0.1:${server.address().port}${path}`);
  try {
    assert.equal((await ask("/livez")).status, 200);
    assert.equal((await ask("/readyz")).status, 503);
    assert.equal((await ask("/front")).status, 503);
    state.articles = await readArchive(async (hour) => [{ id: hour, readers: 1, published: 0, author: `a${hour}`, section: "world" }], 2);
    assert.equal((await ask("/readyz")).status, 200);
    assert.equal((await (await ask("/front?section=world")).json()).length, 2);
    assert.equal((await ask("/nowhere")).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
