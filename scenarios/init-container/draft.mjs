// The cluster of this scenario: see scripts/draft/draft.mjs.
import { crashLoop, draftCluster, running, startEvents, waiting } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";

const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const serving = (version) => [`listening on :8080, database ${version}`];
const lookup = "dial tcp: lookup appointments-pg on 10.96.0.10:53: no such host";
const started = Date.parse("2026-11-17T08:30:00Z");
/** A run of wait-for that began so many seconds ago: it tries every five seconds. */
const tries = (ago) => {
  const at = (seconds) => new Date(started - seconds * 1000).toISOString().slice(0, 19).replace("T", " ").replaceAll("-", "/");
  return [
    [ago, `${at(ago)} wait-for 1.1.0: appointments-pg:5432, for at most 1m0s`],
    ...[0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55].map((later) => [ago - later - 0.1, `${at(ago - later)} ${lookup}`]),
    [ago - 60, `${at(ago - 60)} gave up after 1m0s: ${lookup}`],
  ];
};

const database = (name, age) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name, namespace: "clinic", labels: { app: name } },
  spec: {
    serviceName: name,
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          {
            name: "postgres",
            image: "registry.internal/mirror/postgres:15.8",
            ports: [{ name: "postgres", containerPort: 5432 }],
            readinessProbe: { exec: { command: ["pg_isready", "-U", "postgres"] } },
            resources: { requests: { cpu: "250m", memory: "512Mi" } },
          },
        ],
      },
    },
  },
});
const databaseService = (name) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "clinic", labels: { app: name } },
  spec: { selector: { app: name }, ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }] },
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T08:30:00Z",
  age: "229d",
  namespaces: ["clinic"],
  apply: [
    "repo/deploy",
    database("billing-db"),
    databaseService("billing-db"),
    ...neighbour("clinic", "billing", { image: image("billing", "6.4.0") }),
    ...neighbour("clinic", "patient-portal", { image: image("patient-portal", "9.1.3") }),
  ],
  about: {
    "StatefulSet/clinic/appointments-db": {
      age: "9d 3h",
      pods: [
        {
          log: [
            ["9d 3h", "2026-11-08 05:30:41.118 UTC [1] LOG:  database system is ready to accept connections"],
            ["3d", "2026-11-14 08:12:09.402 UTC [4410] ERROR:  duplicate key value violates unique constraint \"bookings_day_start_key\""],
            ["31m 20s", "2026-11-17 07:58:40.220 UTC [27] LOG:  checkpoint complete: wrote 4211 buffers (25.7%)"],
          ],
          events: [
            {
              type: "Warning",
              reason: "Unhealthy",
              from: "postgres",
              message: 'Readiness probe failed: command timed out: "pg_isready -U postgres" timed out after 1s',
              ago: "31m 22s",
            },
          ],
        },
      ],
    },
    "Service/clinic/appointments-db": { age: "9d 3h" },
    "Deployment/clinic/appointments": {
      revisions: [
        {
          ago: "9d 2h",
          change: (template) => (template.spec.containers[0].image = image("appointments", "2.7.0")),
          pods: [
            { log: [["9d 2h", serving("appointments-db:5432")[0]], ["2m", "booked 2026-11-19 09:20"]] },
            { log: [["9d 2h", serving("appointments-db:5432")[0]], ["4m", "booked 2026-12-01 11:00"]] },
          ],
        },
        {
          ago: "40m",
          pods: [
            {
              init: [crashLoop({ exitCode: 1, restarts: 9, ago: 131, ran: 60 })],
              state: waiting({ reason: "PodInitializing" }),
              events: [...startEvents("wait-for-database", image("wait-for", "1.1.0"), "40m")],
              containerLogs: { "wait-for-database": tries(191) },
              previousContainerLogs: { "wait-for-database": tries(551) },
            },
          ],
        },
      ],
    },
    "Deployment/clinic/reminders": {
      age: "118d",
      revisions: [
        {
          ago: "118d",
          change: (template) => (template.spec.initContainers[0].args[1] = "appointments-pg:5432"),
        },
        {
          ago: "9d 3h",
          pods: [
            {
              log: [["9d 3h", "reminders 1.3.2: database appointments-db:5432"], ["1h 30m", "WARN patient 40113 has no address, not reminded"], ["1h 30m", "reminded 88 of 89 patients"]],
              containerLogs: {
                "wait-for-database": [
                  ["9d 3h", "2026/11/08 05:30:52 wait-for 1.1.0: appointments-db:5432, for at most 1m0s"],
                  ["9d 2h 59m 59s", "2026/11/08 05:30:53 connected"],
                ],
              },
            },
          ],
        },
      ],
    },
    "Deployment/clinic/patient-portal": {
      revisions: [
        {
          ago: "44d",
          pods: [
            {
              state: running({ ago: "11d 3h", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "11d 3h" } }),
              log: [["11d 3h", "patient-portal 9.1.3 starting, node v20.18.1"], ["11d 3h", "listening on :8080"]],
              previousLog: [["44d", "patient-portal 9.1.3 starting, node v20.18.1"], ["11d 3h", "Error: session store closed the connection"]],
            },
            { log: ["patient-portal 9.1.3 starting, node v20.18.1", "listening on :8080"] },
          ],
        },
      ],
    },
    "Deployment/clinic/billing": {
      revisions: [{ ago: "12d", pods: [{ log: ["billing 6.4.0 starting, node v20.18.1", "listening on :8080"] }, { log: ["billing 6.4.0 starting, node v20.18.1", "listening on :8080"] }] }],
    },
  },
});
