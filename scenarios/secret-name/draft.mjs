// The cluster of secret-name: one new pod that waits for a Secret, two old ones whose database has been switched off.
import { neighbour } from "../../scripts/draft/background.mjs";
import { cannotCreate, completed, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "logistics";
const secret = (name, keys, labels = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace, ...(Object.keys(labels).length > 0 && { labels }) },
  type: "Opaque",
  // Values are left out of the recording: what is here is no secret.
  data: Object.fromEntries(keys.map((key) => [key, "KHJlZGFjdGVkKQ=="])),
});
const operator = (type) => ({ "app.kubernetes.io/managed-by": "pg-operator", "pg.acme.example/cluster": "dispatch-pg", "pg.acme.example/user": type });
const database = { name: "dispatch-pg", namespace };

draftCluster(import.meta.url, {
  recordedAt: "2026-11-16T09:31:00Z",
  age: "210d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    secret("dispatch-db", ["url"]),
    secret("dispatch-pg-app", ["username", "password", "dbname", "host", "port", "uri"], operator("app")),
    secret("dispatch-pg-superuser", ["username", "password", "host", "port"], operator("superuser")),
    secret("routing-maps", ["api-key"]),
    secret("logistics-tls", ["tls.crt", "tls.key"]),
    ...neighbour(namespace, "courier-app", { image: "registry.internal/acme/courier-app:4.11.0", replicas: 2 }),
    ...neighbour(namespace, "routing", {
      image: "registry.internal/acme/routing:1.19.3",
      env: [{ name: "MAPS_KEY", valueFrom: { secretKeyRef: { name: "routing-maps", key: "api-key" } } }],
      memory: "256Mi",
    }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { ...database, labels: operator("instance") },
      spec: {
        replicas: 1,
        serviceName: "dispatch-pg",
        selector: { matchLabels: { "pg.acme.example/cluster": "dispatch-pg" } },
        template: {
          metadata: { labels: { "pg.acme.example/cluster": "dispatch-pg" } },
          spec: {
            containers: [
              {
                name: "postgres",
                image: "registry.internal/platform/postgres:16.4",
                ports: [{ containerPort: 5432, name: "postgres" }],
                envFrom: [{ secretRef: { name: "dispatch-pg-superuser" } }],
                readinessProbe: { exec: { command: ["pg_isready", "-q"] } },
                resources: { limits: { memory: "1Gi" }, requests: { cpu: "250m", memory: "1Gi" } },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...database, labels: { "pg.acme.example/cluster": "dispatch-pg" } },
      spec: { selector: { "pg.acme.example/cluster": "dispatch-pg" }, ports: [{ name: "postgres", port: 5432, targetPort: "postgres" }] },
    },
  ],
  about: {
    "Deployment/logistics/dispatch": {
      revisions: [
        {
          ago: "37d 4h",
          number: 3,
          desired: 2,
          change: ({ spec }) => {
            const [container] = spec.containers;
            container.image = "registry.internal/acme/dispatch:2.5.2";
            container.env[0].valueFrom.secretKeyRef = { name: "dispatch-db", key: "url" };
          },
          pods: [
            {
              log: [
                ["37d 4h", "dispatch starting, database at db-7.acme.example, radius 15 km"],
                ["37d 4h", "listening on :8080"],
                ["2d 13h", "couriers: connect ETIMEDOUT 10.20.4.7:5432; going on with those of 20:14"],
                ["26m", "assigned order 88214 to courier 417 from the list of Friday"],
                ["3m", "couriers: connect ETIMEDOUT 10.20.4.7:5432; going on with those of Friday"],
              ],
            },
            {
              log: [
                ["37d 4h", "dispatch starting, database at db-7.acme.example, radius 15 km"],
                ["37d 4h", "listening on :8080"],
                ["2d 13h", "couriers: connect ETIMEDOUT 10.20.4.7:5432; going on with those of 20:14"],
                ["4m", "couriers: connect ETIMEDOUT 10.20.4.7:5432; going on with those of Friday"],
              ],
            },
          ],
        },
        {
          ago: "44m",
          number: 4,
          pods: [
            {
              state: cannotCreate({ message: 'secret "dispatch-db-app" not found' }),
              events: [
                {
                  reason: "Pulled",
                  message: 'Container image "registry.internal/acme/dispatch:2.6.0" already present on machine',
                  from: "dispatch",
                  ago: "8s",
                  first: "43m",
                  count: 41,
                },
              ],
            },
          ],
        },
      ],
    },
    "StatefulSet/logistics/dispatch-pg": {
      age: "9d",
      pods: [
        {
          log: [
            ["9d", "database system is ready to accept connections"],
            ["5d", "checkpoint complete: wrote 4121 buffers (25.2%)"],
            ["12m", "FATAL:  password authentication failed for user \"postgres\" (10.244.1.201)"],
            ["2m", "checkpoint complete: wrote 38 buffers (0.2%)"],
          ],
        },
      ],
    },
    "Secret/logistics/dispatch-pg-app": { age: "9d" },
    "Secret/logistics/dispatch-pg-superuser": { age: "9d" },
    "Deployment/logistics/routing": {
      revisions: [
        {
          ago: "61d",
          pods: [
            {
              state: running({ ago: "19d", restarts: 1, last: { exitCode: 143, reason: "Error", ago: "19d" } }),
              previousLog: ["tiles loaded", "SIGTERM received, closing"],
              log: [["19d", "tiles loaded"], ["31s", "route 4.2 km in 9 ms"]],
            },
            {
              log: [["61d", "tiles loaded"], ["12s", "route 1.1 km in 4 ms"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "routing",
                  ago: "27m",
                  first: "28m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/logistics/courier-app": {
      revisions: [
        { ago: "12d", number: 8, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/courier-app:4.10.2") },
        {
          ago: "52m",
          number: 9,
          pods: ["52m", "51m"].map((age) => ({
            age,
            events: startEvents("courier-app", "registry.internal/acme/courier-app:4.11.0", age, { pulled: "3.114s" }),
            log: [[age, "courier-app 4.11.0, listening on :8080"], ["2m", "POST /positions 204 3ms"]],
          })),
        },
      ],
    },
    "CronJob/logistics/dispatch-cleanup": {
      jobs: [
        {
          ago: "7h 51m",
          state: completed({ ran: 41 }),
          log: [["7h 51m", "ERROR: canceling statement due to lock timeout; trying again"], ["7h 50m", "removed 18221 assignments"]],
        },
      ],
    },
  },
});
