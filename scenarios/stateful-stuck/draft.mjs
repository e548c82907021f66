// The cluster of stateful-stuck: a set of three that stops at its first pod, which waits for its own name.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents, unready } from "../../scripts/draft/draft.mjs";

const namespace = "telemetry";
const image = "registry.internal/acme/broker:1.9.0";
const waits = "own name broker-0.broker.telemetry.svc.cluster.local: getaddrinfo ENOTFOUND broker-0.broker.telemetry.svc.cluster.local; not joining";
const start = 34 * 60;

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T09:03:00Z",
  age: "279d",
  namespaces: [namespace],
  steady: true,
  nodes: [
    {
      name: "cp-1",
      cpu: 4,
      memoryKi: 8_127_396,
      taints: [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }],
      labels: { "node-role.kubernetes.io/control-plane": "" },
    },
    { name: "worker-1", cpu: 8, memoryKi: 16_374_624 },
    { name: "worker-2", cpu: 8, memoryKi: 16_374_624 },
    ...[1, 2, 3].map((number) => ({ name: `mem-${number}`, cpu: 4, memoryKi: 32_788_420, labels: { "acme.example/pool": "memory" } })),
  ],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "collector", { image: "registry.internal/acme/collector:5.2.0", env: [{ name: "BROKER", value: "http://broker-clients:9400" }] }),
    ...neighbour(namespace, "alerts", { image: "registry.internal/acme/alerts:2.8.1" }),
    ...neighbour(namespace, "dashboard", { image: "registry.internal/acme/dashboard:11.0.3", port: 3000, replicas: 1 }),
  ],
  about: {
    "StatefulSet/telemetry/broker": {
      age: start + 4,
      pods: [
        {
          age: start,
          node: "mem-2",
          readyAgo: start,
          state: unready({ message: "Readiness probe failed: HTTP probe failed with statuscode: 503", ago: start - 3, times: 406 }),
          events: startEvents("broker", image, start, { pulled: "3.004s" }),
          log: [
            [start - 3, "broker 1.9.0 starting as broker-0, members on :9401"],
            ...[start - 4, start - 9, start - 14, 1200, 1195, 600, 24, 19, 14, 9, 4].map((ago) => [ago, waits]),
          ],
        },
      ],
    },
    "PodDisruptionBudget/telemetry/broker": {
      status: { currentHealthy: 0, desiredHealthy: 2, disruptionsAllowed: 0, expectedPods: 3, observedGeneration: 1 },
    },
    "CronJob/telemetry/broker-compact": {
      jobs: [
        {
          ago: "6h 43m",
          took: 640,
          state: completed({ ran: 636 }),
          log: [["6h 42m", "broker-compact 0.6.2"], ["6h 38m", "error: series disk.io.wait has a gap of 40 s, kept as it is"], ["6h 32m", "done, 18 % smaller"]],
        },
      ],
    },
    "Deployment/telemetry/collector": {
      revisions: [
        {
          ago: "25d",
          pods: [
            {
              node: "worker-1",
              log: [["25d", "collector 5.2.0 listening on :8080"], ["34m", "broker-clients:9400: connection refused, keeping points"], ["20s", "broker-clients:9400: connection refused, 1904220 points kept"]],
            },
            {
              node: "worker-2",
              log: [["25d", "collector 5.2.0 listening on :8080"], ["34m", "broker-clients:9400: connection refused, keeping points"], ["28s", "broker-clients:9400: connection refused, 1887143 points kept"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "collector",
                  ago: "19m",
                  first: "20m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/telemetry/alerts": {
      revisions: [
        {
          ago: "44d",
          pods: [
            {
              node: "worker-2",
              state: running({ ago: "20d", restarts: 2, last: { exitCode: 1, reason: "Error", ago: "20d 1s" } }),
              previousLog: [["20d 4m", "alerts 2.8.1 listening on :8080"], ["20d 2s", "fatal: rules: unexpected end of file"]],
              log: [["20d", "alerts 2.8.1 listening on :8080"], ["3m", "412 rules, no data for 398"]],
            },
            { node: "worker-1", log: [["44d", "alerts 2.8.1 listening on :8080"], ["2m", "412 rules, no data for 398"]] },
          ],
        },
      ],
    },
    "Deployment/telemetry/dashboard": { revisions: [{ ago: "3d", pods: [{ node: "worker-1", log: [["3d", "dashboard 11.0.3 listening on :3000"], ["33m", "cpu.busy: no points"]] }] }] },
  },
  events: [
    {
      object: "StatefulSet/telemetry/broker",
      reason: "SuccessfulCreate",
      message: "create Pod broker-0 in StatefulSet broker successful",
      ago: start,
      from: "statefulset-controller",
    },
  ],
});
