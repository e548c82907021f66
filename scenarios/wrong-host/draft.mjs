// The cluster of wrong-host: notify looks for the broker in its own namespace, where it stood until September.
import { neighbour } from "../../scripts/draft/background.mjs";
import { crashLoop, draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "messaging";
const old = "registry.internal/acme/notify:4.1.0";
const crashed = [
  "notify 4.2.0, mails come from shop@acme.example",
  "opening queue at broker.messaging.svc.cluster.local:5672",
  "node:internal/process/promises:394",
  "      triggerUncaughtException(err, true /* fromPromise */);",
  "      ^",
  "Error: getaddrinfo ENOTFOUND broker.messaging.svc.cluster.local",
  "    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:120:26) {",
  "  errno: -3008,",
  "  code: 'ENOTFOUND',",
  "  syscall: 'getaddrinfo',",
  "  hostname: 'broker.messaging.svc.cluster.local'",
  "}",
  "Node.js v20.18.1",
];
const crashing = (restarts, ago) => ({
  state: crashLoop({ exitCode: 1, restarts, ago, ran: 1 }),
  log: crashed.map((line) => [ago, line]),
  previousLog: crashed.map((line) => [ago + 302, line]),
  events: startEvents("notify", "registry.internal/acme/notify:4.2.0", "28m", { pulled: "2.48s" }),
});
const service = (name, where, selector, ports) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: where },
  spec: { selector, ports },
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-18T14:12:00Z",
  age: "320d",
  namespaces: [namespace, "platform"],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "smtp-relay", { image: "registry.internal/acme/smtp-relay:2.2.0", port: 2525, replicas: 2 }),
    ...neighbour(namespace, "campaigns", {
      image: "registry.internal/acme/campaigns:1.30.1",
      env: [{ name: "QUEUE_URL", value: "amqp://broker.platform.svc.cluster.local:5672/campaigns" }],
    }),
    ...neighbour(namespace, "mailbox", { image: "registry.internal/acme/mailbox:3.0.5", replicas: 1 }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "broker", namespace: "platform", labels: { app: "broker" } },
      spec: {
        replicas: 3,
        serviceName: "broker-nodes",
        selector: { matchLabels: { app: "broker" } },
        template: {
          metadata: { labels: { app: "broker" } },
          spec: {
            containers: [
              {
                name: "broker",
                image: "registry.internal/platform/broker:3.13.7",
                ports: [
                  { containerPort: 5672, name: "amqp" },
                  { containerPort: 15672, name: "management" },
                ],
                readinessProbe: { tcpSocket: { port: "amqp" } },
                resources: { limits: { memory: "1Gi" }, requests: { cpu: "500m", memory: "1Gi" } },
              },
            ],
          },
        },
      },
    },
    service("broker", "platform", { app: "broker" }, [
      { name: "amqp", port: 5672, targetPort: "amqp" },
      { name: "management", port: 15672, targetPort: "management" },
    ]),
    // What is left of the old broker in this namespace: its exporter.
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "broker-exporter", namespace, labels: { app: "broker-exporter" } },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: "broker-exporter" } },
        template: {
          metadata: { labels: { app: "broker-exporter" } },
          spec: {
            containers: [
              {
                name: "exporter",
                image: "registry.internal/platform/broker-exporter:1.4.0",
                ports: [{ containerPort: 9419, name: "metrics" }],
                resources: { limits: { memory: "64Mi" }, requests: { cpu: "10m", memory: "32Mi" } },
              },
            ],
          },
        },
      },
    },
    service("broker-exporter", namespace, { app: "broker-exporter" }, [{ name: "metrics", port: 9419, targetPort: "metrics" }]),
  ],
  about: {
    "Deployment/messaging/notify": {
      revisions: [
        {
          ago: "71d",
          number: 6,
          change: ({ spec }) => {
            const [container] = spec.containers;
            delete container.envFrom;
            container.image = "registry.internal/acme/notify:4.0.0";
            container.env = [
              { name: "MAIL_FROM", value: "shop@acme.example" },
              { name: "PORT", value: "8081" },
              { name: "QUEUE_URL", value: "amqp://broker.platform.svc.cluster.local:5672/mail" },
              { name: "SMTP_HOST", value: "smtp-relay" },
            ];
          },
        },
        {
          ago: "58d 5h",
          number: 7,
          change: ({ spec }) => {
            const [container] = spec.containers;
            delete container.envFrom;
            container.image = old;
            container.env = [
              { name: "MAIL_FROM", value: "shop@acme.example" },
              { name: "PORT", value: "8081" },
              { name: "QUEUE_URL", value: "amqp://broker.platform.svc.cluster.local:5672/mail" },
              { name: "SMTP_HOST", value: "smtp-relay" },
            ];
          },
        },
        { ago: "29m", number: 8, pods: [crashing(10, 190), crashing(10, 74)] },
      ],
    },
    "ConfigMap/messaging/notify-settings": { age: "29m" },
    "Deployment/messaging/bounces": { age: "214d" },
    "Deployment/messaging/campaigns": {
      revisions: [
        {
          ago: "16d",
          pods: [
            { log: [["16d", "queue open at broker.platform.svc.cluster.local"], ["40m", "campaign 311: 4200 messages queued"]] },
            {
              state: running({ ago: "6d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "6d" } }),
              previousLog: [["16d", "queue open at broker.platform.svc.cluster.local"], ["6d", "Error: read ECONNRESET, the queue has gone"]],
              log: [["6d", "queue open at broker.platform.svc.cluster.local"]],
            },
          ],
        },
      ],
    },
    "Deployment/messaging/smtp-relay": {
      revisions: [
        {
          ago: "133d",
          pods: [
            { log: [["133d", "relay ready on :2525"], ["29m", "no client is connected any more"]] },
            {
              log: [["133d", "relay ready on :2525"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Liveness probe failed: Get "http://{ip}:2525/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "smtp-relay",
                  ago: "35m",
                  first: "36m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/messaging/broker-exporter": {
      revisions: [{ ago: "71d", pods: [{ log: [["71d", "listening on :9419"], ["9s", "scrape: target is not configured, 0 series"]] }] }],
    },
    "Service/platform/broker": { age: "75d" },
    "StatefulSet/platform/broker": {
      age: "75d",
      pods: [0, 1, 2].map((index) => ({
        log: [["75d", `node broker@broker-${index} is up, plugins: management`], ["8m", "vhost mail: queue order-sent has no consumers, 1204 messages"]],
      })),
    },
  },
});
