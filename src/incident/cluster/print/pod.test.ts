import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../recorded-object.ts";
import { podPrinter } from "./pod.ts";

const now = Date.parse("2026-03-04T12:00:00Z");

interface PodParts {
  readonly spec?: object;
  readonly status?: object;
  readonly metadata?: object;
}

function pod({ spec = {}, status = {}, metadata = {} }: PodParts): RecordedObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u", creationTimestamp: "2026-03-04T11:00:00Z", ...metadata },
    spec: { containers: [{ name: "a" }, { name: "b" }], ...spec },
    status: { phase: "Running", ...status },
  };
}

/** Ready, status and restarts: what differs from pod to pod. */
function cells(parts: PodParts): readonly unknown[] {
  return podPrinter.cells(pod(parts), now).slice(1, 4);
}

const running = (name: string, restartCount = 0) => ({ name, ready: true, restartCount, state: { running: {} } });
const waiting = (name: string, reason: string, more = {}) => ({
  name,
  ready: false,
  restartCount: 0,
  state: { waiting: { reason } },
  ...more,
});
const ended = (name: string, terminated: object, restartCount = 0) => ({ name, ready: false, restartCount, state: { terminated } });
const lastEnd = (finishedAt: string) => ({ lastState: { terminated: { finishedAt, exitCode: 1 } } });

test("containers fold into one status; the first that waits or has ended speaks", () => {
  assert.deepEqual(cells({ status: { containerStatuses: [running("a"), running("b", 2)] } }), ["2/2", "Running", "2"]);
  assert.deepEqual(cells({ status: { containerStatuses: [running("a"), waiting("b", "CrashLoopBackOff")] } }), [
    "1/2",
    "CrashLoopBackOff",
    "0",
  ]);
  assert.deepEqual(cells({ status: { containerStatuses: [waiting("a", "ErrImagePull"), ended("b", { reason: "Error", exitCode: 1 })] } }), [
    "0/2",
    "ErrImagePull",
    "0",
  ]);
  assert.deepEqual(cells({ status: { phase: "Failed", reason: "Evicted" } }), ["0/2", "Evicted", "0"]);
  assert.deepEqual(cells({ status: { phase: "Pending" } }), ["0/2", "Pending", "0"]);
});

test("an end without a reason shows its signal or exit code", () => {
  assert.equal(cells({ status: { containerStatuses: [ended("a", { exitCode: 3 })] } })[1], "ExitCode:3");
  assert.equal(cells({ status: { containerStatuses: [ended("a", { exitCode: 137, signal: 9 })] } })[1], "Signal:9");
});

test("a pod of which one container is done and one runs is Running when ready and NotReady when not", () => {
  const containerStatuses = [ended("a", { reason: "Completed", exitCode: 0 }), running("b")];
  assert.equal(cells({ status: { containerStatuses, conditions: [{ type: "Ready", status: "True" }] } })[1], "Running");
  assert.equal(cells({ status: { containerStatuses } })[1], "NotReady");
});

test("restarts say when the last one was", () => {
  const containerStatuses = [
    { ...running("a", 3), ...lastEnd("2026-03-04T11:50:00Z") },
    { ...running("b", 2), ...lastEnd("2026-03-04T11:58:00Z") },
  ];
  assert.equal(cells({ status: { containerStatuses } })[2], "5 (2m ago)");
});

test("init containers speak while the pod initializes", () => {
  const spec = { initContainers: [{ name: "i" }, { name: "j" }] };
  const init = (...initContainerStatuses: object[]) => cells({ spec, status: { phase: "Pending", initContainerStatuses } })[1];
  assert.equal(init(waiting("i", "PodInitializing")), "Init:0/2");
  assert.equal(init(ended("i", { exitCode: 0 }), waiting("j", "PodInitializing")), "Init:1/2");
  assert.equal(init(waiting("i", "CrashLoopBackOff")), "Init:CrashLoopBackOff");
  assert.equal(init(ended("i", { exitCode: 2 })), "Init:ExitCode:2");
  assert.equal(init(ended("i", { exitCode: 1, reason: "Error" })), "Init:Error");
  const done = [ended("i", { exitCode: 0 }, 4), ended("j", { exitCode: 0 })];
  assert.deepEqual(cells({ spec, status: { initContainerStatuses: done, containerStatuses: [running("a")] } }), ["1/2", "Running", "0"]);
});

test("a sidecar counts among the containers", () => {
  const spec = { initContainers: [{ name: "s", restartPolicy: "Always" }] };
  const initContainerStatuses = [{ ...running("s", 2), started: true }];
  assert.deepEqual(cells({ spec, status: { initContainerStatuses, containerStatuses: [running("a"), running("b")] } }), [
    "3/3",
    "Running",
    "2",
  ]);
});

test("deletion and gates", () => {
  const metadata = { deletionTimestamp: "2026-03-04T11:59:00Z" };
  assert.equal(cells({ metadata })[1], "Terminating");
  assert.equal(cells({ metadata, status: { phase: "Succeeded" } })[1], "Succeeded");
  assert.equal(cells({ metadata, status: { reason: "NodeLost" } })[1], "Unknown");
  assert.equal(
    cells({ status: { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] } })[1],
    "SchedulingGated",
  );
  const gated = pod({
    spec: { readinessGates: [{ conditionType: "x" }, { conditionType: "y" }] },
    status: { conditions: [{ type: "y", status: "True" }] },
  });
  assert.equal(podPrinter.cells(gated, now)[8], "1/2");
});
