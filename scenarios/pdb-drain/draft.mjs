// The cluster of this scenario: see scripts/draft/draft.mjs.
import { draftCluster, startEvents } from "../../scripts/draft/draft.mjs";
import { neighbour } from "../../scripts/draft/background.mjs";
import { createClock } from "../../scripts/draft/names.mjs";

const recordedAt = "2026-11-17T23:10:00Z";
const { stamp } = createClock(recordedAt);
const image = (name, tag) => `registry.internal/acme/${name}:${tag}`;
const serving = (name, version, since) => [
  [since, `${name} ${version} starting, node v20.18.1`],
  [since, "listening on :8080"],
];

const budget = (name, spec) => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "ledger", labels: { app: name } },
  spec: { ...spec, selector: { matchLabels: { app: name } } },
});
const budgetStatus = (healthy, desired, since) => ({
  conditions: [
    {
      lastTransitionTime: stamp(since),
      message: "",
      observedGeneration: 1,
      reason: healthy > desired ? "SufficientPods" : "InsufficientPods",
      status: healthy > desired ? "True" : "False",
      type: "DisruptionAllowed",
    },
  ],
  currentHealthy: healthy,
  desiredHealthy: desired,
  disruptionsAllowed: healthy - desired,
  expectedPods: healthy,
  observedGeneration: 1,
});

const upgradeLabels = { app: "node-upgrade" };
const upgrade = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "node-upgrade", namespace: "node-care", labels: upgradeLabels },
  spec: {
    replicas: 1,
    selector: { matchLabels: upgradeLabels },
    template: {
      metadata: { labels: upgradeLabels },
      spec: {
        tolerations: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
        containers: [
          {
            name: "node-upgrade",
            image: image("node-upgrade", "2.2.0"),
            args: ["--to=v1.31.5", "--one-by-one", "--ignore-daemonsets", "--delete-emptydir-data"],
            resources: { requests: { cpu: "20m", memory: "64Mi" } },
          },
        ],
      },
    },
  },
};

/** What the drain says, every five seconds, of the pod that does not go. */
const waiting = (pod) =>
  [2900, 2895, 2400, 1800, 1200, 600, 60, 20, 15, 10, 5].flatMap((ago) => [
    [ago, `worker-2: evicting pod ledger/${pod}`],
    [
      ago - 0.2,
      `worker-2: error when evicting pods/"${pod}" -n "ledger" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.`,
    ],
  ]);

/** The pod of postings on worker-2: its name is what the draft makes of the manifest. */
const stuck = "postings-mcxx65nvj-5m4kt";

draftCluster(import.meta.url, {
  recordedAt,
  age: "237d",
  namespaces: ["ledger", "node-care"],
  nodes: [
    {
      name: "cp-1",
      cpu: 4,
      memoryKi: 8_127_396,
      taints: [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }],
      labels: { "node-role.kubernetes.io/control-plane": "" },
    },
    { name: "worker-1", cpu: 8, memoryKi: 16_374_624 },
    {
      name: "worker-2",
      cpu: 8,
      memoryKi: 16_374_624,
      unschedulable: true,
      taints: [{ effect: "NoSchedule", key: "node.kubernetes.io/unschedulable", timeAdded: stamp("50m") }],
    },
    { name: "worker-3", cpu: 8, memoryKi: 16_374_624 },
  ],
  apply: [
    "repo/deploy",
    ...neighbour("ledger", "statements", { image: image("statements", "4.4.1"), replicas: 2, memory: "192Mi" }),
    budget("statements", { maxUnavailable: 1 }),
    ...neighbour("ledger", "fx-rates", { image: image("fx-rates", "1.17.0"), replicas: 2 }),
    ...neighbour("ledger", "audit", { image: image("audit", "0.9.3"), replicas: 1 }),
    budget("audit", { minAvailable: 1 }),
    upgrade,
  ],
  about: {
    "Deployment/ledger/postings": {
      revisions: [
        { ago: "12d 4h", change: (template) => (template.spec.containers[0].image = image("postings", "6.0.0")) },
        {
          ago: "5d 2h",
          pods: [
            { node: "worker-1", log: [["5d 2h", "listening on :8080"]] },
            { node: "worker-2", log: [["5d 2h", "listening on :8080"]] },
          ],
        },
      ],
    },
    "PodDisruptionBudget/ledger/postings": { age: "213d", status: budgetStatus(2, 2, "12d 4h") },
    "PodDisruptionBudget/ledger/statements": { age: "220d", status: budgetStatus(2, 1, "44m") },
    "PodDisruptionBudget/ledger/audit": { age: "120d", status: budgetStatus(1, 1, "120d") },
    "Deployment/ledger/statements": {
      revisions: [
        {
          ago: "80d",
          pods: [
            { node: "worker-1", age: "80d", log: serving("statements", "4.4.1", "80d") },
            {
              node: "worker-3",
              age: "48m 40s",
              log: serving("statements", "4.4.1", "48m 30s"),
              events: startEvents("statements", image("statements", "4.4.1"), "48m 35s", { pulled: "2.71s" }),
            },
          ],
        },
      ],
    },
    "Deployment/ledger/fx-rates": {
      revisions: [
        {
          ago: "33d",
          pods: [
            { node: "worker-3", age: "33d", log: [...serving("fx-rates", "1.17.0", "33d"), ["6m", "rates of 23:00 loaded: 41 currencies"]] },
            {
              node: "worker-1",
              age: "48m 20s",
              log: [...serving("fx-rates", "1.17.0", "48m 10s"), ["6m", "rates of 23:00 loaded: 41 currencies"]],
              events: [
                ...startEvents("fx-rates", image("fx-rates", "1.17.0"), "48m 15s"),
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  from: "fx-rates",
                  message:
                    'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  ago: "47m 50s",
                  first: "48m",
                  count: 2,
                },
              ],
            },
          ],
        },
      ],
    },
    "Deployment/ledger/audit": {
      revisions: [{ ago: "120d", pods: [{ node: "worker-3", age: "33d", log: serving("audit", "0.9.3", "33d") }] }],
    },
    "Deployment/node-care/node-upgrade": {
      age: "58m",
      revisions: [
        {
          ago: "58m",
          pods: [
            {
              node: "cp-1",
              log: [
                ["57m 50s", "node-upgrade 2.2.0: worker-2, worker-3, worker-1 to v1.31.5"],
                ["57m 49s", "cp-1 has v1.31.4: control planes are not asked for, left out"],
                ["50m", "worker-2: cordoned"],
                ["49m 10s", "worker-2: evicting pod ledger/statements-gd2zvpks8-f2wqv"],
                ["49m 9s", "worker-2: evicting pod ledger/fx-rates-fjqpztw4f-9k6tz"],
                ["48m 41s", "worker-2: 2 pods evicted, 1 left"],
                ...waiting(stuck),
              ],
              events: startEvents("node-upgrade", image("node-upgrade", "2.2.0"), "57m 53s"),
            },
          ],
        },
      ],
    },
  },
  events: [
    { object: "Node/worker-2", reason: "NodeNotSchedulable", message: "Node worker-2 status is now: NodeNotSchedulable", ago: "50m", from: "kubelet" },
  ],
});
