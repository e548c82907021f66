import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { createThumbsServer } from "../lib/server.js";

test("a picture is drawn, a large one skipped with a word", async () => {
  const lines = [];
  const pictures = new Map([["a.jpg", { width: 6000, height: 4000 }], ["b.jpg", { width: 9504, height: 6336 }]]);
  const server = createThumbsServer({ pictures, maxMegapixels: 45, log: (line) => lines.push(line) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const ask = (path) => fetch(`http://127.0.0.1:${server.address().port}${path}`);
  try {
    assert.equal((await ask("/healthz")).status, 200);
    assert.deepEqual(await (await ask("/thumb/a.jpg?size=l")).json(), { width: 1280, height: 853 });
    assert.equal((await ask("/thumb/b.jpg")).status, 415);
    assert.deepEqual(lines, ["b.jpg skipped: 60 megapixels, would need 615 MiB"]);
    assert.equal((await ask("/thumb/a.jpg?size=q")).status, 400);
    assert.equal((await ask("/thumb/c.jpg")).status, 404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
