import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../cluster/recorded-object.ts";
import { cutLog, planLogs } from "./plan-logs.ts";

function pod(name: string, nodeName: string | undefined, statuses: readonly object[]): RecordedObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", uid: name, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { ...(nodeName === undefined ? {} : { nodeName }), containers: [{ name: "app" }, { name: "proxy" }] },
    status: { phase: "Running", containerStatuses: statuses },
  };
}
const running = (name: string) => ({ name, ready: true, restartCount: 0, state: { running: {} } });

test("logs of pods that are not well come first; what never ran has none", () => {
  const plans = planLogs([
    pod("well", "n1", [running("app"), running("proxy")]),
    pod("ill", "n2", [
      { name: "app", ready: false, restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: {} } },
      { name: "proxy", ready: false, restartCount: 0, state: { waiting: { reason: "ImagePullBackOff" } } },
    ]),
    pod("nowhere", undefined, []),
  ]);
  assert.deepEqual(
    plans.map(({ pod: name, container, previous, node }) => `${name}/${container}${previous ? " previous" : ""} on ${node}`),
    ["ill/app on n2", "ill/app previous on n2", "well/app on n1", "well/proxy on n1"],
  );
});

test("a log keeps its newest lines within the room, and only lines with a time", () => {
  const line = (number: number) => `2026-01-01T00:00:0${number}.5Z line ${number}`;
  const text = [line(1), line(2), "unable to retrieve container logs for containerd://x", line(3)].map((one) => `${one}\n`).join("");
  const size = Buffer.byteLength(line(1)) + 1;
  assert.deepEqual(cutLog(text, 2 * size), { lines: [line(2), line(3)], dropped: 1, foreign: 1 });
  assert.deepEqual(cutLog(text, 10 * size), { lines: [line(1), line(2), line(3)], dropped: 0, foreign: 1 });
  assert.deepEqual(cutLog("", 100), { lines: [], dropped: 0, foreign: 0 });
  assert.deepEqual(cutLog(text, 1), { lines: [], dropped: 3, foreign: 1 });
});
