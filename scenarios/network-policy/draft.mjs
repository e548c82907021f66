// The cluster of this scenario: see scripts/draft/draft.mjs.
import { completed, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";

const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const serving = (name, version, lines = []) => [`${name} ${version} starting, node v20.18.1`, "listening on :8080", ...lines];

const [web, webService] = neighbour("booking", "booking-web", {
  image: image("booking-web", "5.0.0"),
  memory: "256Mi",
  env: [
    { name: "SEATMAP_URL", value: "http://seatmap.booking.svc.cluster.local" },
    { name: "SEATMAP_TIMEOUT_MS", value: "3000" },
  ],
});
web.spec.template.metadata.labels.team = "storefront";

const venues = ["olympia", "kleine-halle", "olympia", "olympia", "kleine-halle"];
const timeouts = (from) => [
  ["49m 30s", "booking-web 5.0.0 starting, node v20.18.1"],
  ["49m 29s", "listening on :8080"],
  ...[2800, 2341, 1517, 1102, 730, 455, 301, 178, 64, 21].map((ago, at) => [
    ago - from,
    `GET http://seatmap.booking.svc.cluster.local/v1/plans/${venues[at % venues.length]}: timed out after 3000 ms; page of the event answered 504`,
  ]),
];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T18:20:00Z",
  age: "240d",
  namespaces: ["booking", "monitoring"],
  apply: [
    "repo/deploy",
    web,
    webService,
    ...neighbour("booking", "orders", { image: image("orders", "7.12.4") }),
    ...neighbour("booking", "mailer", { image: image("mailer", "1.9.0"), replicas: 1, memory: "96Mi" }),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "orders", namespace: "booking", labels: { app: "orders" } },
      spec: {
        podSelector: { matchLabels: { app: "orders" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [{ podSelector: { matchLabels: { team: "storefront" } } }, { podSelector: { matchLabels: { app: "mailer" } } }],
            ports: [{ protocol: "TCP", port: 8080 }],
          },
        ],
      },
    },
    ...neighbour("monitoring", "prometheus", { image: "registry.internal/mirror/prometheus:v2.54.1", port: 9090, replicas: 1, memory: "1Gi" }),
  ],
  about: {
    "Deployment/booking/seatmap": {
      revisions: [
        { ago: "48d 3h", change: (template) => (template.spec.containers[0].image = image("seatmap", "2.2.0")) },
        {
          ago: "6d 1h",
          pods: [0, 1].map((at) => ({
            log: [
              ["6d 1h", "seatmap 2.3.0 starting, node v20.18.1"],
              ["6d 59m 58s", "listening on :8080"],
              ["6d 59m 58s", "metrics on :9100"],
              ["55m 12s", `GET /v1/plans/olympia 200`],
              ["54m 40s", at === 0 ? "POST /v1/holds 201" : "GET /v1/plans/kleine-halle 200"],
              ["53m 31s", at === 0 ? "GET /v1/plans/olympia 200" : "POST /v1/holds 409"],
              ["51m 2s", at === 0 ? "DELETE /v1/holds/0a1f6a3c-51d7-4c9e-9c55-f3b0c2b1e7aa 204" : "GET /v1/plans/olympia 200"],
            ],
          })),
        },
      ],
    },
    "CronJob/booking/plan-import": {
      age: "131d",
      jobs: [
        {
          ago: "14h 40m",
          log: [
            ["14h 39m 50s", "plan-import 1.4.1: 34 venues"],
            ["14h 39m 41s", "WARN venue 88 has no rows; its old plan is kept"],
            ["14h 39m 38s", "33 plans imported, 1 kept, 0 failed"],
          ],
          state: completed({ ago: "14h 39m", ran: 20 }),
        },
      ],
    },
    "NetworkPolicy/booking/seatmap": { age: "201d" },
    "NetworkPolicy/booking/orders": { age: "96d" },
    "Deployment/booking/booking-web": {
      age: "50m",
      revisions: [
        {
          ago: "50m",
          pods: [
            { log: timeouts(0), events: startEvents("booking-web", image("booking-web", "5.0.0"), "49m 50s", { pulled: "2.318s" }) },
            { log: timeouts(13), events: startEvents("booking-web", image("booking-web", "5.0.0"), "49m 49s") },
          ],
        },
      ],
    },
    "Service/booking/booking-web": { age: "50m" },
    "Deployment/booking/orders": {
      age: "180d",
      revisions: [
        {
          ago: "23d",
          pods: [
            {
              state: running({ ago: "9d 4h", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "9d 4h" } }),
              log: [
                ["9d 4h", "orders 7.12.4 starting, node v20.18.1"],
                ["9d 4h", "listening on :8080"],
                ["4m", "order 88213: paid"],
              ],
              previousLog: [
                ["9d 4h", "orders 7.12.4: the ledger closed the connection, ending"],
              ],
            },
            { log: serving("orders", "7.12.4", ["order 88190: paid", "order 88201: waits for its seats for 41 minutes, given up"]) },
          ],
        },
      ],
    },
    "Deployment/booking/mailer": {
      age: "210d",
      revisions: [
        {
          ago: "30d",
          pods: [
            {
              log: serving("mailer", "1.9.0", ["sent 12 tickets", "sent 3 tickets"]),
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  from: "mailer",
                  message:
                    'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  ago: "31m",
                  first: "33m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/monitoring/prometheus": {
      revisions: [
        {
          ago: "77d",
          pods: [{ log: ['ts=2026-11-17T18:00:01.201Z caller=head.go:1350 level=info component=tsdb msg="Head GC completed" duration=7.1ms'] }],
        },
      ],
    },
  },
});
