import assert from "node:assert/strict";
import { test } from "node:test";
import { ParcelStore, journey, statusOf } from "../src/parcels.js";

const scan = (at, depot, kind = "arrived") => ({ at, depot, kind });

test("a journey is in order, and a depot is named once in a row", () => {
  const scans = [scan(3, "Bremen"), scan(1, "Jena"), scan(2, "Jena", "left"), scan(4, "Jena")];
  assert.deepEqual(journey(scans).map(({ depot }) => depot), ["Jena", "Bremen", "Jena"]);
});

test("a status for each end of a journey", () => {
  assert.equal(statusOf([]), "announced");
  assert.equal(statusOf([scan(1, "Jena")]), "on its way");
  assert.equal(statusOf([scan(1, "Jena"), scan(2, "van 7", "loaded")]), "out for delivery");
  assert.equal(statusOf([scan(1, "Jena"), scan(2, "door", "handed-over")]), "delivered");
});

test("a store keeps parcels apart and refuses what is none", () => {
  const store = new ParcelStore();
  store.announce("P-10001");
  store.add("P-10002", scan(1, "Jena"));
  assert.equal(store.read("P-10001").status, "announced");
  assert.equal(store.read("P-10002").status, "on its way");
  assert.equal(store.read("P-10003"), undefined);
  assert.throws(() => store.add("10002", scan(1, "Jena")), RangeError);
});
