// The cluster of retry-storm: the catalog sheds what queue asks of it again and again; one of its pods is not ready for that.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, startEvents, unready } from "../../scripts/draft/draft.mjs";

const namespace = "media";
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const catalogUrl = { name: "CATALOG_URL", value: "http://catalog.media.svc.cluster.local" };

const reindex = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "catalog-reindex", namespace },
  spec: {
    schedule: "0 4 * * *",
    concurrencyPolicy: "Forbid",
    jobTemplate: {
      spec: {
        template: {
          metadata: { labels: { app: "catalog-reindex" } },
          spec: {
            restartPolicy: "Never",
            containers: [{ name: "reindex", image: image("catalog-tools", "12.1.0"), resources: { limits: { memory: "256Mi" }, requests: { cpu: "100m", memory: "128Mi" } } }],
          },
        },
      },
    },
  },
};

const fine = (ago, tracks, ms) => [ago, `GET /queue?tracks=${tracks} 200 ${ms} ms`];
const failed = (ago, tracks, ms, attempt) => [ago, `GET /queue?tracks=${tracks} 503 ${ms} ms: catalog answered 503, attempt ${attempt}`];
const started = (ago) => [ago, "queue on 0.0.0.0:8080, catalog at http://catalog.media.svc.cluster.local"];
const load = (ago, asked, shed) => [ago, `load: ${asked} requests in the last second, ${shed} shed with 503`];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-21T20:32:00Z",
  age: "169d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "catalog", { image: image("catalog", "12.1.0"), replicas: 3, memory: "512Mi" }),
    ...neighbour(namespace, "rooms", { image: image("rooms", "3.3.0"), env: [{ name: "QUEUE_URL", value: "http://queue.media.svc.cluster.local" }] }),
    ...neighbour(namespace, "artwork", { image: image("artwork", "2.0.5"), replicas: 1, env: [catalogUrl] }),
    reindex,
  ],
  about: {
    "Deployment/media/queue": {
      age: "169d",
      revisions: [
        { ago: "37d", number: 8, change: (template) => (template.spec.containers[0].image = image("queue", "0.13.0")) },
        {
          ago: "1d 1h",
          number: 9,
          pods: [
            {
              log: [
                started("1d 1h"),
                fine("3h", "t88,t12,t530", 14),
                fine("47m", "t41,t7", 11),
                failed("31m", "t88,t12,t530", 2003, 388),
                fine("31m", "t9", 12),
                failed("30m", "t41,t7", 2002, 402),
                failed("24m", "t77,t210", 2004, 431),
                failed("13m", "t88,t41", 2001, 417),
                failed("7m", "t530,t12,t9", 2003, 409),
                fine("5m", "t9", 1716),
                failed("2m", "t7,t77", 2002, 426),
                failed(24, "t12,t88", 2004, 412),
              ],
            },
            { log: [started("1d 1h"), fine("52m", "t3,t14", 13), failed("30m", "t14,t3", 2002, 395), failed("18m", "t61,t7", 2003, 420), failed("9m", "t3,t88", 2001, 433), failed("1m", "t14,t9", 2004, 408)] },
            { log: [started("1d 1h"), fine("40m", "t12", 10), failed("29m", "t12,t530", 2003, 379), failed("20m", "t77,t3", 2002, 414), failed("4m", "t41,t61", 2001, 422)] },
          ],
        },
      ],
    },
    "Deployment/media/catalog": {
      age: "300d",
      revisions: [
        {
          ago: "20d",
          pods: [
            { log: [["20d", "catalog 12.1.0, 84021 tracks, limit 900 requests a second"], load("45m", 212, 0), load("32m", 348, 0), load("30m", 2719, 1819), load("20m", 3105, 2205), load("10m", 3188, 2288), load("1m", 3174, 2274)] },
            {
              log: [["20d", "catalog 12.1.0, 84021 tracks, limit 900 requests a second"], load("45m", 207, 0), load("30m", 2804, 1904), load("12m", 3090, 2190), load("2m", 3121, 2221)],
              state: unready({ message: "Readiness probe failed: HTTP probe failed with statuscode: 503", ago: 1_728_000, times: 61 }),
            },
            {
              // Its node was drained for a new kernel; back after a minute.
              age: "32m",
              events: startEvents("catalog", image("catalog", "12.1.0"), "32m", { pulled: "4.871s" }),
              log: [["31m", "catalog 12.1.0, 84021 tracks, limit 900 requests a second"], load("30m", 2933, 2033), load("15m", 3077, 2177), load("1m", 3160, 2260)],
            },
          ],
        },
      ],
    },
    "Deployment/media/rooms": {
      age: "160d",
      revisions: [
        {
          ago: "6d",
          pods: [
            { log: [["6d", "rooms 3.3.0"], ["46m", "1904 listeners in 388 rooms"], ["30m", "queue answered 503, room 71 shows no titles"], ["6m", "1921 listeners in 391 rooms"], ["2m", "queue answered 503, room 12 shows no titles"]] },
            { log: [["6d", "rooms 3.3.0"], ["13m", "queue answered 503, room 304 shows no titles"]], events: [{ type: "Warning", reason: "Unhealthy", from: "rooms", ago: "44m", message: 'Liveness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' }] },
          ],
        },
      ],
    },
    "Deployment/media/artwork": {
      age: "140d",
      revisions: [{ ago: "33d", pods: [{ log: [["33d", "artwork 2.0.5"], ["28m", "catalog answered 503, 3 attempts, placeholder shown for t88"], ["11m", "catalog answered 503, 3 attempts, placeholder shown for t41"]] }] }],
    },
    "CronJob/media/catalog-reindex": { jobs: [{ ago: "16h 32m", log: [["16h 31m", "catalog-tools 12.1.0 reindex"], ["16h 10m", "WARN 12 tracks without an artist"], ["16h 9m", "84021 tracks, done"]] }] },
  },
});
