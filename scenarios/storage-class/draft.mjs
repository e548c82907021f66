// The cluster of storage-class: the first claim of a new set asks for a class of another cluster; the sets behind it wait.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running, startEvents } from "../../scripts/draft/draft.mjs";

const namespace = "ledger";
const storageClass = (name, provisioner, more = {}) => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner,
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
  ...more,
});
const replicated = (fstype) => ({ allowVolumeExpansion: true, parameters: { "csi.storage.k8s.io/fstype": fstype, copies: "3" } });
const sets = { accounts: { storage: "20Gi", uid: "1a7f0c52-6d0e-4c43-9d3b-0f7a5c2b9e11", class: "replicated-ssd" } };
const claim = (set, index, { storage, storageClassName, bound }) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: {
    name: `data-${set}-${index}`,
    namespace,
    labels: { app: set },
    finalizers: ["kubernetes.io/pvc-protection"],
    ...(bound && { annotations: { "pv.kubernetes.io/bind-completed": "yes", "volume.kubernetes.io/storage-provisioner": "block.csi.acme.example" } }),
  },
  spec: {
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage } },
    storageClassName,
    volumeMode: "Filesystem",
    ...(bound && { volumeName: bound }),
  },
  status: bound ? { accessModes: ["ReadWriteOnce"], capacity: { storage }, phase: "Bound" } : { phase: "Pending" },
});
const volume = { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: `pvc-${sets.accounts.uid}`, finalizers: ["kubernetes.io/pv-protection"] } };

draftCluster(import.meta.url, {
  recordedAt: "2026-11-20T15:04:00Z",
  age: "178d",
  namespaces: [namespace],
  apply: [
    storageClass("local-disk", "kubernetes.io/no-provisioner"),
    storageClass("replicated-ssd", "block.csi.acme.example", replicated("ext4")),
    storageClass("replicated-ssd-xfs", "block.csi.acme.example", replicated("xfs")),
    "repo/deploy",
    claim("eventstore", 0, { storage: "40Gi", storageClassName: "premium-ssd" }),
    {
      ...volume,
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: sets.accounts.storage },
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name: "data-accounts-0", namespace },
        csi: { driver: "block.csi.acme.example", fsType: "ext4", volumeHandle: "vol-0c31d9" },
        persistentVolumeReclaimPolicy: "Delete",
        storageClassName: sets.accounts.class,
        volumeMode: "Filesystem",
      },
      status: { phase: "Bound" },
    },
    claim("accounts", 0, { storage: sets.accounts.storage, storageClassName: sets.accounts.class, bound: volume.metadata.name }),
    {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "accounts", namespace, labels: { app: "accounts" } },
      spec: {
        serviceName: "accounts",
        replicas: 1,
        selector: { matchLabels: { app: "accounts" } },
        template: {
          metadata: { labels: { app: "accounts" } },
          spec: {
            containers: [
              {
                name: "postgres",
                image: "registry.internal/platform/postgres:16.4",
                ports: [{ containerPort: 5432, name: "postgres" }],
                volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql" }],
                readinessProbe: { exec: { command: ["pg_isready", "-q"] } },
                resources: { limits: { memory: "1Gi" }, requests: { cpu: "250m", memory: "1Gi" } },
              },
            ],
          },
        },
        volumeClaimTemplates: [
          { metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], storageClassName: sets.accounts.class, resources: { requests: { storage: sets.accounts.storage } } } },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "accounts", namespace },
      spec: { clusterIP: "None", selector: { app: "accounts" }, ports: [{ name: "postgres", port: 5432 }] },
    },
    ...neighbour(namespace, "posting", { image: "registry.internal/acme/posting:2.0.7", replicas: 2 }),
    ...neighbour(namespace, "balance-view", { image: "registry.internal/acme/balance-view:1.14.0", replicas: 2 }),
  ],
  about: {
    "StatefulSet/ledger/eventstore": {
      age: "41m",
      pods: [
        {
          pending:
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        },
      ],
    },
    "Service/ledger/eventstore": { age: "41m" },
    "Service/ledger/eventstore-api": { age: "41m" },
    "PodDisruptionBudget/ledger/eventstore": {
      age: "41m",
      status: { currentHealthy: 0, desiredHealthy: 2, disruptionsAllowed: 0, expectedPods: 3, observedGeneration: 1 },
    },
    "PersistentVolumeClaim/ledger/data-eventstore-0": { age: "41m" },
    [`PersistentVolume/${volume.metadata.name}`]: { age: "120d" },
    "PersistentVolumeClaim/ledger/data-accounts-0": { age: "120d" },
    "StatefulSet/ledger/accounts": {
      age: "120d",
      pods: [
        {
          state: running({ ago: "33d", restarts: 1, last: { exitCode: 0, reason: "Completed", ago: "33d" } }),
          previousLog: [["120d", "database system is ready to accept connections"], ["33d", "received smart shutdown request"]],
          log: [["33d", "database system is ready to accept connections"], ["7m", "checkpoint complete: wrote 112 buffers (0.7%)"]],
        },
      ],
    },
    "Deployment/ledger/posting": {
      revisions: [
        { ago: "70d", number: 4, stoppedAgo: "38m", change: ({ spec }) => (spec.containers[0].image = "registry.internal/acme/posting:2.0.6") },
        {
          ago: "39m",
          number: 5,
          pods: [0, 1].map((index) => ({
            age: `${39 - index}m`,
            events: [
              ...startEvents("posting", "registry.internal/acme/posting:2.0.7", `${39 - index}m`, { pulled: "2.33s" }),
              ...(index === 0
                ? [
                    {
                      type: "Warning",
                      reason: "Unhealthy",
                      message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": dial tcp {ip}:8080: connect: connection refused',
                      from: "posting",
                      ago: "38m",
                      first: "38m",
                      count: 2,
                    },
                  ]
                : []),
            ],
            log: [["38m", "posting 2.0.7"], ["38m", "eventstore is not there yet (ENOTFOUND), keeping events in accounts"], ["1m", "12 postings, all kept in accounts"]],
          })),
        },
      ],
    },
  },
  events: [
    {
      object: "StatefulSet/ledger/eventstore",
      reason: "SuccessfulCreate",
      message: "create Claim data-eventstore-0 Pod eventstore-0 in StatefulSet eventstore success",
      ago: "41m",
      from: "statefulset-controller",
    },
    {
      object: "StatefulSet/ledger/eventstore",
      reason: "SuccessfulCreate",
      message: "create Pod eventstore-0 in StatefulSet eventstore successful",
      ago: "41m",
      from: "statefulset-controller",
    },
    {
      object: "PersistentVolumeClaim/ledger/data-eventstore-0",
      type: "Warning",
      reason: "ProvisioningFailed",
      message: 'storageclass.storage.k8s.io "premium-ssd" not found',
      ago: "11s",
      first: "41m",
      count: 164,
      from: "persistentvolume-controller",
    },
    {
      object: "PodDisruptionBudget/ledger/eventstore",
      reason: "NoPods",
      message: "No matching pods found",
      ago: "41m",
      from: "controllermanager",
    },
  ],
});
