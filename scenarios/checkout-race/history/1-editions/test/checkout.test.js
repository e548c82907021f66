import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Inventory } from "../src/inventory.js";
import { createCheckoutServer } from "../src/server.js";
import { Store } from "../src/store.js";

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
}

/** The whole service over a store of its own. */
async function withService({ editions }, use) {
  const server = createCheckoutServer({ inventory: new Inventory({ store: new Store(editions) }), log: () => {} });
  try {
    const url = await listen(server);
    const call = async (method, path, body) => {
      const response = await fetch(`${url}${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
      return { status: response.status, body: await response.json() };
    };
    await use({ get: (path) => call("GET", path), post: (path, body) => call("POST", path, body) });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const editions = [{ id: "lino-harbour", title: "Harbour, linocut", printed: 2, left: 2, price: 4500 }];

test("copies are sold from the lowest number up, until none is left", () =>
  withService({ editions }, async ({ post, get }) => {
    const first = await post("/checkouts", { edition: "lino-harbour", customer: "ada" });
    assert.deepEqual(first, { status: 201, body: { edition: "lino-harbour", copy: 1, customer: "ada", price: 4500 } });
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "ben" })).body.copy, 2);
    assert.equal((await post("/checkouts", { edition: "lino-harbour", customer: "cleo" })).status, 409);
    assert.equal((await get("/editions/lino-harbour")).body.left, 0);
  }));

test("what is wrong is told apart", () =>
  withService({ editions }, async ({ get, post }) => {
    assert.equal((await get("/healthz")).status, 200);
    assert.equal((await get("/editions/nothing")).status, 404);
    assert.equal((await post("/checkouts", { edition: "nothing", customer: "ada" })).status, 404);
    assert.equal((await post("/checkouts", { edition: "lino-harbour" })).status, 400);
    assert.equal((await post("/nowhere", {})).status, 404);
  }));
