import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { test } from "node:test";
import { Session } from "../src/session.js";

test("a session that is closed is opened anew", async () => {
  const sockets = [];
  const session = new Session(async () => sockets[sockets.push(new EventEmitter()) - 1], 1);
  await session.start();
  assert.equal(session.ready, true);
  sockets[0].emit("close");
  assert.equal(session.ready, false);
  await once(session, "line");
  assert.equal(session.ready, true);
  assert.equal(sockets.length, 2);
});

test("one that cannot be opened is tried again, and says why", async () => {
  const session = new Session(() => Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })), 60_000);
  const said = once(session, "line");
  await session.start();
  assert.deepEqual(await said, ["clearing: no session: refused (ECONNREFUSED); trying again in 60 s"]);
  session.stop();
});
