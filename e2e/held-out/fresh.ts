import { deployment, type HeldOutFault, looping, unplaced, waiting } from "./stage.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const taken = unplaced(
  "collector",
  "collector-54c8d7f9b6-m7x2q",
  "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
);

/** Written after triage had learned from the others, and before it had seen these: how far it carries. */
export const fresh: readonly HeldOutFault[] = [
  {
    id: "an image that nobody may pull, since the policy says never",
    manifest: deployment(
      "ticker",
      `containers:
  - name: ticker
    image: registry.acme.example/ticker:1.1.0
    imagePullPolicy: Never
    ${limits}`,
    ),
    pods: [
      {
        of: "ticker",
        name: "ticker-54c8d7f9b6-9mzzs",
        node: "node-2",
        states: {
          ticker: waiting(
            "ErrImageNeverPull",
            'Container image "registry.acme.example/ticker:1.1.0" is not present with pull policy of Never',
          ),
        },
      },
    ],
    cause: { object: "Deployment/shop/ticker", fields: ["spec.template.spec.containers[ticker].imagePullPolicy"] },
    right: [["imagePullPolicy: Never", "imagePullPolicy: IfNotPresent"]],
    wrong: [
      ["ticker:1.1.0", "ticker:latest"],
      ["ticker:1.1.0", "ticker:1.0.0"],
    ],
  },
  {
    id: "a program that is not root listens at a port below 1024",
    manifest: deployment(
      "edge",
      `containers:
  - name: edge
    image: registry.acme.example/edge:4.0.0
    env: [{ name: PORT, value: "80" }]
    ports: [{ name: http, containerPort: 80 }]
    securityContext: { runAsNonRoot: true, runAsUser: 10001, capabilities: { drop: [ALL] } }
    ${limits}`,
    ),
    pods: [{ of: "edge", name: "edge-54c8d7f9b6-4ndv8", node: "node-1", states: { edge: looping(1) } }],
    logs: { "edge-54c8d7f9b6-4ndv8/edge/previous": ["edge 4.0.0", "Error: listen EACCES: permission denied 0.0.0.0:80"] },
    cause: { object: "Deployment/shop/edge", fields: ["spec.template.spec.containers[edge].env[PORT].value"] },
    right: [['value: "80"', 'value: "8080"']],
    wrong: [
      ["runAsUser: 10001", "runAsUser: 0"],
      ["drop: [ALL]", "add: [NET_ADMIN]"],
    ],
  },
  {
    id: "a gateway of a class that there is not",
    manifest: `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: acme-externl
  listeners: [{ name: http, port: 80, protocol: HTTP }]
status: { conditions: [{ type: Accepted, status: Unknown, reason: Pending, message: Waiting for controller }] }
`,
    beside: `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: acme-external }
spec: { controllerName: gateway.acme.example/controller }
status: { conditions: [{ type: Accepted, status: "True" }] }
`,
    cause: { object: "Gateway/shop/public", fields: ["spec.gatewayClassName"] },
    right: [["acme-externl", "acme-external"]],
    wrong: [
      ["acme-externl", "nginx"],
      ["port: 80", "port: 8080"],
    ],
  },
  {
    id: "a scratch volume grows beyond its limit and the pod is evicted",
    manifest: deployment(
      "importer",
      `containers:
  - name: importer
    image: registry.acme.example/importer:2.0.0
    volumeMounts: [{ name: scratch, mountPath: /scratch }]
    ${limits}
volumes:
  - { name: scratch, emptyDir: { sizeLimit: 100Mi } }`,
      "replicas: 1",
    ),
    pods: [
      {
        of: "importer",
        name: "importer-54c8d7f9b6-fk2pm",
        node: "node-2",
        status: {
          phase: "Failed",
          reason: "Evicted",
          message: 'Usage of EmptyDir volume "scratch" exceeds the limit "100Mi". ',
          startTime: "2026-05-04T09:20:00Z",
          containerStatuses: [],
        },
      },
      { of: "importer", name: "importer-54c8d7f9b6-xx7gq", node: "node-2" },
    ],
    cause: { object: "Deployment/shop/importer", fields: ["spec.template.spec.volumes[scratch].emptyDir.sizeLimit"] },
    right: [["sizeLimit: 100Mi", "sizeLimit: 400Mi"]],
    wrong: [
      ["sizeLimit: 100Mi", "sizeLimit: 50Mi"],
      ["{ sizeLimit: 100Mi }", "{}"],
    ],
  },
  {
    id: "a database's port is wrong in a variable",
    manifest: `${deployment(
      "accounts",
      `containers:
  - name: accounts
    image: registry.acme.example/accounts:6.3.0
    env: [{ name: DB_URL, value: "postgres://catalog:8081/accounts" }]
    ${limits}`,
    )}`,
    pods: [{ of: "accounts", name: "accounts-54c8d7f9b6-v5kwn", node: "node-3", states: { accounts: looping(1) } }],
    logs: {
      "accounts-54c8d7f9b6-v5kwn/accounts/previous": ["accounts 6.3.0", "error: connect ECONNREFUSED catalog:8081", "giving up"],
    },
    cause: { object: "Deployment/shop/accounts", fields: ["spec.template.spec.containers[accounts].env[DB_URL].value"] },
    right: [["catalog:8081", "catalog:80"]],
    wrong: [
      ["catalog:8081", "catalogue:8081"],
      ["catalog:8081", "catalog:8082"],
    ],
  },
  {
    id: "a pod asks for more memory than is left anywhere",
    manifest: deployment(
      "collector",
      `containers:
  - name: collector
    image: registry.acme.example/collector:1.0.0
    resources: { requests: { cpu: 100m, memory: 3Gi }, limits: { memory: 3Gi } }`,
      "replicas: 1",
    ),
    was: ["requests: { cpu: 100m, memory: 3Gi }", "requests: { cpu: 100m, memory: 768Mi }"],
    pods: [taken.pod],
    events: [taken.event],
    beside: [1, 2, 3]
      .map(
        (node) => `apiVersion: v1
kind: Pod
metadata: { name: cache-${node}, namespace: analytics }
spec: { nodeName: node-${node}, containers: [{ name: cache, resources: { requests: { cpu: 100m, memory: 5Gi } } }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
      )
      .join("---\n"),
    cause: { object: "Deployment/shop/collector", fields: ["spec.template.spec.containers[collector].resources.requests.memory"] },
    right: [["requests: { cpu: 100m, memory: 3Gi }", "requests: { cpu: 100m, memory: 768Mi }"]],
    wrong: [
      ["requests: { cpu: 100m, memory: 3Gi }", "requests: { cpu: 100m, memory: 2560Mi }"],
      ["requests: { cpu: 100m, memory: 3Gi }", "requests: { cpu: 100m, memory: 64Mi }"],
    ],
  },
];
