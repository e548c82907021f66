import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { descendantsOf, droppedV4, droppedV6, openRouteCounters } from "./route-counters.ts";

test("the counters are read by name, wherever the kernel puts them", () => {
  const snmp = "Ip: Forwarding DefaultTTL OutDiscards OutNoRoutes ReasmTimeout\nIp: 2 64 9 7 8\nIcmp: InMsgs OutNoRoutes\nIcmp: 1 2\n";
  assert.equal(droppedV4(snmp), 7);
  assert.equal(droppedV4(""), 0);
  assert.equal(droppedV6("Ip6InNoRoutes                   \t3\nIp6OutNoRoutes                  \t5\n"), 5);
  assert.equal(droppedV6(""), 0);
});

test("descendants are found; one that shares our network has no counters of its own", async (t) => {
  if (process.platform !== "linux") return t.skip("there is no /proc");
  const child = spawn("/bin/sh", ["-c", "sleep 60 & echo started; wait"], { stdio: ["ignore", "pipe", "ignore"], detached: true });
  try {
    await once(child.stdout, "data");
    assert.equal(descendantsOf(child.pid ?? 0).length, 1);
    assert.equal(openRouteCounters(child.pid ?? 0), undefined);
  } finally {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  }
  assert.deepEqual(descendantsOf(2 ** 30), []);
});
