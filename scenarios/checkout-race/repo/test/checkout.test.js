import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Inventory } from "../src/inventory.js";
import { Pricing } from "../src/pricing.js";
import { createCheckoutServer } from "../src/server.js";
import { Store } from "../src/store.js";

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

/** The whole service over a folder of its own, with a pricing service that answers `amount`, or `status` where that is no 200. */
async function withService({ editions, amount = 4500, status = 200 }, use) {
  const folder = await mkdtemp(join(tmpdir(), "checkout-"));
  await writeFile(join(folder, "editions.json"), JSON.stringify(editions));
  const pricing = createServer((_, response) => response.writeHead(status).end(JSON.stringify({ amount })));
  const open = async () => new Inventory({ store: await Store.open(folder), pricing: new Pricing(await base) });
  const base = listen(pricing);
  const server = createCheckoutServer({ inventory: await open(), log: () => {} });
  try {
    const url = await listen(server);
    const call = async (method, path, body) => {
      const response = await fetch(`${url}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
      return { status: response.status, body: await response.json() };
    };
    await use({ get: (path) => call("GET", path), post: (path, body) => call("POST", path, body), reopen: open });
  } finally {
    for (const one of [server, pricing]) {
      one.close();
      one.closeAllConnections();
    }
    await rm(folder, { recursive: true, force: true });
  }
}

const editions = [{ id: "lino-harbour", title: "Harbour, linocut", printed: 2, left: 2 }];

test("copies are sold from the lowest number up, until none is left", () =>
  withService({ editions }, async ({ post, get }) => {
    const first = await post("/checkouts", { edition: "lino-harbour", customer: "ada" });
    assert.deepEqual(first, { status: 201, body: { edition: "lino-harbour", copy: 1, customer: "ada", price: 4500 } });
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "ben" })).body.copy, 2);
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "cleo" })).status, 409);
    assert.equal((await get("/editions/lino-harbour")).body.left, 0);
    assert.equal((await get("/editions/lino-harbour/sales")).body.length, 2);
  }));

test("copies that are printed later are sold, too", () =>
  withService({ editions: [{ ...editions[0], left: 0 }] }, async ({ post }) => {
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "ada" })).status, 409);
    assert.equal((await post("/editions/lino-harbour/prints", { copies: 3 })).body.left, 3);
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "ada" })).body.copy, 3);
    assert.equal((await post("/editions/lino-harbour/prints", { copies: 0 })).status, 400);
  }));

test("without a price nothing is sold", () =>
  withService({ editions, status: 503 }, async ({ post, get }) => {
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "ada" })).status, 502);
    assert.equal((await get("/editions/lino-harbour")).body.left, 2);
    assert.deepEqual((await get("/editions/lino-harbour/sales")).body, []);
  }));

test("stock and sales survive a restart", () =>
  withService({ editions }, async ({ post, reopen }) => {
    await post("/checkouts", { edition: "lino-harbour", customer: "ada" });
    const inventory = await reopen();
    assert.equal((await inventory.edition("lino-harbour")).left, 1);
    assert.equal((await inventory.sales("lino-harbour"))[0].customer, "ada");
  }));

test("what is wrong is told apart", () =>
  withService({ editions }, async ({ get, post }) => {
    assert.equal((await get("/healthz")).status, 200);
    assert.equal((await get("/editions/nothing")).status, 404);
    assert.equal((await post("/checkouts", { edition: "nothing", customer: "ada" })).status, 404);
    assert.equal((await post("/checkouts", { edition: "lino-harbour" })).status, 400);
    assert.equal((await post("/nowhere", {})).status, 404);
  }));
