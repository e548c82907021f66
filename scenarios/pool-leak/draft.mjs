// The cluster of pool-leak: all pods are ready; fares has lent all its connections, and the engine sees them idle.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "travel";
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const fares = { name: "FARES_URL", value: "http://fares.travel.svc.cluster.local" };

const [engine, engineService] = neighbour(namespace, "fare-engine", {
  image: image("fare-engine", "31.2"),
  port: 7070,
  replicas: 1,
  memory: "512Mi",
  extra: { readinessProbe: { tcpSocket: { port: 7070 } }, livenessProbe: { tcpSocket: { port: 7070 }, periodSeconds: 30 } },
});
engineService.spec.ports = [{ name: "lines", port: 7070, targetPort: 7070 }];

const day = "2026-12-19";
const ok = (ago, route, ms) => [ago, `GET /fares/${route}?day=${day} 200 ${ms} ms`];
const unknown = (ago, route, ms) => [ago, `GET /fares/${route}?day=${day} 404 ${ms} ms: no fare`];
const busy = (ago, route, ms) => [ago, `GET /fares/${route}?day=${day} 503 ${ms} ms: no connection to the fare engine within 5000 ms`];
const start = (ago) => [ago, "fares listening, engine at fare-engine.travel.svc.cluster.local:7070, pool of 8"];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-18T08:15:00Z",
  age: "299d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    engine,
    engineService,
    ...neighbour(namespace, "trip-search", { image: image("trip-search", "4.9.0"), port: 3000, env: [fares] }),
    ...neighbour(namespace, "partner-feed", { image: image("partner-feed", "1.1.2"), replicas: 1, env: [fares] }),
  ],
  about: {
    "Deployment/travel/fares": {
      age: "299d",
      revisions: [
        { ago: "61d", change: (template) => (template.spec.containers[0].image = image("fares", "1.6.0")), number: 6 },
        {
          ago: "56m",
          number: 7,
          pods: [
            {
              events: startEvents("fares", image("fares", "1.7.0"), "56m", { pulled: "1.204s" }),
              log: [
                start("55m"),
                ok("51m", "LIS-OSL", 12),
                unknown("47m", "LIS-TOS", 9),
                ok("46m", "CPH-AMS", 11),
                unknown("41m", "OSL-KKN", 10),
                unknown("41m", "OSL-LYR", 13),
                ok("37m", "LIS-CPH", 10),
                [2150, `GET /fares/AMS-VIE?day=${day} 504 3002 ms: the fare engine did not answer within 3000 ms`],
                unknown("33m", "CPH-KKN", 9),
                ok("31m", "LIS-OSL", 14),
                unknown("29m", "AMS-LYR", 11),
                ok("27m", "OSL-CPH", 12),
                unknown("24m", "VIE-TOS", 10),
                unknown("21m", "CPH-LYR", 9),
                busy("19m", "LIS-OSL", 5001),
                ["18m", "pool: 8 of 8 connections in use, 2 requests waiting"],
                busy("18m", "CPH-AMS", 5000),
                busy("13m", "LIS-OSL", 5002),
                ["12m", "pool: 8 of 8 connections in use, 14 requests waiting"],
                busy("8m", "OSL-CPH", 5001),
                busy("4m", "LIS-TOS", 5000),
                ["2m", "pool: 8 of 8 connections in use, 31 requests waiting"],
                busy("1m", "LIS-OSL", 5001),
                busy(22, "AMS-VIE", 5000),
              ],
            },
            {
              events: startEvents("fares", image("fares", "1.7.0"), "56m"),
              log: [
                start("55m"),
                ok("52m", "CPH-AMS", 13),
                unknown("44m", "LIS-LYR", 12),
                unknown("38m", "VIE-KKN", 10),
                ok("36m", "LIS-OSL", 11),
                unknown("30m", "AMS-TOS", 9),
                unknown("26m", "LIS-KKN", 14),
                ok("22m", "OSL-LIS", 10),
                unknown("15m", "CPH-TOS", 11),
                ok("11m", "LIS-CPH", 12),
                unknown("9m", "VIE-LYR", 10),
                ok("6m", "CPH-AMS", 13),
                unknown("3m", "AMS-KKN", 9),
                ok(40, "LIS-OSL", 12),
              ],
            },
          ],
        },
      ],
    },
    "Deployment/travel/fare-engine": {
      age: "400d",
      revisions: [
        {
          ago: "90d",
          pods: [
            {
              state: running({ ago: "2d 6h", restarts: 1, last: { exitCode: 0, reason: "Completed", ago: "2d 6h" } }),
              previousLog: [["2d 6h", "NOTICE maintenance window, leaving"]],
              log: [
                ["2d 5h", "NOTICE fare-engine 31.2, 40 clients at most"],
                ["6h 20m", "NOTICE import: 18204 fares"],
                ["50m", "NOTICE 9 clients, 212 questions in the last hour"],
                ["20m", "NOTICE 16 clients, 8 of them silent for more than 60 s"],
                ["5m", "NOTICE 16 clients, 14 of them silent for more than 60 s"],
              ],
            },
          ],
        },
      ],
    },
    "Deployment/travel/trip-search": {
      age: "260d",
      revisions: [
        {
          ago: "12d",
          pods: [
            {
              log: [["12d", "trip-search 4.9.0 on :3000"], ["18m", "search LIS-OSL: fares answered 503 after 5003 ms"], ["4m", "search LIS-TOS: fares answered 503 after 5002 ms"]],
              events: [
                { type: "Warning", reason: "Unhealthy", from: "trip-search", ago: "17m", message: 'Readiness probe failed: Get "http://{ip}:3000/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' },
              ],
            },
            { log: [["12d", "trip-search 4.9.0 on :3000"], ["8m", "search OSL-CPH: fares answered 503 after 5004 ms"], ["6m", "search CPH-AMS: 1 fare"]] },
          ],
        },
      ],
    },
    "Deployment/travel/partner-feed": {
      age: "40d",
      revisions: [
        {
          ago: "5d",
          pods: [{ log: [["5d", "partner-feed 1.1.2"], ["47m", "winter programme: 214 routes, asking for their fares as partners do"], ["41m", "OSL-KKN: no fare yet, left out"], ["3m", "AMS-KKN: no fare yet, left out"]] }],
        },
      ],
    },
    "CronJob/travel/fare-import": { jobs: [{ ago: "6h 35m", log: [["6h 34m", "fare-import 0.8.3"], ["6h 20m", "WARN 41 rows skipped: no currency"], ["6h 20m", "18204 fares sent, done"]] }] },
  },
});
