// Namespace identity forty minutes into the release of sessions.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents, unready } from "../../scripts/draft/draft.mjs";

const image = "registry.internal/acme/sessions:5.0.0";

const before = (template) => {
  template.spec.containers[0].image = "registry.internal/acme/sessions:4.9.2";
};

const old = (signedIn) => ({
  log: [
    ["52d", "sessions 4.9.2 starting, node v20.16.0"],
    ["52d", "routes: /readyz /livez /sessions /sessions/:id"],
    ["52d", "listening on :8080"],
    ["52d", "store: connected to session-store.identity.svc.cluster.local:6379"],
    ["8d", "store: read ECONNRESET"],
    ["7d 23h", "store: connected to session-store.identity.svc.cluster.local:6379"],
    ...signedIn,
  ],
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T08:31:00Z",
  age: "197d",
  namespaces: ["identity"],
  apply: [
    "repo/deploy",
    ...neighbour("identity", "login", { image: "registry.internal/acme/login:8.3.0" }),
    ...neighbour("identity", "accounts", { image: "registry.internal/acme/accounts:12.1.5", memory: "256Mi" }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "session-store", namespace: "identity", labels: { app: "session-store" } },
      spec: {
        replicas: 1,
        serviceName: "session-store",
        selector: { matchLabels: { app: "session-store" } },
        template: {
          metadata: { labels: { app: "session-store" } },
          spec: {
            containers: [
              {
                name: "store",
                image: "registry.internal/base/redis:7.2.5",
                args: ["--save", "", "--maxmemory", "200mb"],
                ports: [{ containerPort: 6379, name: "redis" }],
                readinessProbe: { tcpSocket: { port: "redis" } },
                resources: { limits: { memory: "256Mi" }, requests: { cpu: "100m", memory: "256Mi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "session-store", namespace: "identity", labels: { app: "session-store" } },
      spec: { clusterIP: "None", selector: { app: "session-store" }, ports: [{ name: "redis", port: 6379, targetPort: "redis" }] },
    },
  ],
  about: {
    "Deployment/identity/sessions": {
      revisions: [
        {
          ago: "52d",
          number: 31,
          change: before,
          pods: [
            old([["3m", "POST /sessions 400 (login/8.3.0)"]]),
            old([["17m", "GET /sessions/0f61e1f2-7a53-4f8e-9d6e-2b6a0c1f7a90 404 (accounts/12.1.5)"]]),
            { ...old([["6m", "GET /sessions/3d0b2c5e-90c1-4a52-8f37-d1a9e8c7b615 404 (login/8.3.0)"]]), age: "31d" },
          ].map((pod) => ({ ...pod, log: pod.log.filter(([ago]) => pod.age === undefined || !String(ago).startsWith("52d")) })),
        },
        {
          ago: "42m",
          number: 32,
          pods: [
            {
              state: unready({ message: "Readiness probe failed: HTTP probe failed with statuscode: 404", times: 503 }),
              events: startEvents("sessions", image, "41m 58s", { pulled: "3.207s" }),
              log: [
                ["41m 54s", "sessions 5.0.0 starting, node v20.18.1"],
                ["41m 54s", "routes: /health /health/live /health/ready /livez /sessions /sessions/:id /users/:id/sessions"],
                ["41m 53s", "listening on :8080"],
                ["41m 53s", "store: connected to session-store.identity.svc.cluster.local:6379"],
                ...Array.from({ length: 30 }, (_, index) => [150 - index * 5, "GET /readyz 404 (kube-probe/1.31)"]),
              ],
            },
          ],
        },
      ],
    },
    "Deployment/identity/session-sweeper": {
      revisions: [
        {
          ago: "88d",
          pods: [{ log: [["88d", "session-sweeper 2.2.0 listening on :8080"], ["14m", "ended 212 sessions that nobody used"], ["4m", "ended 187 sessions that nobody used"]] }],
        },
      ],
    },
    "StatefulSet/identity/session-store": {
      age: "197d",
      pods: [{ age: "8d", log: [["8d", "1:M * Ready to accept connections tcp"], ["2h", "1:M # Warning: 32 clients, maxclients 10000"]] }],
    },
    "Deployment/identity/login": {
      revisions: [
        {
          ago: "20d",
          pods: [
            { log: [["20d", "login 8.3.0 listening on :8080"], ["12m", "wrong password three times, locked for 5 min"], ["1m", "signed in, device phone"]] },
            {
              state: running({ ago: "15d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "15d 2s" } }),
              log: [["15d", "login 8.3.0 listening on :8080"], ["2m", "signed in, device browser"]],
              previousLog: [["20d", "login 8.3.0 listening on :8080"], ["15d 3s", "fatal: clock skew of 94 s, tokens cannot be signed"]],
            },
          ],
        },
      ],
    },
    "Deployment/identity/accounts": {
      revisions: [
        {
          ago: "11d",
          pods: [0, 1].map((index) => ({
            log: [["11d", "accounts 12.1.5 listening on :8080"], [`${28 - index}m`, "slow: 1180 ms for GET /accounts"]],
            ...(index === 0 && {
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "accounts",
                  ago: "28m",
                  first: "28m 10s",
                  count: 2,
                },
              ],
            }),
          })),
        },
      ],
    },
  },
});
