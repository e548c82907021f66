import { deployment, type HeldOutFault, unplaced } from "./stage.ts";
import { down, refused } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";

const unbound = unplaced(
  "albums",
  "albums-54c8d7f9b6-8vfrp",
  "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
);
const elsewhere = unplaced(
  "suggest",
  "suggest-7b9f6c5d48-mt6zk",
  "0/3 nodes are available: 1 node(s) had volume node affinity conflict, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
);
const priority = refused("alerts", 'pods "alerts-54c8d7f9b6-" is forbidden: no PriorityClass with name services-critical was found');
const unlimited = refused(
  "digest",
  'pods "digest-54c8d7f9b6-7qx4d" is forbidden: failed quota: compute: must specify limits.memory for: digest',
);
const security = refused(
  "relay",
  'pods "relay-54c8d7f9b6-kc9vw" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "relay" must set securityContext.allowPrivilegeEscalation=false), seccompProfile (pod or container "relay" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
);
const surge = refused(
  "gate",
  'pods "gate-7b9f6c5d48-x5hnl" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=6, limited: pods=6',
  4,
);

/** Disks, zones, classes, quotas and rules: what the scheduler, a provisioner or the API server does not grant. */
export const unseenPlacing: readonly HeldOutFault[] = [
  {
    id: "a claim is to be shared by nodes, and its class has disks for one",
    manifest: `${deployment(
      "albums",
      `# One on each node; both write to the same pictures.
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: DoNotSchedule
    labelSelector: { matchLabels: { app: albums } }
containers:
  - name: albums
    image: registry.acme.example/albums:2.2.0
    volumeMounts: [{ name: pictures, mountPath: /pictures }]
    ${limits}
volumes:
  - { name: pictures, persistentVolumeClaim: { claimName: albums } }`,
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: albums, namespace: shop }
spec: { accessModes: [ReadWriteMany], storageClassName: gp3, resources: { requests: { storage: 50Gi } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: exports, namespace: shop }
spec: { accessModes: [ReadWriteMany], storageClassName: shared, resources: { requests: { storage: 5Gi } } }
`,
    beside: `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: gp3, annotations: { storageclass.kubernetes.io/is-default-class: "true" } }
provisioner: ebs.csi.aws.com
parameters: { type: gp3 }
volumeBindingMode: Immediate
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: shared }
provisioner: efs.csi.aws.com
parameters: { provisioningMode: efs-ap }
volumeBindingMode: Immediate
`,
    pods: [unbound.pod, { ...unbound.pod, name: "albums-54c8d7f9b6-w2nqc" }],
    statuses: {
      ...down("albums", 2),
      "PersistentVolumeClaim/albums": { phase: "Pending" },
      "PersistentVolumeClaim/exports": { phase: "Bound", accessModes: ["ReadWriteMany"], capacity: { storage: "5Gi" } },
    },
    events: [
      unbound.event,
      {
        about: "PersistentVolumeClaim/albums",
        reason: "ProvisioningFailed",
        message:
          'failed to provision volume with StorageClass "gp3": rpc error: code = InvalidArgument desc = Volume capabilities MULTI_NODE_MULTI_WRITER not supported. Only AccessModes[ReadWriteOnce] supported.',
        count: 12,
      },
    ],
    cause: { object: "PersistentVolumeClaim/shop/albums", fields: ["spec.storageClassName", "spec.accessModes", "spec.accessModes[0]"] },
    right: [["storageClassName: gp3", "storageClassName: shared"]],
    wrong: [
      ["accessModes: [ReadWriteMany], storageClassName: gp3", "accessModes: [ReadWriteOnce], storageClassName: gp3"],
      ["storageClassName: gp3", "storageClassName: efs-sc"],
      ["storage: 50Gi", "storage: 20Gi"],
      ["replicas: 2", "replicas: 1"],
    ],
  },
  {
    id: "a pod is to run in one zone, and its disk is in another",
    manifest: `${deployment(
      "suggest",
      `nodeSelector:
  topology.kubernetes.io/zone: eu-1b
containers:
  - name: suggest
    image: registry.acme.example/suggest:1.3.1
    volumeMounts: [{ name: index, mountPath: /index }]
    ${limits}
volumes:
  - { name: index, persistentVolumeClaim: { claimName: suggest-index } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: suggest-index, namespace: shop }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: zonal
  resources: { requests: { storage: 40Gi } }
  volumeName: pvc-2d7f64b0-93c8-4f0c-a2a2-3d5b0f6f5a11
`,
    beside: `apiVersion: v1
kind: PersistentVolume
metadata: { name: pvc-2d7f64b0-93c8-4f0c-a2a2-3d5b0f6f5a11 }
spec:
  capacity: { storage: 40Gi }
  accessModes: [ReadWriteOnce]
  storageClassName: zonal
  persistentVolumeReclaimPolicy: Delete
  claimRef: { kind: PersistentVolumeClaim, namespace: shop, name: suggest-index }
  csi: { driver: csi.acme.example, volumeHandle: vol-0c41 }
  nodeAffinity:
    required:
      nodeSelectorTerms:
        - matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [eu-1a] }]
