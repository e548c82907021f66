import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLog } from "./load-logs.ts";
import { readLog } from "./logs.ts";
import { logKey } from "./recorded-cluster.ts";
import type { RecordedObject } from "./recorded-object.ts";

const lines = parseLog("2026-03-04T11:58:00Z one\n2026-03-04T11:59:00.25Z zwölf\n2026-03-04T12:00:00Z three\n", "x.log");
const cluster = { logs: new Map([[logKey("n", "p", "a", false), lines]]) };
const day = 86_400_000;
const now = Date.parse("2026-03-05T12:00:30Z");

function pod(containers: readonly string[], statuses: readonly object[] = [], spec: object = { nodeName: "node-1" }): RecordedObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u", creationTimestamp: "2026-03-04T11:00:00Z" },
    spec: { ...spec, containers: containers.map((name) => ({ name })) },
    status: { containerStatuses: statuses },
  };
}

function read(query: string, of: RecordedObject = pod(["a"])): string {
  const answer = readLog({ cluster, pod: of, query: new URLSearchParams(query), offset: day, now });
  return typeof answer === "string" ? answer : `${answer.code} ${answer.message}`;
}

test("a log is cut by lines, age and bytes", () => {
  assert.equal(read(""), "one\nzwölf\nthree\n");
  assert.equal(read("tailLines=2"), "zwölf\nthree\n");
  assert.equal(read("tailLines=0"), "");
  assert.equal(read("sinceSeconds=91"), "zwölf\nthree\n");
  assert.equal(read("sinceTime=2026-03-05T12:00:00Z"), "three\n");
  assert.equal(read("limitBytes=5"), "one\nz");
  assert.equal(read("timestamps=true&tailLines=2"), "2026-03-05T11:59:00.25Z zwölf\n2026-03-05T12:00:00Z three\n");
  assert.equal(read("follow=true&timestamps=false&container=a&tailLines=1"), "three\n");
});

test("numbers and instants that cannot be read are refused", () => {
  for (const query of [
    "tailLines=x",
    "tailLines=-1",
    "tailLines=1e3",
    "limitBytes=0",
    "sinceSeconds=0",
    "sinceSeconds=99999999999999999999",
    "sinceTime=noon",
  ])
    assert.throws(() => read(query), { code: "bad-request" }, query);
  assert.match(read("sinceSeconds=1&sinceTime=2026-03-05T12:00:00Z"), /^400 at most one of/);
});

test("a container is chosen when there is one and must be named when there are several", () => {
  assert.equal(read("", pod(["a", "b"])), "400 a container name must be specified for pod p, choose one of: [a b]");
  assert.equal(read("container=../../etc", pod(["a"])), "400 container ../../etc is not valid for pod p");
  assert.equal(read("container=a", pod(["a", "b"])), "one\nzwölf\nthree\n");
});

test("a log that is not there is refused as the kubelet does", () => {
  const b = (status: object) => pod(["b"], [{ name: "b", ...status }]);
  const waiting = (reason?: string) => b({ state: { waiting: reason === undefined ? {} : { reason } } });
  assert.equal(read("", pod(["b"])), '400 container "b" in pod "p" is not available');
  assert.equal(read("", pod(["b"], [], {})), "", "not scheduled yet");
  assert.equal(read("", waiting("ErrImagePull")), `400 container "b" in pod "p" is waiting to start: image can't be pulled`);
  assert.equal(read("", waiting("ImagePullBackOff")), '400 container "b" in pod "p" is waiting to start: trying and failing to pull image');
  assert.equal(
    read("", waiting("CreateContainerConfigError")),
    '400 container "b" in pod "p" is waiting to start: CreateContainerConfigError',
  );
  assert.equal(read("", waiting()), '400 container "b" in pod "p" is waiting to start - no logs yet');
  assert.equal(read("", b({ state: { running: {} } })), "");
  assert.equal(read("previous=true", b({ state: { running: {} } })), '400 previous terminated container "b" in pod "p" not found');
  const lost = b({ state: { waiting: {} }, lastState: { terminated: { containerID: "containerd://1" } } });
  assert.equal(read("previous=true", lost), "unable to retrieve container logs for containerd://1");
});

test("while a container waits for its next start, its log is that of the run before", () => {
  const logs = new Map([[logKey("n", "p", "a", true), lines]]);
  const status = { name: "a", state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { containerID: "x" } } };
  const request = { cluster: { logs }, pod: pod(["a"], [status]), query: new URLSearchParams(), offset: 0, now };
  assert.equal(readLog(request), "one\nzwölf\nthree\n");
});
