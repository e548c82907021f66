import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "./prove-seal.ts";

const closed = "NoNewPrivs:\t1\nSeccomp:\t2\n    lo:       0       0    0\n";

test("a closed seal has no fault", () => {
  assert.deepEqual(judge(closed), []);
});

test("every gap is a fault", () => {
  assert.match(judge(closed.replace("Seccomp:\t2", "Seccomp:\t0")).join(), /unix sockets/);
  assert.match(judge(closed.replace("NoNewPrivs:\t1", "NoNewPrivs:\t0")).join(), /privileges/);
  assert.match(judge(`${closed}  eth0: 12 0\n`).join(), /way out: {3}eth0/);
  assert.match(judge(`${closed}eth0\t00000000\t010200C0\t0003\n`).join(), /way out/);
  assert.equal(judge("").length, 3, "seeing nothing is not a proof");
});
