import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createCatalogServer } from "../src/server.js";

test("titles are listed, and what is wrong is told apart", async () => {
  const titles = [{ name: "B", year: 2020 }, { name: "A", year: 2021 }];
  const server = createCatalogServer({ titles, pageSize: 24 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    const listed = await (await fetch(`${base}/titles`)).json();
    assert.deepEqual(listed.titles.map(({ name }) => name), ["A", "B"]);
    assert.equal((await fetch(`${base}/titles?sort=colour`)).status, 400);
    assert.equal((await fetch(`${base}/titles?page=9`)).status, 400);
    assert.equal((await fetch(`${base}/titles`, { method: "POST" })).status, 405);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
