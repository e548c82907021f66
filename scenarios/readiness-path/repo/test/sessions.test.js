import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "../src/sessions.js";

test("a session lives as long as it is used", () => {
  let now = 0;
  const sessions = new Sessions({ store: new Map(), now: () => now, idleMs: 100 });
  const { id } = sessions.start("ada", "phone");
  now = 90;
  assert.equal(sessions.read(id).until, 190);
  now = 190;
  assert.equal(sessions.read(id), undefined);
  assert.throws(() => sessions.start(""), TypeError);
});

test("signing out, twice, and everywhere", () => {
  const sessions = new Sessions({ store: new Map() });
  const [a, b, c] = ["ada", "ada", "bob"].map((user) => sessions.start(user));
  sessions.end(a.id);
  sessions.end(a.id);
  assert.equal(sessions.endAll("ada"), 1);
  assert.equal(sessions.read(b.id), undefined);
  assert.equal(sessions.read(c.id).user, "bob");
});
