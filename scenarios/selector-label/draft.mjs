// What runs in namespace logistics: the tracker after its release, its neighbours, and the platform's gateway and policies.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const image = "registry.internal/acme/tracker:2.6.0";

/** The template as it was before the tiers got the platform's names. */
const before = (tier) => (template) => {
  template.metadata.labels.tier = tier;
  template.spec.containers[0].image = "registry.internal/acme/tracker:2.5.1";
};

const webLog = (start) => [
  [start, "tracker 2.6.0 (web) starting, node v20.18.1"],
  [start, "listening on :8080"],
];

const policies = [
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "platform-core", namespace: "logistics", labels: { "managed-by": "platform" } },
    spec: {
      podSelector: { matchLabels: { tier: "core" } },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: {} }] }],
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "platform-edge", namespace: "logistics", labels: { "managed-by": "platform" } },
    spec: {
      podSelector: { matchLabels: { tier: "edge" } },
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ podSelector: {} }, { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "gateway" } } }] },
      ],
    },
  },
];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T10:24:00Z",
  age: "212d",
  namespaces: ["logistics", "gateway"],
  apply: [
    "repo/deploy",
    ...policies,
    ...neighbour("logistics", "labels", { image: "registry.internal/acme/labels:1.11.0" }),
    ...neighbour("logistics", "depots", { image: "registry.internal/acme/depots:3.0.4", replicas: 1 }),
    ...neighbour("logistics", "routes", { image: "registry.internal/acme/routes:2.2.1", memory: "256Mi" }),
    ...neighbour("gateway", "gateway", { image: "registry.internal/acme/gateway:5.4.0" }),
  ],
  about: {
    "Deployment/logistics/tracker-web": {
      revisions: [
        { ago: "44d", number: 6, change: before("public") },
        {
          ago: "38m",
          number: 7,
          pods: [
            { log: webLog("37m 55s"), events: startEvents("tracker", image, "37m 59s", { pulled: "2.114s" }) },
            { age: "37m 40s", log: webLog("37m 36s"), events: startEvents("tracker", image, "37m 40s") },
          ],
        },
      ],
    },
    "Deployment/logistics/tracker-scans": {
      revisions: [
        { ago: "44d", number: 4, change: before("internal") },
        {
          ago: "38m",
          number: 5,
          pods: [
            {
              events: startEvents("tracker", image, "37m 59s"),
              log: [
                ["37m 56s", "tracker 2.6.0 (scans) starting, node v20.18.1"],
                ["37m 55s", "listening on :9102"],
                ["31m 2s", "queue: 412 scans taken, 0 refused"],
                ["16m 1s", "queue: 398 scans taken, 1 refused"],
                ["62s", "queue: 371 scans taken, 0 refused"],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/logistics/labels": {
      revisions: [
        {
          ago: "58d",
          pods: [
            { log: [["58d", "labels 1.11.0 listening on :8080"], ["9m", "printed 118 labels in 2.1 s"], ["40s", "printed 97 labels in 1.8 s"]] },
            {
              state: running({ ago: "23d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "23d 1s" } }),
              log: [["23d", "labels 1.11.0 listening on :8080"], ["4m", "printed 131 labels in 2.4 s"]],
              previousLog: [["58d", "labels 1.11.0 listening on :8080"], ["23d 2s", "printer spool: disk quota exceeded"], ["23d 1s", "fatal: spool is full, exiting"]],
            },
          ],
        },
      ],
    },
    "Deployment/logistics/depots": {
      revisions: [
        {
          ago: "19d",
          pods: [
            {
              log: [["19d", "depots 3.0.4 listening on :8080"], ["22m", "slow query: depots by postcode took 1.4 s"], ["2m", "GET /depots/jena 200"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "depots",
                  ago: "22m",
                  first: "23m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/logistics/routes": {
      revisions: [{ ago: "26d", pods: [0, 1].map(() => ({ log: [["26d", "routes 2.2.1 listening on :8080"], ["11m", "planned 64 stops in 310 ms"], ["2m", "planned 71 stops in 344 ms"]] })) }],
    },
    "Deployment/gateway/gateway": {
      age: "90d",
      revisions: [
        {
          ago: "33d",
          pods: [0, 1].map((index) => ({
            log: [
              ["33d", "gateway 5.4.0 listening on :8080"],
              [`${41 - index}m`, "GET /t/P-44871 200 tracker.logistics 12 ms"],
              [`${36 - index}m`, "GET /t/P-44902 502 tracker.logistics: connect ECONNREFUSED"],
              [`${24 - index}m`, "GET /t/P-45117 502 tracker.logistics: connect ECONNREFUSED"],
              [`${9 - index}m`, "GET /l/P-45230.pdf 200 labels.logistics 88 ms"],
              [`${3 - index}m`, "GET /t/P-45301 502 tracker.logistics: connect ECONNREFUSED"],
            ],
          })),
        },
      ],
    },
  },
});
