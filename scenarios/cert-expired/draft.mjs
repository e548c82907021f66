// The cluster of cert-expired: pods that run and open no session, beside one that was given another root.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents, unready } from "../../scripts/draft/draft.mjs";

const namespace = "treasury";
const failed = "clearing: no session: certificate has expired (CERT_HAS_EXPIRED); trying again in 30 s";

/** `minutes` of attempts, one each half minute, up to now; the ones in between are left out of the log's middle. */
const attempts = (from) => [from, from - 0.5, from - 1, 40, 39.5, 12, 11.5, 2.2, 1.7, 1.2, 0.7, 0.2].map((minutes) => [`${Math.round(minutes * 60)}s`, failed]);

const settlementLog = (from) => [
  ["34d 2h", "settlement 1.12.3 listening on :8080, trusts /etc/clearing/ca.pem"],
  ["34d 2h", "clearing: session open"],
  ["14d 2h", "clearing: session closed by the other side; trying again in 30 s"],
  ["14d 1h 59m", "clearing: session open"],
  [`${from + 0.5}m`, "clearing: session closed by the other side; trying again in 30 s"],
  ...attempts(from),
];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T08:20:00Z",
  age: "401d",
  namespaces: [namespace],
  steady: true,
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "transfers", { image: "registry.internal/acme/transfers:22.3.0", memory: "256Mi" }),
    ...neighbour(namespace, "limits", { image: "registry.internal/acme/limits:2.0.7" }),
    ...neighbour(namespace, "fx", { image: "registry.internal/acme/fx:7.7.1", replicas: 1 }),
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "reconcile", namespace, labels: { "managed-by": "platform" } },
      spec: {
        schedule: "30 * * * *",
        successfulJobsHistoryLimit: 1,
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { app: "reconcile" } },
              spec: {
                restartPolicy: "Never",
                containers: [
                  {
                    name: "reconcile",
                    image: "registry.internal/platform/reconcile:5.0.2",
                    resources: { limits: { memory: "256Mi" }, requests: { cpu: "100m", memory: "128Mi" } },
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
    "ConfigMap/treasury/clearing-roots": { age: "401d" },
    "Deployment/treasury/settlement": {
      revisions: [
        { ago: "233d", number: 7, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/settlement:1.12.0") },
        {
          ago: "34d 2h",
          number: 8,
          pods: [140, 138].map((minutes) => ({
            state: unready({ message: "Readiness probe failed: HTTP probe failed with statuscode: 503", times: 348 }),
            readyAgo: `${minutes}m`,
            log: settlementLog(minutes - 1),
          })),
        },
      ],
    },
    "Deployment/treasury/statements": {
      age: "160d",
      revisions: [
        {
          ago: "71d",
          number: 3,
          pods: [
            {
              log: [
                ["71d", "statements 0.8.1 listening on :8080, trusts /etc/clearing/ca.pem"],
                ["14d 2h", "clearing: session closed by the other side, opened again"],
                ["138m", "clearing: session closed by the other side, opened again"],
                ["49m", "statement of 16 November: 10418 lines"],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/treasury/transfers": {
      revisions: [
        {
          ago: "12d",
          pods: [
            {
              log: [["12d", "transfers 22.3.0 listening on :8080"], ["135m", "settlement: 503, batch kept"], ["61m", "4120 transfers wait for settlement"], ["30s", "9377 transfers wait for settlement"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "transfers",
                  ago: "33m",
                  first: "34m",
                  count: 2,
                },
              ],
            },
            { log: [["12d", "transfers 22.3.0 listening on :8080"], ["134m", "settlement: 503, batch kept"], ["20s", "settlement: 503, batch kept"]] },
          ],
        },
      ],
    },
    "Deployment/treasury/limits": {
      revisions: [
        {
          ago: "60d",
          pods: [
            {
              state: running({ ago: "11d 4h", restarts: 1, last: { exitCode: 143, reason: "Error", ago: "11d 4h" } }),
              previousLog: [["60d", "limits 2.0.7 listening on :8080"], ["11d 4h", "SIGTERM, closing"]],
              log: [["11d 4h", "limits 2.0.7 listening on :8080"], ["70s", "checked 212 transfers in 40 ms"]],
            },
            { log: [["60d", "limits 2.0.7 listening on :8080"], ["44s", "checked 198 transfers in 38 ms"]] },
          ],
        },
      ],
    },
    "Deployment/treasury/fx": { revisions: [{ ago: "90d", pods: [{ log: [["90d", "fx 7.7.1 listening on :8080"], ["50m", "rates of 08:00 taken, 31 pairs"]] }] }] },
    "CronJob/treasury/reconcile": {
      jobs: [
        {
          ago: "50m",
          took: 402,
          pods: [
            {
              state: completed({ ago: "43m 20s", ran: 396 }),
              events: startEvents("reconcile", "registry.internal/platform/reconcile:5.0.2", "50m"),
              log: [["49m", "reconcile 5.0.2"], ["44m", "WARN 2 of 88120 entries do not match, reported"], ["43m 21s", "done"]],
            },
          ],
        },
      ],
    },
  },
  events: [
    { object: "CronJob/treasury/reconcile", reason: "SuccessfulCreate", message: "Created job reconcile-29915010", ago: "50m", from: "cronjob-controller" },
    {
      object: "CronJob/treasury/reconcile",
      reason: "SawCompletedJob",
      message: "Saw completed job: reconcile-29915010, condition: Complete",
      ago: "43m",
      from: "cronjob-controller",
    },
    { object: "CronJob/treasury/reconcile", reason: "SuccessfulDelete", message: "Deleted job reconcile-29914950", ago: "43m", from: "cronjob-controller" },
  ],
});
