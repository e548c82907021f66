import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createPricing } from "../lib/http.js";

test("prices over HTTP", async () => {
  const server = createPricing({ articles: new Map([["A-1", { price: 500, groups: { trade: 10 } }]]), limit: 40 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    assert.equal((await fetch(`${base}/ready`)).status, 200);
    assert.equal((await (await fetch(`${base}/prices/A-1?group=trade`)).json()).price, 450);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
