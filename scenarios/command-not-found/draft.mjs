// The cluster of command-not-found: an API that runs, and a worker whose container cannot be started.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, crashLoop, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "metering";
const image = "registry.internal/acme/usage:2.4.0";
const before = ({ spec }) => (spec.containers[0].image = "registry.internal/acme/usage:2.3.4");
const refused =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nodejs": executable file not found in $PATH: unknown';

draftCluster(import.meta.url, {
  recordedAt: "2026-11-18T10:41:00Z",
  age: "189d",
  namespaces: [namespace],
  steady: true,
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "queue", { image: "registry.internal/platform/queue:4.9.1", replicas: 1, memory: "512Mi" }),
    ...neighbour(namespace, "tariffs", { image: "registry.internal/acme/tariffs:1.16.2" }),
    ...neighbour(namespace, "dashboard", { image: "registry.internal/acme/dashboard:8.0.0", port: 3000 }),
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "invoice-check", namespace, labels: { app: "invoice-check" } },
      spec: {
        schedule: "15 4 * * *",
        successfulJobsHistoryLimit: 1,
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { app: "invoice-check" } },
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    name: "check",
                    image: "registry.internal/acme/invoices:3.1.0",
                    command: ["python", "-m", "invoices.check"],
                    resources: { limits: { memory: "256Mi" }, requests: { cpu: "50m", memory: "128Mi" } },
                  },
                ],
              },
            },
          },
        },
      },
    },
  ],
  about: {
    "Deployment/metering/usage-api": {
      revisions: [
        { ago: "44d", number: 9, change: before },
        {
          ago: "57m",
          number: 10,
          pods: [0, 1].map((index) => ({
            age: 3419 - index * 14,
            events: startEvents("api", image, 3419 - index * 14, { pulled: "1.806s" }),
            log: [[3415 - index * 14, "usage 2.4.0 (api) listening on :8080, node v20.18.1"]],
          })),
        },
      ],
    },
    "Deployment/metering/usage-worker": {
      age: "102d",
      revisions: [
        { ago: "44d", number: 3, change: before },
        {
          ago: "57m",
          number: 4,
          pods: [
            {
              age: 3402,
              state: crashLoop({
                exitCode: 128,
                reason: "StartError",
                message: refused,
                restarts: 15,
                ago: 131,
                ran: 0,
                events: [
                  ...startEvents("worker", image, "131s").slice(0, 2).map((event) => ({ ...event, first: 3399, count: 16 })),
                  { type: "Warning", reason: "Failed", message: `Error: ${refused}`, from: "worker", ago: 130, first: 3399, count: 16 },
                ],
              }),
            },
          ],
        },
      ],
    },
    "Deployment/metering/queue": {
      revisions: [
        {
          ago: "140d",
          pods: [
            {
              log: [
                ["140d", "queue 4.9.1 listening on :8080"],
                ["52m", "readings: 20000 waiting, no consumer for 4 minutes"],
                ["22m", "readings: 170000 waiting, no consumer for 34 minutes"],
                ["60s", "readings: 310000 waiting, no consumer for 56 minutes"],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/metering/tariffs": {
      revisions: [
        {
          ago: "21d",
          pods: [
            {
              state: running({ ago: "6d 2h", restarts: 1, last: { exitCode: 137, reason: "Error", ago: "6d 2h" } }),
              previousLog: [["21d", "tariffs 1.16.2 listening on :8080"], ["6d 2h 1m", "SIGTERM, closing"]],
              log: [["6d 2h", "tariffs 1.16.2 listening on :8080"], ["3m", "GET /tariffs/m-118 200 4 ms"]],
            },
            {
              log: [["21d", "tariffs 1.16.2 listening on :8080"], ["2m", "GET /tariffs/m-90 200 5 ms"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "tariffs",
                  ago: "41m",
                  first: "42m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/metering/dashboard": {
      revisions: [
        { ago: "8d", pods: [0, 1].map((index) => ({ log: [["8d", "dashboard 8.0.0 listening on :3000"], [`${4 - index}m`, "usage of the last hour: no rows, showing the hour before"]] })) },
      ],
    },
    "CronJob/metering/invoice-check": {
      jobs: [
        {
          ago: "6h 26m",
          took: 95,
          state: completed({ ran: 92 }),
          log: [["6h 25m", "checking 41220 invoices"], ["6h 25m", "ERROR invoice 99120: sum does not match, left for a person"], ["6h 24m", "1 of 41220 failed, done"]],
        },
      ],
    },
  },
});
