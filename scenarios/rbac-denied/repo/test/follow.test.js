import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../src/follow.js";
import { Slices } from "../src/slices.js";

test("it lists once, follows, and begins anew when the stream is refused", async () => {
  const stop = new AbortController();
  const slices = new Slices();
  const states = [];
  const lines = [];
  const object = { metadata: { name: "a-1", labels: { "kubernetes.io/service-name": "a" } }, endpoints: [] };
  let asked = 0;
  await follow({
    list: async () => ({ items: [], version: "7" }),
    changes: async () => {
      if (++asked === 1) throw new Error("refused");
      return (async function* () {
        yield { type: "ADDED", object };
        stop.abort();
      })();
    },
    slices,
    onState: (state) => states.push(state),
    log: (line) => lines.push(line),
    wait: 1,
    signal: stop.signal,
  });
  assert.deepEqual(states, [false, true, false]);
  assert.ok(lines.includes("reflector: refused"));
  assert.deepEqual(slices.services(), { a: [] });
});
