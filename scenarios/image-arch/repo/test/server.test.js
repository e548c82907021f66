import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createRenderer } from "../src/server.js";

test("previews over HTTP", async () => {
  const server = createRenderer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  const post = (body) => fetch(`${base}/previews`, { method: "POST", body });
  try {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.match(await (await post('{ "width": 4, "height": 3 }')).text(), /^<svg /);
    assert.equal((await post("{")).status, 400);
    assert.equal((await post("x".repeat(1024 * 1024 + 1))).status, 413);
    assert.equal((await fetch(`${base}/previews`)).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
