import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ChargeBook } from "../src/charges.js";
import { createPaymentsServer } from "../src/server.js";

async function withServer(use) {
  const server = createPaymentsServer({ charges: new ChargeBook() });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("healthz, a charge and its refund", () =>
  withServer(async (base) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    const body = JSON.stringify({ amount: 1200, currency: "EUR", order: "A-19" });
    const charged = await fetch(`${base}/charges`, { method: "POST", headers: { "idempotency-key": "k" }, body });
    assert.equal(charged.status, 201);
    const { id } = await charged.json();
    const refunded = await fetch(`${base}/charges/${id}/refund`, { method: "POST" });
    assert.equal((await refunded.json()).state, "refunded");
  }));

test("what is wrong is told apart", () =>
  withServer(async (base) => {
    assert.equal((await fetch(`${base}/charges`, { method: "POST", body: "{}" })).status, 400);
    assert.equal((await fetch(`${base}/charges`, { method: "POST", headers: { "idempotency-key": "k" }, body: "no json" })).status, 400);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));
