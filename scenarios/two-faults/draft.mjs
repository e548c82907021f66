// The cluster of two-faults: appointments is healthy and cannot be reached, the new reminders cannot be pulled.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, imagePull, running } from "../../scripts/draft/draft.mjs";

const namespace = "clinic";

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T15:46:00Z",
  age: "166d",
  namespaces: [namespace],
  steady: true,
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "patients", { image: "registry.internal/acme/patients:3.3.0", memory: "256Mi" }),
    ...neighbour(namespace, "portal", {
      image: "registry.internal/acme/portal:14.2.1",
      port: 3000,
      env: [{ name: "APPOINTMENTS_URL", value: "http://appointments" }],
    }),
    ...neighbour(namespace, "letters", { image: "registry.internal/acme/letters:0.12.0", replicas: 1 }),
  ],
  about: {
    "Deployment/clinic/appointments": {
      revisions: [
        { ago: "41d", number: 8, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/appointments:6.0.2") },
        {
          ago: "1h 48m",
          number: 9,
          pods: [0, 1, 2].map((index) => ({
            age: 6480 - index * 9,
            log: [[6476 - index * 9, "appointments 6.1.0 listening on :8080"]],
          })),
        },
      ],
    },
    "CronJob/clinic/slots-import": {
      age: "41d",
      jobs: [
        {
          ago: "12h 6m",
          state: completed({ ran: 71 }),
          took: 73,
          log: [["12h 5m", "slots-import 1.0.9"], ["12h 5m", "error: practice 14 does not answer, left out"], ["12h 4m", "2210 slots imported, done"]],
        },
      ],
    },
    "Deployment/clinic/reminders": {
      age: "87d",
      revisions: [
        {
          ago: "87d",
          number: 1,
          desired: 2,
          change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/reminders:2.7.3"),
          pods: [
            { log: [["87d", "reminders 2.7.3 listening on :8080"], ["5h", "118 reminders sent"], ["6m", "2 reminders sent"]] },
            { log: [["87d", "reminders 2.7.3 listening on :8080"], ["5h", "104 reminders sent"], ["21m", "1 reminder sent"]] },
          ],
        },
        {
          ago: "1h 48m",
          number: 2,
          pods: [
            {
              state: imagePull({
                why: 'rpc error: code = NotFound desc = failed to pull and unpack image "registry.internal/acme/reminders:v2.8.0": failed to resolve reference "registry.internal/acme/reminders:v2.8.0": registry.internal/acme/reminders:v2.8.0: not found',
              }),
            },
          ],
        },
      ],
    },
    "Deployment/clinic/portal": {
      revisions: [
        {
          ago: "9d",
          pods: [
            {
              log: [["9d", "portal 14.2.1 listening on :3000"], ["1h 47m", "GET /book 503 appointments: connect ECONNREFUSED"], ["18m", "GET /book 503 appointments: connect ECONNREFUSED"], ["40s", "GET /book 503 appointments: connect ECONNREFUSED"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:3000/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "portal",
                  ago: "37m",
                  first: "38m",
                  count: 2,
                },
              ],
            },
            { log: [["9d", "portal 14.2.1 listening on :3000"], ["25m", "GET /letters 200 31 ms"], ["70s", "POST /book 503 appointments: connect ECONNREFUSED"]] },
          ],
        },
      ],
    },
    "Deployment/clinic/patients": {
      revisions: [
        {
          ago: "52d",
          pods: [
            {
              state: running({ ago: "19d", restarts: 2, last: { exitCode: 1, reason: "Error", ago: "19d 1s" } }),
              previousLog: [["19d 5m", "patients 3.3.0 listening on :8080"], ["19d 2s", "fatal: database closed the connection, exiting"]],
              log: [["19d", "patients 3.3.0 listening on :8080"], ["50s", "GET /appointments?day=tomorrow 200 14 ms"]],
            },
            { log: [["52d", "patients 3.3.0 listening on :8080"], ["2m", "GET /appointments?day=tomorrow 200 12 ms"]] },
          ],
        },
      ],
    },
    "Deployment/clinic/letters": { revisions: [{ ago: "30d", pods: [{ log: [["30d", "letters 0.12.0 listening on :8080"], ["25m", "letter 8812 printed"]] }] }] },
  },
});
