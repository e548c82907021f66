import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { linkAbort } from "./abort.ts";

test("aborted with any of its signals, with that one's reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const work = linkAbort(one.signal, other.signal);
  assert.equal(work.signal.aborted, false);
  other.abort("gone");
  assert.deepEqual([work.signal.aborted, work.signal.reason], [true, "gone"]);
  assert.equal(linkAbort(one.signal, other.signal).signal.reason, "gone", "one that was aborted before counts as well");
});

test("aborted by itself it leaves its signals alone, and released it leaves nothing on them", () => {
  const one = new AbortController();
  const work = linkAbort(one.signal);
  work.abort();
  assert.equal(one.signal.aborted, false);
  assert.equal(getEventListeners(one.signal, "abort").length, 1);
  work.release();
  assert.equal(getEventListeners(one.signal, "abort").length, 0);
});