status: { phase: Bound }
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: zonal }
provisioner: csi.acme.example
volumeBindingMode: WaitForFirstConsumer
`,
    was: ["topology.kubernetes.io/zone: eu-1b", "topology.kubernetes.io/zone: eu-1a"],
    pods: [elsewhere.pod],
    statuses: {
      ...down("suggest", 1, "suggest-7b9f6c5d48"),
      "PersistentVolumeClaim/suggest-index": { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "40Gi" } },
    },
    events: [elsewhere.event],
    cause: {
      object: "Deployment/shop/suggest",
      fields: ["spec.template.spec.nodeSelector.topology.kubernetes.io/zone", "spec.template.spec.nodeSelector"],
    },
    right: [["topology.kubernetes.io/zone: eu-1b", "topology.kubernetes.io/zone: eu-1a"]],
    wrong: [
      ["topology.kubernetes.io/zone: eu-1b", "topology.kubernetes.io/zone: eu-1c"],
      ["topology.kubernetes.io/zone: eu-1b", "kubernetes.io/hostname: node-2"],
      ["persistentVolumeClaim: { claimName: suggest-index }", "emptyDir: {}"],
      ["storage: 40Gi", "storage: 20Gi"],
    ],
  },
  {
    id: "a priority class that there is not",
    manifest: deployment(
      "alerts",
      `priorityClassName: services-critical
containers:
  - name: alerts
    image: registry.acme.example/alerts:1.0.4
    ${limits}`,
    ),
    repositoryText: "Alerts have to go out when nodes are full: they are of the class for critical services.\n",
    beside: `apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: service-critical }
value: 100000
description: Services that have to run when nodes are full
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: batch-low }
value: -10
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: { name: system-cluster-critical }
value: 2000000000
`,
    ...priority,
    cause: { object: "Deployment/shop/alerts", fields: ["spec.template.spec.priorityClassName"] },
    right: [["services-critical", "service-critical"]],
    wrong: [
      ["services-critical", "system-cluster-critical"],
      ["services-critical", "batch-low"],
      ["services-critical", "high-priority"],
      ["priorityClassName: services-critical\n      ", ""],
    ],
  },
  {
    id: "a quota wants a limit that the container does not say",
    manifest: `${deployment(
      "digest",
      `containers:
  - name: digest
    image: registry.acme.example/digest:0.3.0
    resources: { requests: { cpu: 50m, memory: 128Mi } }`,
    )}---
