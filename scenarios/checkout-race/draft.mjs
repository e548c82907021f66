// The cluster of checkout-race: all pods run and are ready; what is wrong shows in the log of checkout alone.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "storefront";
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;

const volume = [
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name: "standard", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } }, provisioner: "csi.acme.example", reclaimPolicy: "Delete", volumeBindingMode: "WaitForFirstConsumer" },
  {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pvc-5f1c0a52" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "2Gi" },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: "data-checkout-0", namespace },
      csi: { driver: "csi.acme.example", volumeHandle: "vol-5f1c0a52" },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName: "standard",
      volumeMode: "Filesystem",
    },
    status: { phase: "Bound" },
  },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data-checkout-0", namespace, labels: { app: "checkout" } },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } }, storageClassName: "standard", volumeName: "pvc-5f1c0a52" },
    status: { accessModes: ["ReadWriteOnce"], capacity: { storage: "2Gi" }, phase: "Bound" },
  },
];

const report = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "sales-report", namespace, labels: { app: "sales-report" } },
  spec: {
    schedule: "15 3 * * *",
    concurrencyPolicy: "Forbid",
    jobTemplate: {
      spec: {
        template: {
          metadata: { labels: { app: "sales-report" } },
          spec: {
            restartPolicy: "Never",
            containers: [
              {
                name: "report",
                image: image("sales-report", "1.4.0"),
                env: [{ name: "CHECKOUT_URL", value: "http://checkout.storefront.svc.cluster.local" }],
                resources: { limits: { memory: "96Mi" }, requests: { cpu: "50m", memory: "64Mi" } },
              },
            ],
          },
        },
      },
    },
  },
};

/**
 * The log of the sale: customers come in twos and threes. Each bunch looks up the page, one of them is sold a copy. `[seconds ago, text]`.
 */
function saleLog() {
  const lines = [];
  let copy = 1;
  let at = 2280;
  for (let bunch = 0; at > 12; bunch++, copy++) {
    const size = [2, 1, 2, 3, 2, 2, 1, 3, 2][bunch % 9];
    const ms = (index) => 158 + ((bunch * 37 + index * 11) % 88);
    if (bunch % 3 === 0) lines.push([at, `GET /editions/etch-storm 200 ${1 + (bunch % 2)} ms`]);
    lines.push([at - 1, `POST /checkouts 201 ${ms(0)} ms, copy ${copy} of etch-storm`]);
    for (let late = 1; late < size; late++) lines.push([at - 1, `POST /checkouts 500 ${ms(late)} ms: copy ${copy} of etch-storm is sold already`]);
    at -= 41 + ((bunch * 53) % 29);
  }
  return lines;
}

const quietLog = [
  ["2d 3h", "checkout 2.3.0 starting, node v20.18.0"],
  ["2d 3h", "store: 14 editions in /data"],
  ["2d 3h", "listening on 0.0.0.0:8080"],
  ["1d 19h", "POST /checkouts 201 187 ms, copy 31 of lino-harbour"],
  ["1d 2h", "POST /checkouts 201 203 ms, copy 12 of wood-heron"],
  ["22h", "POST /checkouts 409 2 ms"],
  ["21h 12m", "POST /checkouts 201 176 ms, copy 32 of lino-harbour"],
  ["3h 5m", "POST /editions/etch-storm/prints 200 3 ms"],
];

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T10:24:00Z",
  age: "209d",
  namespaces: [namespace],
  apply: [
    ...volume,
    "repo/deploy",
    ...neighbour(namespace, "web", { image: image("web-storefront", "9.3.1"), port: 3000, replicas: 3, env: [{ name: "CHECKOUT_URL", value: "http://checkout.storefront.svc.cluster.local" }] }),
    ...neighbour(namespace, "pricing", { image: image("pricing", "5.0.4"), replicas: 2 }),
    ...neighbour(namespace, "mailer", { image: image("mailer", "2.2.0"), replicas: 1 }),
    report,
  ],
  about: {
    "StatefulSet/storefront/checkout": { pods: [{ age: "2d 3h", node: "worker-2", log: [...quietLog, ...saleLog()] }] },
    "Deployment/storefront/web": {
      age: "180d",
      revisions: [
        {
          ago: "8d 2h",
          pods: [
            {
              log: [
                ["8d 2h", "web-storefront 9.3.1 listening on :3000"],
                ["37m", "POST /buy 500 (checkout answered 500)"],
                ["24m", "GET / 200 slow: 1204 ms"],
                ["9m", "POST /buy 500 (checkout answered 500)"],
                ["2m", "POST /buy 500 (checkout answered 500)"],
              ],
              events: [{ type: "Warning", reason: "Unhealthy", from: "web", ago: "24m", first: "31m", count: 2, message: 'Readiness probe failed: Get "http://{ip}:3000/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' }],
            },
            { log: [["8d 2h", "web-storefront 9.3.1 listening on :3000"], ["33m", "POST /buy 500 (checkout answered 500)"], ["4m", "POST /buy 500 (checkout answered 500)"]] },
            {
              // Added by hand when the sale began.
              age: "36m",
              log: [["36m", "web-storefront 9.3.1 listening on :3000"], ["6m", "POST /buy 500 (checkout answered 500)"]],
              events: startEvents("web", image("web-storefront", "9.3.1"), "36m"),
            },
          ],
        },
      ],
    },
    "Deployment/storefront/pricing": {
      age: "150d",
      revisions: [
        {
          ago: "19d",
          pods: [
            {
              log: [
                ["19d", "pricing 5.0.4 ready, 14 editions"],
                ["18m", "GET /v1/prices/etch-storm 200 in 188 ms"],
                ["11m", "GET /v1/prices/etch-storm 200 in 241 ms"],
                ["3m", "GET /v1/prices/etch-storm 200 in 169 ms"],
              ],
              events: [{ type: "Warning", reason: "Unhealthy", from: "pricing", ago: "34m", message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)' }],
            },
            { log: [["19d", "pricing 5.0.4 ready, 14 editions"], ["7m", "GET /v1/prices/etch-storm 200 in 204 ms"]] },
          ],
        },
      ],
    },
    "Deployment/storefront/mailer": {
      age: "120d",
      revisions: [
        {
          ago: "30d",
          pods: [
            {
              state: running({ ago: "9d", restarts: 1, last: { exitCode: 1, reason: "Error", ago: "9d" } }),
              previousLog: [["9d", "mail relay closed the connection, exiting"]],
              log: [["8d 23h", "mailer 2.2.0, relay connected"], ["5m", "sent: your print, copy 46"]],
            },
          ],
        },
      ],
    },
    "CronJob/storefront/sales-report": {
      age: "90d",
      jobs: [{ ago: "7h 9m", log: [["7h 8m", "sales-report 1.4.0"], ["7h 8m", "WARN total differs from the ledger by 1 cent (rounding), continuing"], ["7h 8m", "6 sales reported, done"]] }],
    },
  },
});
