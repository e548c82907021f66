import assert from "node:assert/strict";
import { test } from "node:test";
import { describeRefusal, RefusalTally } from "./refusal.ts";

test("equal refusals are counted together, distinct ones are bounded", () => {
  const tally = new RefusalTally(2);
  const refusal = { host: "a", port: 443, what: "not-allowed", count: 1 } as const;
  assert.equal(tally.add(refusal).count, 1);
  assert.equal(tally.add(refusal).count, 2);
  tally.add({ ...refusal, host: "b" });
  tally.add({ ...refusal, host: "c" });
  tally.add({ ...refusal, host: "d", port: 80 });
  assert.deepEqual(
    tally.list().map((each) => describeRefusal(each)),
    ["a:443, 2 times", "b:443, once", "(others), 2 times"],
  );
});

test("packets without a route read as attempts", () => {
  assert.equal(describeRefusal({ host: "", port: undefined, what: "no-route", count: 1 }), "1 direct attempt (no route)");
  assert.equal(describeRefusal({ host: "", port: undefined, what: "no-route", count: 3 }), "3 direct attempts (no route)");
});
