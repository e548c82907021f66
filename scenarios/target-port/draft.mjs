// Namespace market after the release of pricing: its pods are well, the Service sends to where they no longer listen.
import { neighbour } from "../../scripts/draft/background.mjs";
import { completed, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const image = "registry.internal/acme/pricing:4.0.0";

const before = (template) => {
  const [pricing] = template.spec.containers;
  pricing.image = "registry.internal/acme/pricing:3.7.2";
  pricing.ports[0].containerPort = 8080;
  pricing.readinessProbe.httpGet.path = "/ready";
};

const pricing = (age) => ({
  age,
  events: [...startEvents("pricing", image, age, { pulled: "1.902s" }), ...startEvents("stats", "registry.internal/acme/stats:1.3.1", age)],
  log: [
    [age, "pricing 4.0.0: 18214 articles, discounts up to 40 %"],
    [age, "listening on 0.0.0.0:8181"],
  ],
  containerLogs: {
    stats: [
      [age, "stats 1.3.1 of pricing: serving on :9113"],
      ["12m", "scraped: 0 requests in the last 5 min"],
      ["2m", "scraped: 0 requests in the last 5 min"],
    ],
  },
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-18T14:07:00Z",
  age: "255d",
  namespaces: ["market"],
  apply: [
    "repo/deploy",
    ...neighbour("market", "storefront", { image: "registry.internal/acme/storefront:11.4.2", replicas: 2, memory: "192Mi" }),
    ...neighbour("market", "basket", { image: "registry.internal/acme/basket:6.0.3" }),
    ...neighbour("market", "articles", { image: "registry.internal/acme/articles:5.9.0", replicas: 1, memory: "256Mi" }),
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "sitemap", namespace: "market", labels: { app: "sitemap" } },
      spec: {
        schedule: "0 4 * * *",
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels: { app: "sitemap" } },
              spec: { restartPolicy: "Never", containers: [{ name: "sitemap", image: "registry.internal/acme/sitemap:1.0.8" }] },
            },
          },
        },
      },
    },
  ],
  about: {
    "Deployment/market/pricing": {
      revisions: [
        { ago: "40d", number: 18, change: before },
        { ago: "52m", number: 19, pods: ["51m 58s", "51m 41s", "51m 22s"].map(pricing) },
      ],
    },
    "Deployment/market/price-feed": {
      revisions: [
        {
          ago: "71d",
          pods: [{ log: [["71d", "price-feed 2.8.0 listening on :8080"], ["3h", "list of supplier 41: 2203 prices, 4 of them without a currency, left out"], ["58m", "list of supplier 17: 918 prices"]] }],
        },
      ],
    },
    "Deployment/market/storefront": {
      revisions: [
        {
          ago: "6d",
          pods: [0, 1].map((index) => ({
            log: [
              ["6d", "storefront 11.4.2 listening on :8080"],
              [`${57 - index}m`, "GET /a/A-20118 200 71 ms"],
              [`${50 - index}m`, "prices: connect ECONNREFUSED pricing:80, page goes out without them"],
              [`${31 - index}m`, "prices: connect ECONNREFUSED pricing:80, page goes out without them"],
              [`${8 - index}m`, "prices: connect ECONNREFUSED pricing:80, page goes out without them"],
              [`${7 - index}m`, "GET /a/A-18830 200 66 ms"],
            ],
          })),
        },
      ],
    },
    "Deployment/market/basket": {
      revisions: [
        {
          ago: "29d",
          pods: [
            { log: [["29d", "basket 6.0.3 listening on :8080"], ["5m", "basket 7f31: 4 lines"]] },
            {
              state: running({ ago: "11d", restarts: 2, last: { exitCode: 137, reason: "OOMKilled", ago: "11d 3s" } }),
              log: [["11d", "basket 6.0.3 listening on :8080"], ["4m", "basket 91c0: 1 line"]],
              previousLog: [["13d", "basket 6.0.3 listening on :8080"], ["11d 8s", "import of 48210 baskets from the old shop"]],
            },
          ],
        },
      ],
    },
    "Deployment/market/articles": {
      revisions: [
        {
          ago: "48d",
          pods: [
            {
              log: [["48d", "articles 5.9.0 listening on :8080"], ["26m", "index: merged 3 segments in 1240 ms"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "articles",
                  ago: "26m",
                  first: "26m 10s",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "CronJob/market/sitemap": {
      jobs: [
        {
          ago: "10h 7m",
          state: completed({ ago: 36_240, ran: 160 }),
          log: [["10h 6m", "18214 articles"], ["10h 4m 5s", "error: 12 pages answered 404, left out"], ["10h 4m", "sitemap written, done"]],
        },
      ],
    },
  },
});
