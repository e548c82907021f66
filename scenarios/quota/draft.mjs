// The cluster of quota: a replica set that may not make its pods, since each asks for more processors than the namespace has left.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "reports";
// What the pods of the neighbours ask for, in all: ledger-view 2 × 250m, exports 3 × 400m, cache 1 × 300m.
const used = { "limits.memory": "1152Mi", pods: "6", "requests.cpu": "2", "requests.memory": "1152Mi" };
const asks = (cpu) => ({ resources: { limits: { memory: "192Mi" }, requests: { cpu, memory: "192Mi" } } });

draftCluster(import.meta.url, {
  recordedAt: "2026-11-10T13:37:00Z",
  age: "260d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "ledger-view", { image: "registry.internal/acme/ledger-view:6.2.0", replicas: 2, extra: asks("250m") }),
    ...neighbour(namespace, "exports", { image: "registry.internal/acme/exports:3.8.1", replicas: 3, extra: asks("400m") }),
    ...neighbour(namespace, "cache", { image: "registry.internal/acme/cache:1.0.9", replicas: 1, extra: asks("300m") }),
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "back-office", namespace, labels: { "acme.example/owner": "platform" } },
      spec: { hard: { "limits.memory": "6Gi", pods: "30", "requests.cpu": "5", "requests.memory": "4Gi" } },
      status: { hard: { "limits.memory": "6Gi", pods: "30", "requests.cpu": "5", "requests.memory": "4Gi" }, used },
    },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "objects", namespace, labels: { "acme.example/owner": "platform" } },
      spec: { hard: { "count/configmaps": "40", "count/services": "10", persistentvolumeclaims: "4" } },
      status: {
        hard: { "count/configmaps": "40", "count/services": "10", persistentvolumeclaims: "4" },
        used: { "count/configmaps": "1", "count/services": "4", persistentvolumeclaims: "0" },
      },
    },
  ],
  about: {
    "Deployment/reports/render": {
      revisions: [
        {
          ago: "49d 5h",
          number: 5,
          stoppedAgo: "35m",
          change: ({ spec }) => {
            spec.containers[0].image = "registry.internal/acme/render:1.8.4";
            spec.containers[0].resources.requests.cpu = "250m";
          },
        },
        {
          ago: "35m",
          number: 6,
          desired: 2,
          pods: [],
          failedCreate:
            'pods "{set}-mx2kd" is forbidden: exceeded quota: back-office, requested: requests.cpu=3500m, used: requests.cpu=2, limited: requests.cpu=5',
        },
      ],
    },
    "ResourceQuota/reports/back-office": { age: "203d" },
    "ResourceQuota/reports/objects": { age: "203d" },
    "CronJob/reports/render-archive": {
      jobs: [
        {
          ago: "8h 27m",
          state: completed({ ran: 96 }),
          log: [["8h 27m", "packing 1180 drawings"], ["8h 26m", "WARNING: quota of the archive 81% used"], ["8h 26m", "packed"]],
          took: 98,
        },
      ],
    },
    "Deployment/reports/exports": {
      revisions: [
        {
          ago: "22d",
          pods: [
            { log: [["22d", "exports 3.8.1"], ["31m", "render: connect ECONNREFUSED 10.96.41.7:80, drawing put off"], ["1m", "render: 214 drawings put off"]] },
            {
              log: [["22d", "exports 3.8.1"], ["33m", "render: connect ECONNREFUSED 10.96.41.7:80, drawing put off"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "exports",
                  ago: "32m",
                  first: "33m",
                  count: 3,
                },
              ],
            },
            {
              state: running({ ago: "4d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "4d" } }),
              previousLog: [["22d", "exports 3.8.1"], ["4d", "fatal: no space left in the spool"]],
              log: [["4d", "exports 3.8.1"]],
            },
          ],
        },
      ],
    },
    "Deployment/reports/cache": {
      revisions: [
        { ago: "90d", number: 2, stoppedAgo: "24m", change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/cache:1.0.8") },
        {
          ago: "24m",
          number: 3,
          pods: [{ events: startEvents("cache", "registry.internal/acme/cache:1.0.9", "24m", { pulled: "1.902s" }), log: [["24m", "cache 1.0.9"]] }],
        },
      ],
    },
  },
});