apiVersion: v1
kind: ResourceQuota
metadata: { name: compute, namespace: shop }
spec: { hard: { requests.memory: 2Gi, limits.memory: 4Gi } }
`,
    repositoryText: "digest 0.3.0 needs about 90 MB, and up to 200 MB at the turn of a month.\n",
    statuses: {
      ...unlimited.statuses,
      "ResourceQuota/compute": {
        hard: { "requests.memory": "2Gi", "limits.memory": "4Gi" },
        used: { "requests.memory": "256Mi", "limits.memory": "512Mi" },
      },
    },
    events: unlimited.events,
    cause: {
      object: "Deployment/shop/digest",
      fields: ["", ".limits", ".limits.memory"].map((one) => `spec.template.spec.containers[digest].resources${one}`),
    },
    right: [["requests: { cpu: 50m, memory: 128Mi }", "requests: { cpu: 50m, memory: 128Mi }, limits: { memory: 256Mi }"]],
    wrong: [
      ["requests: { cpu: 50m, memory: 128Mi }", "requests: { cpu: 50m, memory: 128Mi }, limits: { cpu: 200m }"],
      ["requests: { cpu: 50m, memory: 128Mi }", "requests: { cpu: 50m, memory: 128Mi }, limits: { memory: 8Gi }"],
      ["requests: { cpu: 50m, memory: 128Mi }", "requests: { cpu: 50m, memory: 128Mi }, limits: { memory: 64Mi }"],
      ["hard: { requests.memory: 2Gi, limits.memory: 4Gi }", "hard: { requests.memory: 2Gi }"],
    ],
  },
  {
    id: "a pod does not keep to the standard that is enforced",
    // The standard is the default of the API server's admission, so that no label of the namespace shows it.
    manifest: deployment(
      "relay",
      `securityContext:
  runAsNonRoot: true
  runAsUser: 10001
containers:
  - name: relay
    image: registry.acme.example/relay:5.1.0
    securityContext: { capabilities: { drop: [ALL] } }
    ${limits}`,
    ),
    ...security,
    cause: {
      object: "Deployment/shop/relay",
      fields: [
        "containers[relay].securityContext",
        "containers[relay].securityContext.allowPrivilegeEscalation",
        "containers[relay].securityContext.seccompProfile",
        "containers[relay].securityContext.seccompProfile.type",
        "securityContext",
        "securityContext.seccompProfile",
        "securityContext.seccompProfile.type",
      ].map((one) => `spec.template.spec.${one}`),
    },
    right: [
      [
        "{ capabilities: { drop: [ALL] } }",
        "{ allowPrivilegeEscalation: false, seccompProfile: { type: RuntimeDefault }, capabilities: { drop: [ALL] } }",
      ],
    ],
    wrong: [
      ["{ capabilities: { drop: [ALL] } }", "{ allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }"],
      ["{ capabilities: { drop: [ALL] } }", "{ seccompProfile: { type: RuntimeDefault }, capabilities: { drop: [ALL] } }"],
      [
        "{ capabilities: { drop: [ALL] } }",
        "{ allowPrivilegeEscalation: false, seccompProfile: { type: Unconfined }, capabilities: { drop: [ALL] } }",
      ],
      ["runAsUser: 10001", "runAsUser: 0"],
    ],
  },
  {
    id: "a rollout needs one pod more than the quota takes, and lets none go first",
    manifest: `${deployment(
      "gate",
      `containers:
  - name: gate
    image: registry.acme.example/gate:2.4.0
    ${limits}`,
      "replicas: 4\nstrategy:\n  type: RollingUpdate\n  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }",
    )}---
# Of the platform's team.
apiVersion: v1
kind: ResourceQuota
metadata: { name: pods, namespace: shop }
spec: { hard: { pods: "6" } }
`,
    was: ["gate:2.4.0", "gate:2.3.0"],
    pods: ["4hb6t", "9fz2m", "r8dkx", "tw5vq"].map((suffix, at) => ({
      of: "gate",
      name: `gate-54c8d7f9b6-${suffix}`,
      node: `node-${(at % 3) + 1}`,
      old: true,
    })),
    statuses: { ...surge.statuses, "ResourceQuota/pods": { hard: { pods: "6" }, used: { pods: "6" } } },
    events: surge.events,
    cause: {
      object: "Deployment/shop/gate",
      fields: ["spec.strategy.rollingUpdate.maxUnavailable", "spec.strategy.rollingUpdate.maxSurge", "spec.strategy.rollingUpdate"],
    },
    right: [
      ["{ maxSurge: 1, maxUnavailable: 0 }", "{ maxSurge: 0, maxUnavailable: 1 }"],
      ["maxUnavailable: 0", "maxUnavailable: 1"],
    ],
    wrong: [
      ["maxSurge: 1", "maxSurge: 2"],
      // The API server refuses it: one of the two has to be above zero.
      ["maxSurge: 1", "maxSurge: 0"],
      ["replicas: 4", "replicas: 5"],
      ["gate:2.4.0", "gate:2.4.1"],
    ],
  },
];
