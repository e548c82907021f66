import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../src/settings.js";

test("the database is asked for, and has to be PostgreSQL", () => {
  assert.throws(() => readSettings({}), /DATABASE_URL is not set/);
  assert.throws(() => readSettings({ DATABASE_URL: "mysql://db/x" }), /no address of PostgreSQL/);
});

test("the rest has defaults", () => {
  const settings = readSettings({ DATABASE_URL: "postgresql://u:p@db:5432/dispatch" });
  assert.deepEqual([settings.port, settings.databaseHost, settings.radiusKm], [8080, "db", 12]);
});
