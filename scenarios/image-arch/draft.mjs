// Namespace studio after the release of renderer, on nodes of which those that take pods are arm64.
import { defaultNodes, neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, imagePull, running } from "../../scripts/draft/draft.mjs";

const old = "registry.internal/acme/renderer:2.3.2-arm64";
const digest = "sha256:8d21c94b7f0e63a5d4c1b2987e6f50a3d9c8b7161524f3e2d1c0ba9f8e7d6c5b";

const before = (template) => {
  template.spec.containers[0].image = old;
};

const [controlPlane] = defaultNodes;
const worker = (name, more) => ({ name, cpu: 8, memoryKi: 32_505_852, arch: "arm64", ...more });

const renders = (age, lines) => ({
  age,
  log: [[age, "renderer 2.3.2 on linux/arm64, node v20.17.0"], [age, "listening on :8080"], ...lines],
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T11:20:00Z",
  age: "188d",
  namespaces: ["studio"],
  nodes: [
    controlPlane,
    worker("arm-1", { images: [old, "registry.internal/acme/assets:6.1.0", "registry.internal/acme/fonts:1.2.0"] }),
    worker("arm-2", { images: [old, "registry.internal/acme/designs:9.0.2"] }),
    {
      name: "build-1",
      cpu: 16,
      memoryKi: 65_011_708,
      labels: { "acme.example/pool": "build" },
      taints: [{ effect: "NoSchedule", key: "acme.example/pool", value: "build" }],
    },
  ],
  apply: [
    "repo/deploy",
    ...neighbour("studio", "assets", { image: "registry.internal/acme/assets:6.1.0", memory: "256Mi" }),
    ...neighbour("studio", "designs", { image: "registry.internal/acme/designs:9.0.2", memory: "192Mi" }),
    ...neighbour("studio", "comments", { image: "registry.internal/acme/comments:1.0.14", replicas: 1 }),
  ],
  about: {
    "Deployment/studio/renderer": {
      revisions: [
        {
          ago: "47d",
          number: 9,
          change: before,
          pods: [
            renders("47d", [["12m", "preview of 8120 characters in 14 ms"], ["50s", "preview of 2211 characters in 6 ms"]]),
            renders("47d", [["9m", "preview of 40221 characters in 71 ms"], ["2m", "preview of 917 characters in 3 ms"]]),
            renders("20d", [["4m", "preview of 5512 characters in 9 ms"]]),
          ],
        },
        {
          ago: "47m",
          number: 10,
          pods: [
            {
              state: imagePull({
                why: `rpc error: code = NotFound desc = failed to pull and unpack image "registry.internal/acme/renderer:2.4.0-amd64": no match for platform in manifest ${digest}: not found`,
              }),
            },
          ],
        },
      ],
    },
    "CronJob/studio/fonts": {
      jobs: [
        {
          ago: "8h 40m",
          state: completed({ ago: 31_130, ran: 68 }),
          log: [["8h 39m 50s", "fonts 1.2.0 on linux/arm64"], ["8h 39m 10s", "warning: 2 fonts failed their checksum, fetched again"], ["8h 38m 50s", "214 fonts, 1 new"]],
        },
      ],
    },
    "Deployment/studio/assets": {
      revisions: [
        {
          ago: "15d",
          pods: [
            { log: [["15d", "assets 6.1.0 listening on :8080"], ["3m", "GET /a/91f2.png 200"]] },
            {
              state: running({ ago: "13d", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "13d 2s" } }),
              log: [["13d", "assets 6.1.0 listening on :8080"], ["1m", "GET /a/07ac.png 200"]],
              previousLog: [["15d", "assets 6.1.0 listening on :8080"], ["13d 3s", "thumbnail of 14002 x 9100 pixels"]],
            },
          ],
        },
      ],
    },
    "Deployment/studio/designs": {
      revisions: [
        {
          ago: "73d",
          pods: [0, 1].map((index) => ({
            log: [["73d", "designs 9.0.2 listening on :8080"], [`${6 - index}m`, "saved design d-44120"]],
            ...(index === 1 && {
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "designs",
                  ago: "33m",
                  first: "33m 10s",
                  count: 2,
                },
              ],
            }),
          })),
        },
      ],
    },
    "Deployment/studio/comments": { revisions: [{ ago: "64d", pods: [{ log: [["64d", "comments 1.0.14 listening on :8080"], ["17m", "spam: 3 comments held back"]] }] }] },
  },
});
