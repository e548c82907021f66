// The cluster of memory-leak: tracking runs and is ready at the moment; every few hours a pod has grown to its limit and is killed.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "parcels";
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const hours = (count) => Math.round(count * 3600);

/** What the service says every ten minutes: watchers and memory since its start, some of it left out. `from` and `to` in hours ago. */
function growth(from, to) {
  const lines = [[hours(from), "tracking on 0.0.0.0:8080"]];
  for (let at = 1 / 6; from - at > to; at += 1 / 6) {
    const watchers = Math.round(180 + at * 5480 + 40 * Math.sin(at * 9));
    const heap = Math.round(11 + watchers * 0.0062);
    lines.push([hours(from - at), `${watchers} watchers of ${Math.round(watchers * 0.81)} parcels, rss ${heap + 61} MiB, heap ${heap} MiB`]);
  }
  return lines;
}

const killed = (restarts, ago) => running({ ago: hours(ago), restarts, last: { exitCode: 137, reason: "OOMKilled", startedAgo: hours(ago + 5.2), ago: hours(ago) + 2 } });

draftCluster(import.meta.url, {
  recordedAt: "2026-11-20T14:05:00Z",
  age: "239d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "edge-proxy", { image: image("edge-proxy", "2.14.0"), replicas: 2, env: [{ name: "TRACKING_URL", value: "http://tracking.parcels.svc.cluster.local" }] }),
    ...neighbour(namespace, "scan-intake", { image: image("scan-intake", "6.0.3"), replicas: 2, env: [{ name: "TRACKING_URL", value: "http://tracking.parcels.svc.cluster.local" }] }),
    ...neighbour(namespace, "labels", { image: image("labels", "1.9.1"), replicas: 1, memory: "256Mi" }),
  ],
  about: {
    "PodDisruptionBudget/parcels/tracking": { status: { currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1, expectedPods: 2, observedGeneration: 1 } },
    "Deployment/parcels/tracking": {
      age: "239d",
      revisions: [
        { ago: "98d", number: 14, change: (template) => { template.spec.containers[0].image = image("tracking", "3.3.0"); delete template.spec.containers[0].env; } },
        {
          ago: "4d 6h",
          number: 15,
          pods: [
            {
              state: killed(19, 4.2),
              previousLog: growth(9.5, 4.21),
              log: growth(4.2, 0.02),
              events: [],
            },
            {
              state: killed(18, 0.6),
              previousLog: growth(5.8, 0.61),
              log: growth(0.6, 0.02),
              events: [
                ...startEvents("tracking", image("tracking", "3.4.0"), hours(0.6)),
                { type: "Warning", reason: "Unhealthy", from: "tracking", ago: hours(0.6) + 20, message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/parcels/edge-proxy": {
      age: "30d",
      revisions: [
        {
          ago: "9d",
          pods: [
            { log: [["9d", "edge-proxy 2.14.0, 2 workers"], ["4h 12m", "upstream tracking: connection reset, 118 streams closed"], ["37m", "upstream tracking: connection reset, 131 streams closed"], ["10m", "open streams to tracking: 243"]] },
            { log: [["9d", "edge-proxy 2.14.0, 2 workers"], ["36m", "upstream tracking: connection reset, 97 streams closed"], ["10m", "open streams to tracking: 219"]],
              events: [{ type: "Warning", reason: "Unhealthy", from: "edge-proxy", ago: "35m", message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' }],
            },
          ],
        },
      ],
    },
    "Deployment/parcels/scan-intake": {
      age: "200d",
      revisions: [
        {
          ago: "21d",
          pods: [
            {
              log: [["21d", "scan-intake 6.0.3"], ["5h 2m", "handheld 4411: 212 scans at once after a night without network"], ["5h 1m", "all delivered"]],
              events: [{ type: "Warning", reason: "Unhealthy", from: "scan-intake", ago: "41m", message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' }],
            },
            { log: [["21d", "scan-intake 6.0.3"], ["2m", "1840 scans in the last hour"]] },
          ],
        },
      ],
    },
    "Deployment/parcels/labels": {
      age: "150d",
      revisions: [
        {
          ago: "40d",
          pods: [
            {
              state: running({ ago: "21d", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "21d" } }),
              previousLog: [["21d", "batch of 9000 labels begun"]],
              log: [["20d 23h", "labels 1.9.1, batches are now split"], ["33m", "batch of 420 labels done"]],
            },
          ],
        },
      ],
    },
  },
});
