import assert from "node:assert/strict";
import { test } from "node:test";
import { isRowId, makeRow, rowIds } from "./row.ts";
import { readStoredRow } from "./stored-row.ts";

const settings = { rounds: 3, peers: { litellm: "1" } };
const row = makeRow("session", { value: 12, raw: { a: 1 }, versions: { node: "20" } });

test("a finished row is taken again only where it was measured with the same settings", () => {
  assert.deepEqual(readStoredRow({ settings, row }, "session", settings), row);
  assert.equal(readStoredRow({ settings, row }, "session", { ...settings, rounds: 5 }), undefined);
  assert.equal(readStoredRow({ settings, row }, "session", { rounds: 3, peers: {} }), undefined);
  assert.equal(readStoredRow({ settings, row }, "cached", settings), undefined);
});

test("a row without a value was not measured: it is tried again, and says why and what to do", () => {
  const skipped = makeRow("restore", { skipped: "no store", install: "get it" });
  assert.equal(skipped.value, null);
  assert.deepEqual(skipped.raw, { skipped: "no store", install: "get it" });
  assert.equal(readStoredRow({ settings, row: skipped }, "restore", settings), undefined);
  assert.equal(readStoredRow("{", "restore", settings), undefined);
});

test("the ids are those that scripts know", () => {
  const known =
    "first-call-incident,first-call-code,restore,session,cached,overhead-ms,event-us,engine-decode,engine-prefill,cancel-ms,recomputed";
  assert.deepEqual(rowIds.toSorted(), known.split(",").toSorted());
  assert.equal(isRowId("toString"), false);
});
