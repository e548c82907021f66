import assert from "node:assert/strict";
import { test } from "node:test";
import { Sessions } from "../src/sessions.js";

test("a session lives as long as it is used", () => {
  let now = 0;
  const sessions = new Sessions({ store: new Map(), now: () => now, idleMs: 100 });
  const { id } = sessions.start("ada");
  now = 90;
  assert.equal(sessions.read(id).until, 190);
  now = 190;
  assert.equal(sessions.read(id), undefined);
  assert.throws(() => sessions.start(""), TypeError);
});
