// The cluster of this scenario: see scripts/draft/draft.mjs.
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";

const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const serving = (name, version, since, lines = []) => [
  [since, `${name} ${version} starting, node v20.18.1`],
  [since, "listening on :8080"],
  ...lines,
];
/** The address that a cluster gave to Service sessions. */
const sessionsIp = "10.96.46.174";
const refused = `connect ECONNREFUSED ${sessionsIp}:80`;
const logins = (from) => [2270, 2204, 1960, 1711, 1302, 1120, 846, 611, 402, 233, 118, 41].map((ago) => [ago - from, `POST /login 502: sessions: ${refused}`]);

const [profiles, profilesService] = neighbour("platform", "profiles", { image: image("profiles", "2.11.0"), memory: "256Mi" });
for (const labels of [profiles.metadata, profiles.spec.template.metadata]) labels.labels = { app: "profiles", version: "v2" };

draftCluster(import.meta.url, {
  recordedAt: "2026-11-17T16:40:00Z",
  age: "219d",
  namespaces: ["shop", "platform", "backoffice"],
  apply: [
    "repo/deploy/gateway.yaml",
    "repo/deploy/platform-sessions.yaml",
    ...neighbour("shop", "cart", { image: image("cart", "4.9.1") }),
    ...neighbour("shop", "catalogue", { image: image("catalogue", "3.2.0"), memory: "256Mi" }),
    profiles,
    profilesService,
    ...neighbour("platform", "mail-relay", { image: image("mail-relay", "1.6.2"), replicas: 1 }),
    ...neighbour("backoffice", "admin", {
      image: image("admin", "12.0.1"),
      replicas: 1,
      env: [{ name: "SESSIONS_URL", value: "http://sessions.platform.svc.cluster.local" }],
    }),
  ],
  about: {
    "Service/platform/sessions": { age: "219d" },
    "Deployment/shop/gateway": {
      revisions: [
        { ago: "34d 4h", change: (template) => (template.spec.containers[0].image = image("gateway", "8.3.0")) },
        {
          ago: "38m",
          pods: [0, 17, 29].map((from, at) => ({
            log: [...serving("gateway", "8.4.0", "37m 54s"), ...logins(from)],
            events: startEvents("gateway", image("gateway", "8.4.0"), `37m ${58 - at}s`, at < 2 ? { pulled: "2.044s" } : {}),
          })),
        },
      ],
    },
    "Deployment/platform/sessions-v3": {
      age: "34d 4h",
      revisions: [
        {
          ago: "34d 4h",
          pods: [
            { log: [["34d 4h", "sessions 3.0.4: store opened, 0 sessions"], ["34d 4h", "listening on :8080"], ["6h", "copied from v2 tonight: 8120 sessions"], ["38m", "WARN v2 is gone: nothing to copy from, copying ended"]] },
            { log: [["34d 4h", "sessions 3.0.4: store opened, 0 sessions"], ["34d 4h", "listening on :8080"], ["38m", "WARN v2 is gone: nothing to copy from, copying ended"]] },
          ],
        },
      ],
    },
    "Deployment/shop/cart": {
      revisions: [
        {
          ago: "50d",
          pods: [
            {
              state: running({ ago: "14d 6h", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "14d 6h" } }),
              log: serving("cart", "4.9.1", "14d 6h", [["2m", "cart 5112: 3 items"]]),
              previousLog: [["50d", "cart 4.9.1 starting, node v20.18.1"], ["14d 6h", "importing the wish lists of 2019"]],
            },
            { log: serving("cart", "4.9.1", "50d", [["3m", "cart 5108: 1 item"]]) },
          ],
        },
      ],
    },
    "Deployment/shop/catalogue": {
      revisions: [
        {
          ago: "21d",
          pods: [
            {
              log: serving("catalogue", "3.2.0", "21d"),
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  from: "catalogue",
                  message:
                    'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  ago: "36m",
                  first: "37m",
                  count: 2,
                },
              ],
            },
            { log: serving("catalogue", "3.2.0", "21d") },
          ],
        },
      ],
    },
    "Deployment/platform/profiles": {
      revisions: [{ ago: "80d", pods: [{ log: serving("profiles", "2.11.0", "80d") }, { log: serving("profiles", "2.11.0", "80d") }] }],
    },
    "Deployment/platform/mail-relay": { revisions: [{ ago: "9d", pods: [{ log: serving("mail-relay", "1.6.2", "9d", [["12m", "queue: 0 waiting"]]) }] }] },
    "Deployment/backoffice/admin": {
      revisions: [
        {
          ago: "16d",
          pods: [{ log: serving("admin", "12.0.1", "16d", [["33m", `login of a colleague failed: ${refused}`], ["8m", `login of a colleague failed: ${refused}`]]) }],
        },
      ],
    },
  },
});
