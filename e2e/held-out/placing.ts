import { deployment, type HeldOutFault, unplaced, waiting } from "./stage.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";

const spread = unplaced(
  "feed",
  "feed-54c8d7f9b6-9k4ws",
  "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label). preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
);
const apart = unplaced(
  "broker",
  "broker-54c8d7f9b6-xz8fd",
  "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
);
const together = unplaced(
  "sidekick",
  "sidekick-54c8d7f9b6-l2mdv",
  "0/3 nodes are available: 3 node(s) didn't match pod affinity rules. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
);
const arch = unplaced(
  "media",
  "media-54c8d7f9b6-5dsl9",
  "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
);
const full = unplaced(
  "batch",
  "batch-54c8d7f9b6-vv8rt",
  "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
);
const port = unplaced(
  "probe-agent",
  "probe-agent-54c8d7f9b6-hj2wp",
  "0/3 nodes are available: 1 node(s) didn't have free ports for the requested pod ports, 2 node(s) didn't match Pod's node affinity/selector.",
);

const hostname = "topologyKey: kubernetes.io/hostname";

/** Pods that find no node, and volumes that do not come. */
export const placing: readonly HeldOutFault[] = [
  {
    id: "pods are to be spread over zones by a label that no node has",
    manifest: deployment(
      "feed",
      `topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zones
    whenUnsatisfiable: DoNotSchedule
    labelSelector: { matchLabels: { app: feed } }
containers:
  - name: feed
    image: registry.acme.example/feed:1.2.0
    ${limits}`,
    ),
    pods: [spread.pod],
    events: [spread.event],
    cause: { object: "Deployment/shop/feed", fields: ["spec.template.spec.topologySpreadConstraints[0].topologyKey"] },
    right: [["topology.kubernetes.io/zones", "topology.kubernetes.io/zone"]],
    wrong: [
      ["maxSkew: 1", "maxSkew: 3"],
      ["topology.kubernetes.io/zones", "topology.kubernetes.io/region"],
      ["DoNotSchedule", "ScheduleAnyway"],
    ],
  },
  {
    id: "more replicas that keep away from one another than there are nodes",
    manifest: deployment(
      "broker",
      `affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - labelSelector: { matchLabels: { app: broker } }
        ${hostname}
containers:
  - name: broker
    image: registry.acme.example/broker:3.9.1
    ${limits}`,
      "replicas: 4",
    ),
    was: ["replicas: 4", "replicas: 3"],
    pods: [...["node-1", "node-2", "node-3"].map((node, at) => ({ of: "broker", name: `broker-54c8d7f9b6-p${at}q7k`, node })), apart.pod],
    events: [apart.event],
    cause: { object: "Deployment/shop/broker", fields: ["spec.replicas", "spec.template.spec.affinity.podAntiAffinity"] },
    right: [["replicas: 4", "replicas: 3"]],
    wrong: [
      ["replicas: 4", "replicas: 5"],
      ["replicas: 4", "replicas: 0"],
      [hostname, "topologyKey: topology.kubernetes.io/zone"],
    ],
  },
  {
    id: "pods are to stand beside pods with a label that none has",
    manifest: deployment(
      "sidekick",
      `affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - labelSelector: { matchLabels: { app: catalogue } }
        ${hostname}
containers:
  - name: sidekick
    image: registry.acme.example/sidekick:0.3.0
    ${limits}`,
    ),
    pods: [together.pod],
    events: [together.event],
    cause: {
      object: "Deployment/shop/sidekick",
      fields: ["spec.template.spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels.app"],
    },
    right: [["app: catalogue", "app: catalog"]],
    wrong: [
      ["app: catalogue", "app: cart"],
      [hostname, "topologyKey: topology.kubernetes.io/zone"],
      ["replicas: 2", "replicas: 1"],
    ],
  },
  {
    id: "a node selector with a mistyped label",
    manifest: deployment(
      "media",
      `nodeSelector:
  kubernetes.io/arhc: amd64
containers:
  - name: media
    image: registry.acme.example/media:2.0.0
    ${limits}`,
    ),
    pods: [arch.pod],
    events: [arch.event],
    cause: { object: "Deployment/shop/media", fields: ["spec.template.spec.nodeSelector.kubernetes.io/arhc"] },
    right: [["kubernetes.io/arhc: amd64", "kubernetes.io/arch: amd64"]],
    wrong: [
      ["kubernetes.io/arhc: amd64", "kubernetes.io/arhc: x86_64"],
      ["kubernetes.io/arhc: amd64", "kubernetes.io/arch: arm64"],
      ["replicas: 2", "replicas: 1"],
    ],
  },
  {
    id: "a pod asks for more than is left on any node, though each has enough in all",
    manifest: deployment(
      "batch",
      `containers:
  - name: batch
    image: registry.acme.example/batch:1.0.0
    resources: { requests: { cpu: 2500m, memory: 256Mi }, limits: { memory: 512Mi } }`,
      "replicas: 1",
    ),
    was: ["cpu: 2500m", "cpu: 500m"],
    pods: [{ of: "batch", name: "batch-54c8d7f9b6-old4z", node: "node-1", old: true }, full.pod],
    beside: [1, 2, 3]
      .map(
        (node) => `apiVersion: v1
kind: Pod
metadata: { name: engine-${node}, namespace: analytics }
spec:
  nodeName: node-${node}
  containers: [{ name: engine, image: "registry.acme.example/engine:1", resources: { requests: { cpu: 2400m, memory: 1Gi } } }]
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
      )
      .join("---\n"),
    events: [full.event],
    cause: { object: "Deployment/shop/batch", fields: ["spec.template.spec.containers[batch].resources.requests.cpu"] },
    right: [["cpu: 2500m", "cpu: 500m"]],
    wrong: [
      ["cpu: 2500m", "cpu: 2250m"],
      ["cpu: 2500m", "cpu: 3500m"],
      ["cpu: 2500m, ", ""],
    ],
  },
  {
    id: "two replicas want the same port of one node",
    manifest: deployment(
      "probe-agent",
      `nodeSelector:
  kubernetes.io/hostname: node-2
containers:
  - name: agent
    image: registry.acme.example/agent:1.0.2
    ports: [{ name: metrics, containerPort: 9100, hostPort: 9100 }]
    ${limits}`,
    ),
    was: ["replicas: 2", "replicas: 1"],
    pods: [{ of: "probe-agent", name: "probe-agent-54c8d7f9b6-c6tqs", node: "node-2" }, port.pod],
    events: [port.event],
    cause: {
      object: "Deployment/shop/probe-agent",
      fields: ["spec.template.spec.containers[agent].ports[metrics].hostPort", "spec.replicas"],
    },
    right: [["replicas: 2", "replicas: 1"]],
    wrong: [
      ["replicas: 2", "replicas: 3"],
      ["kubernetes.io/hostname: node-2", "kubernetes.io/hostname: node-9"],
      ["containerPort: 9100, hostPort: 9100", "containerPort: 9101, hostPort: 9100"],
    ],
  },
  {
    id: "a volume for one node is still attached to another while a rollout starts a second pod",
    manifest: `${deployment(
      "wiki",
      `containers:
  - name: wiki
    image: registry.acme.example/wiki:6.1.0
    ${limits}
    volumeMounts: [{ name: pages, mountPath: /pages }]
volumes:
  - { name: pages, persistentVolumeClaim: { claimName: wiki-pages } }`,
      "replicas: 1\nstrategy:\n  type: RollingUpdate",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: wiki-pages, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: fast, resources: { requests: { storage: 10Gi } }, volumeName: pvc-6a1 }
status: { phase: Bound }
`,
    was: ["wiki:6.1.0", "wiki:6.0.3"],
    pods: [
      { of: "wiki", name: "wiki-54c8d7f9b6-w8n4b", node: "node-1", old: true },
      { of: "wiki", name: "wiki-7b9f6c5d48-zt6jd", node: "node-3", states: { wiki: waiting("ContainerCreating") } },
    ],
    events: [
      {
        about: "Pod/wiki-7b9f6c5d48-zt6jd",
        reason: "FailedAttachVolume",
        message: 'Multi-Attach error for volume "pvc-6a1" Volume is already used by pod(s) wiki-54c8d7f9b6-w8n4b',
        count: 1,
      },
    ],
    beside: "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: fast }\nprovisioner: csi.acme.example\n",
    cause: { object: "Deployment/shop/wiki", fields: ["spec.strategy", "spec.strategy.type"] },
    right: [["type: RollingUpdate", "type: Recreate"]],
    wrong: [
      ["replicas: 1", "replicas: 2"],
      ["wiki:6.1.0", "wiki:6.0.3"],
      ["ReadWriteOnce", "ReadWriteMany"],
    ],
  },
];
