import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ParcelStore } from "../src/parcels.js";
import { ScanReader, createMetricsServer } from "../src/scans.js";
import { createTrackerServer } from "../src/server.js";

async function withServer(server, use) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a parcel's page, and what is none", async () => {
  const store = new ParcelStore();
  store.add("P-10002", { at: 1, depot: "Jena", kind: "arrived" });
  await withServer(createTrackerServer({ store }), async (base) => {
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    assert.equal((await (await fetch(`${base}/parcels/P-10002`)).json()).status, "on its way");
    assert.equal((await fetch(`${base}/parcels/P-99999`)).status, 404);
    assert.equal((await fetch(`${base}/parcels/P-10002`, { method: "DELETE" })).status, 405);
  });
});

test("scans are counted", async () => {
  const reader = new ScanReader({ store: new ParcelStore() });
  reader.take([{ parcel: "P-10002", at: 5, depot: "Jena" }, { parcel: "none", at: 5 }, { parcel: "P-10002" }]);
  await withServer(createMetricsServer(reader), async (base) => {
    assert.match(await (await fetch(`${base}/metrics`)).text(), /taken 1\n.*refused 2/);
  });
});
