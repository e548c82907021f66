import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../messages/conversation.ts";
import type { ContainerState } from "./container-state.ts";
import type { KubeObject } from "./kube-object.ts";
import { createSnapshot } from "./snapshot.ts";
import { asksTheSame, findsHangWithin, givesUpAfter, toldStart } from "./start-time.ts";

const pod: KubeObject = { apiVersion: "v1", kind: "Pod", name: "maps-1", namespace: "maps", json: {} };
const state: ContainerState = { name: "maps", restarts: 3, ready: false, running: false, waiting: undefined, ended: undefined };
const container = (json: JsonObject) => ({ name: "maps", json, init: false, field: [] });

function told(...lines: string[]): number | undefined {
  const log = ({ previous }: { previous: boolean }) => (previous ? lines : undefined);
  return toldStart(createSnapshot({ now: 0, objects: [], covers: () => true, log }), pod, state)?.seconds;
}

test("the longest start that the log of the run before speaks of", () => {
  assert.equal(told("reading places, takes about 66 s", "10 % after 7 s"), 66);
  assert.equal(told("warming up: ETA 2 min"), 120);
  assert.equal(told("cache needs 1.5 minutes"), 90);
});

test("numbers that are about something else", () => {
  assert.equal(told("listening on :8080", "read 12 files of 300 MB"), undefined);
  assert.equal(told("certificate expires in 90000 s"), undefined);
  assert.equal(told(), undefined);
});

test("a probe gives up at its last failure, the kubelet's own numbers where none are written", () => {
  assert.equal(givesUpAfter(container({ livenessProbe: {} })), 20);
  assert.equal(givesUpAfter(container({ livenessProbe: { initialDelaySeconds: 10, periodSeconds: 5, failureThreshold: 4 } })), 25);
});

test("while a startup probe asks the liveness probe does not", () => {
  const both = container({ livenessProbe: { initialDelaySeconds: 60 }, startupProbe: { periodSeconds: 5, failureThreshold: 30 } });
  assert.equal(givesUpAfter(both), 145);
  assert.equal(findsHangWithin(both), 30);
  assert.equal(findsHangWithin(container({ livenessProbe: { initialDelaySeconds: 60 } })), 90);
});

test("two probes ask the same, whatever defaults and timing stand beside it", () => {
  const asked = { path: "/healthz", port: "http" };
  const probes = (path: string) =>
    container({
      livenessProbe: { httpGet: { ...asked, scheme: "HTTP" }, periodSeconds: 9 },
      startupProbe: { httpGet: { ...asked, path } },
    });
  assert.ok(asksTheSame(probes("/healthz"), "livenessProbe", "startupProbe"));
  assert.ok(!asksTheSame(probes("/started"), "livenessProbe", "startupProbe"));
});
