import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { Connection } from "../src/connection.js";
import { FareEngine } from "../src/engine.js";
import { Pool } from "../src/pool.js";
import { createFareServer } from "../src/server.js";

const answers = { "FARE LIS-OSL 2026-12-01": "OK 18900 EUR", "FARE LIS-CPH 2026-12-01": "OK soon", AIRPORTS: "OK LIS OSL CPH" };

/** The service before an engine that knows `answers`, and says nothing to `FARE LIS-ZZZ`. */
async function withService(use, timeoutMs = 2000) {
  const connections = new Set();
  const engine = createServer((socket) => {
    connections.add(socket);
    socket.setEncoding("utf8").on("error", () => {});
    socket.on("data", (line) => line.includes("ZZZ") || socket.write(`${answers[line.trim()] ?? "ERR no fare"}\n`));
  }).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const open = () => Connection.open({ host: "127.0.0.1", port: engine.address().port, timeoutMs });
  const pool = new Pool({ open, size: 4, waitMs: 2000 });
  const server = createFareServer({ engine: new FareEngine(pool), log: () => {} }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const get = async (path) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`);
    return { status: response.status, body: await response.json() };
  };
  try {
    await use({ get, pool, connections });
  } finally {
    server.close();
    server.closeAllConnections();
    engine.close();
    for (const socket of connections) socket.destroy();
  }
}

test("a fare", () =>
  withService(async ({ get }) => {
    const wanted = { route: "LIS-OSL", day: "2026-12-01", amount: 18900, currency: "EUR" };
    assert.deepEqual(await get("/fares/LIS-OSL?day=2026-12-01"), { status: 200, body: wanted });
  }));

test("the airports", () =>
  withService(async ({ get }) => {
    assert.deepEqual((await get("/airports")).body, { airports: ["LIS", "OSL", "CPH"] });
  }));

test("what the engine does not have, or says wrongly, is told apart", () =>
  withService(async ({ get }) => {
    assert.equal((await get("/fares/LIS-XXX?day=2026-12-01")).status, 404);
    assert.equal((await get("/fares/LIS-CPH?day=2026-12-01")).status, 502);
    assert.equal((await get("/fares/lis?day=2026-12-01")).status, 400);
    assert.equal((await get("/healthz")).status, 200);
  }));

test("an engine that says nothing is not waited for", () =>
  withService(async ({ get }) => assert.equal((await get("/fares/LIS-ZZZ?day=2026-12-01")).status, 504), 60));

test("connections are used again, and there are never more than the pool's size", () =>
  withService(async ({ get, pool, connections }) => {
    await Promise.all(Array.from({ length: 12 }, () => get("/fares/LIS-OSL?day=2026-12-01")));
    await get("/airports");
    assert.ok(connections.size <= 4);
    assert.equal(pool.used, 0);
  }));
