// The cluster of taint: a pod that tolerates another value than the one that its nodes carry.
import { neighbour } from "../../scripts/draft/background.mjs";
import { draftCluster, running } from "../../scripts/draft/draft.mjs";

const namespace = "video";
const general = { cpu: 8, memoryKi: 16_374_624, labels: { "acme.example/pool": "general" } };
const kept = (pool, value) => ({
  cpu: 32,
  memoryKi: 65_498_116,
  age: "9d",
  labels: { "acme.example/pool": pool },
  taints: [{ effect: "NoSchedule", key: "acme.example/dedicated", value }],
});

draftCluster(import.meta.url, {
  recordedAt: "2026-11-19T11:20:00Z",
  age: "301d",
  namespaces: [namespace],
  nodes: [
    {
      name: "cp-1",
      cpu: 4,
      memoryKi: 8_127_396,
      taints: [{ effect: "NoSchedule", key: "node-role.kubernetes.io/control-plane" }],
      labels: { "node-role.kubernetes.io/control-plane": "" },
    },
    { name: "worker-1", ...general },
    { name: "worker-2", ...general },
    {
      name: "worker-3",
      ...general,
      unschedulable: true,
      taints: [{ effect: "NoSchedule", key: "node.kubernetes.io/unschedulable", timeAdded: "2026-11-17T08:02:11Z" }],
    },
    { name: "encode-1", ...kept("encoding", "encoding") },
    { name: "encode-2", ...kept("encoding", "encoding") },
    { name: "train-1", ...kept("training", "training") },
  ],
  apply: [
    "repo/deploy",
    ...neighbour(namespace, "player-api", { image: "registry.internal/acme/player-api:5.17.0", replicas: 2 }),
    ...neighbour(namespace, "uploads", { image: "registry.internal/acme/uploads:2.9.4", replicas: 2 }),
  ],
  about: {
    "Deployment/video/transcode": {
      revisions: [
        {
          ago: "64d 3h",
          number: 14,
          desired: 2,
          change: ({ spec }) => {
            delete spec.nodeSelector;
            delete spec.tolerations;
            spec.containers[0].image = "registry.internal/acme/transcode:2.2.0";
          },
          pods: [
            { log: [["64d", "waiting for videos in /inbox"], ["9m", "v-88121.mp4: 720 lines done"], ["3m", "v-88121.mp4: 1080 lines done"]] },
            {
              state: running({ ago: "11d", restarts: 1, last: { exitCode: 137, reason: "OOMKilled", ago: "11d" } }),
              previousLog: [["64d", "waiting for videos in /inbox"], ["11d", "v-80417.mp4: 1080 lines done"]],
              log: [["11d", "waiting for videos in /inbox"], ["5m", "v-88124.mp4: 480 lines done"]],
            },
          ],
        },
        {
          ago: "50m",
          number: 15,
          pods: [
            {
              pending:
                "0/7 nodes are available: 1 node(s) had untolerated taint {acme.example/dedicated: training}, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector, 2 node(s) had untolerated taint {acme.example/dedicated: encoding}. preemption: 0/7 nodes are available: 7 Preemption is not helpful for scheduling.",
            },
          ],
        },
      ],
    },
    "Deployment/video/player-api": {
      revisions: [
        {
          ago: "30d",
          pods: [
            {
              log: [["30d", "player-api 5.17.0"], ["16m", "WARN sizes of v-88124 are late"]],
              events: [
                {
                  type: "Warning",
                  reason: "Unhealthy",
                  message: 'Readiness probe failed: Get "http://{ip}:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                  from: "player-api",
                  ago: "16m",
                  first: "17m",
                  count: 2,
                },
              ],
            },
            { log: [["30d", "player-api 5.17.0"]] },
          ],
        },
      ],
    },
  },
  events: [
    ...["cp-1", "worker-1", "worker-2", "worker-3", "encode-1", "encode-2", "train-1"].map((name) => ({
      object: `Node/${name}`,
      reason: "RegisteredNode",
      message: `Node ${name} event: Registered Node ${name} in Controller`,
      ago: "38m",
      from: "node-controller",
    })),
  ],
});
