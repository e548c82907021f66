import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { RateTable } from "../src/rate-table.js";

async function serve(rows, use) {
  const server = createServer((request, response) => {
    response.setHeader("x-row-count", String(rows.length));
    response.end(rows.map((row) => JSON.stringify(row)).join("\n"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}/v1/table`);
  } finally {
    server.close();
  }
}

test("the newest day answers when none is asked for", async () => {
  const rows = [
    ["2026-11-16", "EUR", "USD", 1.0821],
    ["2026-11-15", "EUR", "USD", 1.0794],
  ];
  await serve(rows, async (source) => {
    const table = new RateTable();
    await table.load(source);
    assert.equal(table.size, 2);
    assert.equal(table.rate("EUR", "USD"), 1.0821);
    assert.equal(table.rate("EUR", "USD", "2026-11-15"), 1.0794);
    assert.equal(table.rate("EUR", "GBP"), undefined);
    assert.equal(table.rate("EUR", "EUR"), 1);
  });
});

test("a source that fails is named", async () => {
  const server = createServer((request, response) => response.writeHead(502).end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await assert.rejects(new RateTable().load(`http://127.0.0.1:${server.address().port}/v1/table`), /answered 502/);
  } finally {
    server.close();
  }
});
