// The cluster of control-restarts: all is well. What people saw was a reboot of worker-2 four days ago and, this morning, four slow minutes
// while the database was backed up.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "travel";
const probeTimedOut = (ago) => ({
  type: "Warning",
  reason: "Unhealthy",
  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  from: "bookings",
  ago,
  first: `${Number.parseInt(ago, 10) + 1}m`,
  count: 2,
});
/** Ended by a reboot of its node, and started with it. */
const rebooted = (later) => running({ ago: `4d 2h ${10 - later}m`, restarts: 1, last: { exitCode: 255, reason: "Unknown", ago: `4d 2h ${10 - later}m 4s` } });

draftCluster(import.meta.url, {
  recordedAt: "2026-11-18T07:02:00Z",
  age: "211d",
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
    { name: "worker-2", cpu: 8, memoryKi: 16_374_624, rebooted: "4d 2h 11m" },
  ],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "fares", { image: "registry.internal/acme/fares:2.14.0", memory: "192Mi" }),
    ...neighbour(namespace, "site", { image: "registry.internal/acme/travel-site:9.1.2", port: 3000 }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "travel-db", namespace, labels: { app: "travel-db" } },
      spec: {
        replicas: 1,
        serviceName: "travel-db",
        selector: { matchLabels: { app: "travel-db" } },
        template: {
          metadata: { labels: { app: "travel-db" } },
          spec: {
            containers: [
              {
                name: "postgres",
                image: "registry.internal/platform/postgres:16.4",
                ports: [{ containerPort: 5432, name: "postgres" }],
                readinessProbe: { exec: { command: ["pg_isready", "-q"] } },
                resources: { limits: { memory: "4Gi" }, requests: { cpu: "1", memory: "4Gi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "travel-db", namespace, labels: { app: "travel-db" } },
      spec: { selector: { app: "travel-db" }, ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }] },
    },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "pg-backup", namespace, labels: { "managed-by": "platform" } },
      spec: {
        schedule: "25 6 * * *",
        concurrencyPolicy: "Forbid",
        successfulJobsHistoryLimit: 2,
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { app: "pg-backup" } },
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    name: "backup",
                    image: "registry.internal/platform/pg-backup:1.7.0",
                    args: ["--host", "travel-db", "--jobs", "4"],
                    resources: { limits: { memory: "512Mi" }, requests: { cpu: "500m", memory: "256Mi" } },
                  },
                ],
              },
            },
          },
        },
      },
    },
  ],
  events: [
    { object: "CronJob/travel/pg-backup", reason: "SuccessfulCreate", message: "Created job pg-backup-29916385", ago: "37m", from: "cronjob-controller" },
    {
      object: "CronJob/travel/pg-backup",
      reason: "SawCompletedJob",
      message: "Saw completed job: pg-backup-29916385, condition: Complete",
      ago: "27m 5s",
      from: "cronjob-controller",
    },
  ],
  about: {
    "Deployment/travel/bookings": {
      revisions: [
        { ago: "40d 3h", number: 11, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/bookings:5.3.0") },
        {
          ago: "23d 1h",
          number: 12,
          pods: [
            {
              node: "worker-2",
              state: rebooted(0),
              events: [probeTimedOut("30m")],
              previousLog: [["23d 1h", "bookings 5.3.1 listening on :8080, 5 trains"], ["4d 2h 31m", "hold H-41811 ran out"]],
              log: [
                ["4d 2h 9m", "bookings 5.3.1 listening on :8080, 5 trains"],
                ["30m 41s", "slow request POST /holds 1204 ms"],
                ["30m 22s", "slow request GET /healthz 1310 ms"],
                ["30m 12s", "slow request GET /healthz 1092 ms"],
                ["11m", "hold H-44602 ran out"],
                ["2m", "hold H-44630 ran out"],
              ],
            },
            {
              node: "worker-2",
              state: rebooted(1),
              previousLog: [["23d 1h", "bookings 5.3.1 listening on :8080, 5 trains"], ["4d 2h 47m", "hold H-29010 ran out"]],
              log: [
                ["4d 2h 8m", "bookings 5.3.1 listening on :8080, 5 trains"],
                ["29m 58s", "slow request POST /bookings 1033 ms"],
                ["7m", "hold H-31877 ran out"],
              ],
            },
            {
              node: "worker-1",
              events: [probeTimedOut("29m")],
              log: [
                ["23d 1h", "bookings 5.3.1 listening on :8080, 5 trains"],
                ["29m 31s", "slow request GET /healthz 1188 ms"],
                ["29m 21s", "slow request GET /healthz 1061 ms"],
                ["4m", "hold H-78120 ran out"],
              ],
            },
          ],
        },
      ],
    },
    "DaemonSet/kube-system/kube-proxy": {
      pods: [
        {},
        {},
        {
          state: rebooted(-1),
          previousLog: [["211d", "Using iptables Proxier"], ["35d 4h", "Trace: iptables restore took 2.1s"]],
          log: [["4d 2h 10m", "Using iptables Proxier"]],
        },
      ],
    },
    "Deployment/kube-system/coredns": {
      revisions: [
        {
          ago: "211d",
          pods: [
            { node: "worker-1", log: [["211d", "CoreDNS-1.11.3"]] },
            {
              node: "worker-2",
              state: rebooted(1),
              previousLog: [["211d", "CoreDNS-1.11.3"]],
              log: [["4d 2h 8m", "CoreDNS-1.11.3"]],
            },
          ],
        },
      ],
    },
    "PodDisruptionBudget/travel/bookings": {
      status: {
        currentHealthy: 3,
        desiredHealthy: 2,
        disruptionsAllowed: 1,
        expectedPods: 3,
        observedGeneration: 1,
      },
    },
    "Deployment/travel/mailer": {
      revisions: [
        { ago: "40d 3h", number: 1, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/bookings:5.3.0") },
        {
          ago: "23d 1h",
          number: 2,
          pods: [
            {
              node: "worker-1",
              state: running({ ago: "16d 3h", restarts: 3, last: { exitCode: 1, reason: "Error", ago: "16d 3h 2m" } }),
              previousLog: [
                ["16d 3h 3m", "outbox: 118 confirmations"],
                ["16d 3h 3m", "relay: 421 try again later, attempt 1 of 5"],
                ["16d 3h 2m", "relay: 421 try again later, attempt 5 of 5"],
              ],
              log: [["16d 3h", "outbox: 118 confirmations"], ["16d 2h", "118 sent"], ["1m", "4 sent"]],
            },
          ],
        },
      ],
    },
    "Deployment/travel/fares": {
      revisions: [
        {
          ago: "61d",
          pods: [
            { node: "worker-1", log: [["61d", "fares 2.14.0 listening on :8080"], ["29m 40s", "price of EC-9: database answered after 880 ms"], ["50s", "priced 61 connections in 12 ms"]] },
            {
              node: "worker-2",
              state: rebooted(2),
              previousLog: [["61d", "fares 2.14.0 listening on :8080"], ["4d 2h 12m", "priced 70 connections in 13 ms"]],
              log: [["4d 2h 7m", "fares 2.14.0 listening on :8080"], ["44s", "priced 58 connections in 11 ms"]],
            },
          ],
        },
      ],
    },
    "Deployment/travel/site": {
      revisions: [
        {
          ago: "2d 5h",
          pods: [0, 1].map((index) => ({
            node: "worker-1",
            log: [["2d 5h", "travel-site 9.1.2 listening on :3000"], [`30m ${10 + index}s`, "POST /hold 201 1250 ms"], [`${70 + index}s`, "POST /hold 201 38 ms"]],
          })),
        },
      ],
    },
    "StatefulSet/travel/travel-db": {
      age: "211d",
      pods: [
        {
          age: "90d",
          node: "worker-1",
          log: [
            ["90d", "database system is ready to accept connections"],
            ["31m", "checkpoints are occurring too frequently (21 seconds apart)"],
            ["28m", "checkpoint complete: wrote 61024 buffers (11.6%)"],
            ["3m", "checkpoint complete: wrote 212 buffers (0.0%)"],
          ],
        },
      ],
    },
    "CronJob/travel/pg-backup": {
      jobs: [
        {
          ago: "24h 37m",
          took: 562,
          state: completed({ ran: 560 }),
          log: [["24h 36m", "pg-backup 1.7.0: dumping travel with 4 jobs"], ["24h 28m", "done, 38.2 GiB"]],
        },
        {
          ago: "37m",
          took: 594,
          pods: [
            {
              state: completed({ ago: "27m 7s", ran: 590 }),
              events: startEvents("backup", "registry.internal/platform/pg-backup:1.7.0", "37m"),
              log: [
                ["36m 57s", "pg-backup 1.7.0: dumping travel with 4 jobs"],
                ["31m", "WARNING: store answered 503 SlowDown, trying again in 5 s"],
                ["27m 8s", "done, 38.4 GiB"],
              ],
            },
          ],
        },
      ],
    },
  },
});
