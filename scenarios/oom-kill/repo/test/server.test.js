import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ChargeBook } from "../src/charges.js";
import { createPaymentsServer } from "../src/server.js";

async function withServer(use) {
  const rates = { rate: (from, to) => (from === "EUR" && to === "USD" ? 1.1 : undefined) };
  const server = createPaymentsServer({ charges: new ChargeBook(), rates, currency: "EUR" });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("healthz, a charge, its refund and a quote", () =>
  withServer(async (base) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    const body = JSON.stringify({ amount: 1200, currency: "EUR", order: "A-19" });
    const charged = await fetch(`${base}/charges`, { method: "POST", headers: { "idempotency-key": "k" }, body });
    assert.equal(charged.status, 201);
    const { id } = await charged.json();
    const refunded = await fetch(`${base}/charges/${id}/refund`, { method: "POST" });
    assert.equal((await refunded.json()).state, "refunded");
    const quote = await fetch(`${base}/quote?amount=1000&to=USD`);
    assert.deepEqual(await quote.json(), { amount: 1100, currency: "USD", rate: 1.1 });
  }));

test("what is wrong is told apart", () =>
  withServer(async (base) => {
    assert.equal((await fetch(`${base}/charges`, { method: "POST", body: "{}" })).status, 400);
    assert.equal((await fetch(`${base}/charges`, { method: "POST", headers: { "idempotency-key": "k" }, body: "no json" })).status, 400);
    assert.equal((await fetch(`${base}/quote?amount=1000&to=JPY`)).status, 503);
    assert.equal((await fetch(`${base}/nowhere`)).status, 404);
  }));
