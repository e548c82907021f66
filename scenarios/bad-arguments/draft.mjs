// The cluster of bad-arguments: one new pod that ends at once over an option of its command line, three old ones that answer.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, crashLoop, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "maps";
const ended = [
  "geocode 5.0.0",
  "node:internal/util/parse_args/parse_args:98",
  "    throw new ERR_PARSE_ARGS_UNKNOWN_OPTION(",
  "    ^",
  "TypeError [ERR_PARSE_ARGS_UNKNOWN_OPTION]: Unknown option '--cache-size'",
  "    at checkOptionUsage (node:internal/util/parse_args/parse_args:98:11)",
  "    at parseArgs (node:internal/util/parse_args/parse_args:360:9)",
  "    at readOptions (file:///opt/geocode/src/options.js:15:22)",
  "    at file:///opt/geocode/src/cli.js:9:17 {",
  "  code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION'",
  "}",
  "Node.js v20.18.1",
];
const serving = (age, ...lines) => ({ log: [[age, "geocode 4.6.1"], [age, "184220 places, 50000 answers kept"], [age, "listening on :8080"], ...lines] });

const before = (spec) => {
  spec.template.spec.containers[0].image = "registry.internal/acme/geocode:4.6.1";
  spec.template.spec.containers[0].args = ["batch", "--file=/work/addresses.csv"];
};

draftCluster(import.meta.url, {
  recordedAt: "2026-11-12T10:26:00Z",
  age: "402d",
  namespaces: [namespace],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "tiles", { image: "registry.internal/acme/tiles:2.14.0", replicas: 2, memory: "384Mi" }),
    ...neighbour(namespace, "routes", { image: "registry.internal/acme/routes:7.3.2", replicas: 2, extra: { args: ["--cache-size=2000", "--profile=bike"] } }),
  ],
  about: {
    "Deployment/maps/geocode": {
      revisions: [
        {
          ago: "75d",
          number: 11,
          change: ({ spec }) => {
            spec.containers[0].image = "registry.internal/acme/geocode:4.6.1";
            spec.containers[0].args = ["serve", "--port=8080", "--radius=30", "--cache-size=50000"];
          },
          pods: [
            serving("75d", ["11m", "GET /?q=S%C3%A3o%20Paulo 404 61ms"]),
            serving("75d", ["4m", "GET /?q=Ulm 200 0ms"]),
            { age: "12d", ...serving("12d", ["2m", "GET /?q=Bonn 200 58ms"]) },
          ],
        },
        {
          ago: "56m",
          number: 12,
          pods: [
            {
              state: crashLoop({ exitCode: 1, restarts: 15, ago: 133, ran: 1 }),
              log: ended.map((line) => [133, line]),
              previousLog: ended.map((line) => [438, line]),
              events: startEvents("serve", "registry.internal/acme/geocode:5.0.0", "56m", { pulled: "4.91s" }),
            },
          ],
        },
      ],
    },
    "CronJob/maps/geocode-batch": {
      jobs: [
        { ago: "1d 10h 6m", change: before, state: completed({ ran: 9 }), log: [["1d 10h 6m", "geocode 4.6.1"], ["1d 10h 6m", '{"name":"São Paulo"}']] },
        { ago: "10h 6m", change: before, state: completed({ ran: 9 }), log: [["10h 6m", "geocode 4.6.1"], ["10h 6m", '{"name":"São Paulo"}']] },
      ],
    },
    "Deployment/maps/tiles": {
      revisions: [
        {
          ago: "26d",
          pods: [
            {
              log: [["26d", "tiles up"], ["19m", "WARN disk cache 96% full, dropping the oldest"], ["19m", "disk cache 70% full"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "tiles",
                  ago: "19m",
                  first: "20m",
                  count: 2,
                },
              ],
            },
            { log: [["26d", "tiles up"]] },
          ],
        },
      ],
    },
    "Deployment/maps/routes": {
      revisions: [
        {
          ago: "33d",
          pods: [
            {
              state: running({ ago: "8d", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "8d" } }),
              previousLog: [["33d", "routes 7.3.2 ready"], ["8d", "building contraction hierarchy for region 41"]],
              log: [["8d", "routes 7.3.2 ready"], ["6s", "GET /route 200 11ms"]],
            },
            { log: [["33d", "routes 7.3.2 ready"], ["1s", "GET /route 200 9ms"]] },
          ],
        },
      ],
    },
  },
});
