// Namespace maps half an hour into the release of geocoder 3.0.0.
import { defaultNodes, neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, livenessLoop, running, startEvents } from "../../scripts/draft/draft.mjs";

const image = "registry.internal/acme/geocoder:3.0.0";

const before = (template) => {
  const { initContainers, containers } = template.spec;
  initContainers[0].args[0] = "places-europe-2026-05.tsv";
  containers[0].image = "registry.internal/acme/geocoder:2.9.4";
  containers[0].resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } };
};

/** A run that began `ago` seconds ago and was ended after 31. */
const run = (ago) => [
  [ago, "geocoder 3.0.0 starting, node v20.18.1"],
  [ago, "index: reading /data/places.tsv, 38.4 million places, takes about 66 s"],
  [ago - 7, "index: 10 % after 7 s"],
  [ago - 13, "index: 20 % after 13 s"],
  [ago - 20, "index: 30 % after 20 s"],
  [ago - 27, "index: 40 % after 27 s"],
  [ago - 31, "SIGTERM before the index was read, giving up"],
];

const old = (age, requests) => ({
  age,
  log: [
    [age, "geocoder 2.9.4 starting, node v20.16.0"],
    [age, "index: reading /data/places.tsv, 5.2 million places, takes about 9 s"],
    [age, "index: 50 % after 4 s"],
    [age, "index: 5204117 places read in 9 s"],
    [age, "listening on :8080"],
    ...requests,
  ],
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-20T13:12:00Z",
  age: "201d",
  namespaces: ["maps"],
  nodes: defaultNodes.map((node) => ({ ...node, memoryKi: node.memoryKi * 2 })),
  apply: [
    "repo/deploy",
    ...neighbour("maps", "tiles", { image: "registry.internal/acme/tiles:9.2.0", memory: "512Mi" }),
    ...neighbour("maps", "routing", { image: "registry.internal/acme/routing:4.4.1", memory: "768Mi" }),
    ...neighbour("maps", "couriers", { image: "registry.internal/acme/couriers:2.0.9", replicas: 1 }),
  ],
  about: {
    "Deployment/maps/geocoder": {
      revisions: [
        { ago: "33d", number: 12, change: before, pods: [old("33d", [["7m", "slow: 214 ms for q=sa"]]), old("30d", [["19m", "slow: 188 ms for q=st"]])] },
        {
          ago: "34m",
          number: 13,
          pods: [
            {
              state: livenessLoop({
                message: 'Liveness probe failed: Get "http://{ip}:8080/healthz": dial tcp {ip}:8080: connect: connection refused',
                restarts: 9,
                ago: 220,
                ran: 31,
                exitCode: 143,
              }),
              init: [completed({ ago: 2019, ran: 19 })],
              events: [
                ...startEvents("fetch-index", "registry.internal/acme/fetch:2.1.0", "33m 59s"),
                { type: "Normal", reason: "Pulled", message: `Container image "${image}" already present on machine`, from: "geocoder", ago: 251, first: "33m 38s", count: 10 },
                { type: "Normal", reason: "Created", message: "Created container geocoder", from: "geocoder", ago: 251, first: "33m 38s", count: 10 },
                { type: "Normal", reason: "Started", message: "Started container geocoder", from: "geocoder", ago: 251, first: "33m 38s", count: 10 },
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": dial tcp {ip}:8080: connect: connection refused',
                  from: "geocoder",
                  ago: 222,
                  first: "33m 34s",
                  count: 58,
                },
              ],
              log: run(251),
              previousLog: run(582),
            },
          ],
        },
      ],
    },
    "Deployment/maps/reverse": {
      revisions: [
        {
          ago: "61d",
          pods: [{ log: [["61d", "reverse 1.7.2: 812 regions read in 3 s"], ["61d", "listening on :8080"], ["16m", "no region at 0.00 0.00"], ["3m", "no region at 0.00 0.00"]] }],
        },
      ],
    },
    "Deployment/maps/tiles": {
      revisions: [
        {
          ago: "18d",
          pods: [
            { log: [["18d", "tiles 9.2.0 listening on :8080"], ["2m", "cache: 91 % of 40218 tiles in the last 10 min"]] },
            {
              state: running({ ago: "12d", restarts: 1, last: { exitCode: 137, reason: "Error", ago: "12d 2s" } }),
              log: [["12d", "tiles 9.2.0 listening on :8080"], ["2m", "cache: 90 % of 39877 tiles in the last 10 min"]],
              previousLog: [["18d", "tiles 9.2.0 listening on :8080"], ["12d 40s", "cache: rebuilding 1.2 million tiles"]],
            },
          ],
        },
      ],
    },
    "Deployment/maps/routing": {
      revisions: [
        {
          ago: "44d",
          pods: [0, 1].map((index) => ({
            log: [["44d", "routing 4.4.1 listening on :8080"], [`${21 - index}m`, "long way round: 9 candidates dropped"]],
            ...(index === 1 && {
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Liveness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "routing",
                  ago: "21m",
                  first: "21m 20s",
                  count: 2,
                },
              ],
            }),
          })),
        },
      ],
    },
    "Deployment/maps/couriers": { revisions: [{ ago: "9d", pods: [{ log: [["9d", "couriers 2.0.9 listening on :8080"], ["5m", "41 couriers on their way"]] }] }] },
  },
});
