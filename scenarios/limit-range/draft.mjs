// The cluster of limit-range: three old pods that run, and a replica set that may make no new one.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running } from "../../scripts/draft/draft.mjs";

const namespace = "imaging";
const old = (minutes) => [
  ["48d 2h", "thumbs 3.3.2 listening on :8080, pictures of up to 45 megapixels"],
  [`${minutes + 30}m`, "IMG_20261.jpg skipped: 60 megapixels, would need 640 MiB"],
  [`${minutes}m`, "IMG_20288.jpg skipped: 60 megapixels, would need 640 MiB"],
  ["48s", "IMG_20291.jpg drawn in 212 ms"],
];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-20T11:12:00Z",
  age: "249d",
  namespaces: [namespace],
  steady: true,
  apply: [
    "repo/deploy",
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "container-limits", namespace, labels: { "managed-by": "platform" } },
      spec: {
        limits: [
          {
            type: "Container",
            default: { memory: "256Mi" },
            defaultRequest: { memory: "128Mi" },
            max: { memory: "768Mi" },
            min: { memory: "16Mi" },
          },
        ],
      },
    },
    ...neighbour(namespace, "faces", { image: "registry.internal/acme/faces:0.31.0", memory: "768Mi" }),
    ...neighbour(namespace, "gallery", { image: "registry.internal/acme/gallery:6.6.1", port: 3000 }),
    ...neighbour(namespace, "upload", { image: "registry.internal/acme/upload:2.9.4", memory: "256Mi" }),
  ],
  about: {
    "Deployment/imaging/thumbs": {
      revisions: [
        {
          ago: "48d 2h",
          number: 11,
          change: ({ spec }) => {
            const [container] = spec.containers;
            container.image = "registry.internal/acme/thumbs:3.3.2";
            container.env[0].value = "45";
            container.resources.limits.memory = "512Mi";
          },
          pods: [4, 9, 17].map((minutes) => ({ log: old(minutes) })),
        },
        {
          ago: "42m",
          number: 12,
          desired: 1,
          pods: [],
          failedCreate: 'pods "{set}-h8kzv" is forbidden: maximum memory usage per Container is 768Mi, but limit is 1Gi',
        },
      ],
    },
    "Deployment/imaging/faces": {
      revisions: [
        {
          ago: "80d",
          pods: [
            {
              state: running({ ago: "13d 5h", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "13d 5h" } }),
              previousLog: [["80d", "faces 0.31.0 listening on :8080"], ["13d 5h 1m", "album 1188: 940 pictures at once"]],
              log: [["13d 5h", "faces 0.31.0 listening on :8080"], ["6m", "album 2190: 41 pictures, 96 faces"]],
            },
            { log: [["80d", "faces 0.31.0 listening on :8080"], ["3m", "album 2193: 12 pictures, 30 faces"]] },
          ],
        },
      ],
    },
    "Deployment/imaging/gallery": {
      revisions: [
        {
          ago: "15d",
          pods: [
            { log: [["15d", "gallery 6.6.1 listening on :3000"], ["17m", "thumbs: 415 for IMG_20288.jpg, showing a grey square"], ["9s", "GET /albums/2193 200 31 ms"]] },
            {
              log: [["15d", "gallery 6.6.1 listening on :3000"], ["9m", "thumbs: 415 for IMG_20288.jpg, showing a grey square"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:3000/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "gallery",
                  ago: "28m",
                  first: "29m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/imaging/upload": {
      revisions: [
        { ago: "34d", number: 5, change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/upload:2.9.3") },
        {
          ago: "51m",
          number: 6,
          scaled: [{ ago: "51m", from: 0, to: 1 }, { ago: "50m", from: 1, to: 2 }],
          pods: [0, 1].map((index) => ({ age: 3059 - index * 50, log: [[3055 - index * 50, "upload 2.9.4 listening on :8080"], [`${80 - index}s`, "IMG_20291.jpg taken, 24.1 megapixels"]] })),
        },
      ],
    },
    "CronJob/imaging/thumbs-sweep": {
      age: "120d",
      jobs: [
        {
          ago: "10h 2m",
          took: 212,
          state: completed({ ran: 209 }),
          log: [["10h 1m", "thumbs-sweep 1.1.0"], ["9h 59m", "error: 3 thumbnails could not be removed: busy"], ["9h 58m", "1204 removed, done"]],
        },
      ],
    },
  },
});
