// The cluster of control-rollout: a release is under way and goes well, however loud its events are.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents, unready } from "../../scripts/draft/draft.mjs";

const namespace = "press";
const image = "registry.internal/acme/feed:4.0.0";
const notReady = "Readiness probe failed: HTTP probe failed with statuscode: 503";

const fresh = (age, seconds) => [
  [`${age - 3}s`, "feed 4.0.0 starting, half-life 9 h"],
  [`${age - 3}s`, "listening on :8080"],
  ...[12, 24, 36, 48]
    .filter((hour) => hour < seconds)
    .map((hour) => [`${age - 3 - hour}s`, `archive: ${hour} of 48 hours, ${hour * 31} articles`]),
  ...(seconds >= 48 ? [[`${age - 52}s`, "ready, 1488 articles"]] : []),
];
const old = (minutes) => [
  ["33d 2h", "feed 3.9.0 starting, 3 steps"],
  ["33d 2h", "ready, 1502 articles"],
  [`${minutes}m`, "GET /front 200 6 ms"],
  ["20s", "GET /front 200 5 ms"],
];
const stopped = (ago, closing) => [
  { type: "Normal", reason: "Killing", message: "Stopping container feed", from: "feed", ago },
  ...(closing
    ? [{ type: "Warning", reason: "Unhealthy", message: `Readiness probe failed: Get "http://${closing}:8080/readyz": dial tcp ${closing}:8080: connect: connection refused`, from: "feed", ago: ago - 2 }]
    : []),
];
const warming = (age, times) => ({ type: "Warning", reason: "Unhealthy", message: notReady, from: "feed", ago: age - 50, first: age - 6, count: times });

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T13:20:00Z",
  age: "301d",
  namespaces: [namespace],
  steady: true,
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "archive", { image: "registry.internal/acme/archive:2.31.0", memory: "512Mi" }),
    ...neighbour(namespace, "images", { image: "registry.internal/acme/images:1.8.4", memory: "256Mi" }),
    ...neighbour(namespace, "pages", { image: "registry.internal/acme/pages:12.4.0", port: 3000 }),
  ],
  about: {
    "ConfigMap/press/feed-config-6": { age: "64d" },
    "ConfigMap/press/feed-config-7": { age: "161s" },
    "CronJob/press/feed-digest": {
      age: "33d",
      jobs: [
        {
          ago: "8h 20m",
          state: completed({ ran: 34 }),
          log: [["8h 19m", "feed-digest 1.2.0"], ["8h 19m", "mail to 3 of 8812 readers failed: 550 no such user"], ["8h 19m", "8809 sent, done"]],
        },
      ],
    },
    "Deployment/press/feed": {
      revisions: [
        {
          ago: "33d 2h",
          number: 21,
          desired: 2,
          change: ({ spec }) => {
            spec.containers[0].image = "registry.internal/acme/feed:3.9.0";
            spec.volumes[0].configMap.name = "feed-config-6";
          },
          pods: [{ log: old(4) }, { log: old(3) }],
          scaled: [
            { ago: 110, from: 4, to: 3 },
            { ago: 28, from: 3, to: 2 },
          ],
          gone: [stopped(110, "10.244.2.88"), stopped(28)],
        },
        {
          ago: "170s",
          number: 22,
          scaled: [
            { ago: 170, from: 0, to: 1 },
            { ago: 109, from: 1, to: 2 },
            { ago: 28, from: 2, to: 3 },
          ],
          pods: [
            {
              age: 169,
              readyAgo: 111,
              state: running({ ago: 163 }),
              log: fresh(163, 48),
              events: [
                {
                  type: "Warning",
                  reason: "FailedMount",
                  message: 'MountVolume.SetUp failed for volume "weights" : configmap "feed-config-7" not found',
                  ago: 167,
                  first: 169,
                  count: 3,
                },
                ...startEvents("feed", image, 163, { pulled: "2.412s" }),
                warming(163, 9),
              ],
            },
            { age: 109, readyAgo: 55, log: fresh(107, 48), events: [...startEvents("feed", image, 108, { pulled: "2.207s" }), warming(107, 9)] },
            {
              age: 28,
              readyAgo: 26,
              state: unready({ message: notReady, ago: 25, times: 4 }),
              log: fresh(28, 13),
              events: startEvents("feed", image, 28),
            },
          ],
        },
      ],
    },
    "Deployment/press/archive": {
      revisions: [
        {
          ago: "18d",
          pods: [0, 1].map((index) => ({ log: [["18d", "archive 2.31.0 listening on :8080"], [`${140 - index * 8}s`, "GET /hours/11 200 910 ms"], [`${21 - index}s`, "GET /hours/4 200 880 ms"]] })),
        },
      ],
    },
    "Deployment/press/images": {
      revisions: [
        {
          ago: "47d",
          pods: [
            { log: [["47d", "images 1.8.4 listening on :8080"], ["31s", "resized 12 images in 410 ms"]] },
            {
              state: running({ ago: "9d 1h", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "9d 1h" } }),
              previousLog: [["47d", "images 1.8.4 listening on :8080"], ["9d 1h 2m", "fatal: bucket answered 500 three times, exiting"]],
              log: [["9d 1h", "images 1.8.4 listening on :8080"], ["12s", "resized 9 images in 300 ms"]],
            },
          ],
        },
      ],
    },
    "Deployment/press/pages": {
      revisions: [
        { ago: "5d", pods: [0, 1].map((index) => ({ log: [["5d", "pages 12.4.0 listening on :3000"], [`${109 - index}s`, "feed: socket hang up, asked again, 200"], ["5s", "GET / 200 21 ms"]] })) },
      ],
    },
  },
});
