import { deployment, type HeldOutFault } from "./stage.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const validating = "ValidatingWebhookConfiguration";

/** What the API server or a controller refuses: accounts, ranges, hooks, quotas, scaling, a rollout that is held. */
export const admitting: readonly HeldOutFault[] = [
  {
    id: "a service account that does not exist",
    manifest: `${deployment(
      "orders",
      `serviceAccountName: order-svc
containers:
  - name: orders
    image: registry.acme.example/orders:8.0.1
    ${limits}`,
    )}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: orders-svc, namespace: shop }
`,
    events: [
      {
        about: "ReplicaSet/orders-54c8d7f9b6",
        reason: "FailedCreate",
        message:
          'Error creating: pods "orders-54c8d7f9b6-" is forbidden: error looking up service account shop/order-svc: serviceaccount "order-svc" not found',
      },
    ],
    cause: { object: "Deployment/shop/orders", fields: ["spec.template.spec.serviceAccountName"] },
    right: [["serviceAccountName: order-svc", "serviceAccountName: orders-svc"]],
    wrong: [
      ["serviceAccountName: order-svc", "serviceAccountName: default"],
      ["serviceAccountName: order-svc\n", "automountServiceAccountToken: false\n"],
      ["replicas: 2", "replicas: 1"],
    ],
  },
  {
    id: "a container asks for less memory than the limit range takes",
    manifest: `${deployment(
      "beacon",
      `containers:
  - name: beacon
    image: registry.acme.example/beacon:0.9.0
    resources: { requests: { cpu: 50m, memory: 16Mi }, limits: { memory: 128Mi } }`,
    )}---
apiVersion: v1
kind: LimitRange
metadata: { name: bounds, namespace: shop }
spec: { limits: [{ type: Container, min: { memory: 64Mi } }] }
`,
    events: [
      {
        about: "ReplicaSet/beacon-54c8d7f9b6",
        reason: "FailedCreate",
        message:
          'Error creating: pods "beacon-54c8d7f9b6-m2k9x" is forbidden: minimum memory usage per Container is 64Mi, but request is 16Mi',
      },
    ],
    cause: { object: "Deployment/shop/beacon", fields: ["spec.template.spec.containers[beacon].resources.requests.memory"] },
    right: [["memory: 16Mi", "memory: 64Mi"]],
    wrong: [
      ["memory: 16Mi", "memory: 32Mi"],
      ["limits: { memory: 128Mi }", "limits: { memory: 256Mi }"],
      ["min: { memory: 64Mi }", "min: { memory: 16Mi }"],
    ],
  },
  {
    id: "a validating hook that must answer is at a service that is gone",
    manifest: `${deployment(
      "cart",
      `containers:
  - name: cart
    image: registry.acme.example/cart:3.0.0
    ${limits}`,
    )}---
apiVersion: admissionregistration.k8s.io/v1
kind: ${validating}
metadata: { name: image-policy }
webhooks:
  - name: validate.policy.acme.example
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
    clientConfig:
      service: { name: image-polcy, namespace: policy, path: /validate, port: 443 }
    rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
`,
    beside: `apiVersion: v1
kind: Service
metadata: { name: image-policy, namespace: policy }
spec: { selector: { app: image-policy }, ports: [{ port: 443, targetPort: 8443 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: image-policy-0, namespace: policy, labels: { app: image-policy } }
spec: { nodeName: node-1, containers: [{ name: policy, ports: [{ containerPort: 8443 }] }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    events: [
      {
        about: "ReplicaSet/cart-54c8d7f9b6",
        reason: "FailedCreate",
        message:
          'Error creating: Internal error occurred: failed calling webhook "validate.policy.acme.example": failed to call webhook: Post "https://image-polcy.policy.svc:443/validate?timeout=10s": service "image-polcy" not found',
      },
    ],
    cause: {
      object: `${validating}/image-policy`,
      fields: ["webhooks[validate.policy.acme.example].clientConfig.service.name"],
    },
    right: [["name: image-polcy", "name: image-policy"]],
    wrong: [
      ["failurePolicy: Fail", "failurePolicy: Ignore"],
      ["resources: [pods]", "resources: [configmaps]"],
      ["replicas: 2", "replicas: 1"],
    ],
  },
  {
    id: "a stateful set's claim is larger than the quota of its storage class",
    manifest: `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: shop }
spec:
  replicas: 1
  serviceName: store
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      containers:
        - name: store
          image: registry.acme.example/store:11.2.0
          ports: [{ name: sql, containerPort: 5432 }]
          volumeMounts: [{ name: data, mountPath: /var/lib/store }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], storageClassName: fast, resources: { requests: { storage: 200Gi } } }
---
apiVersion: v1
kind: Service
metadata: { name: store, namespace: shop }
spec: { clusterIP: None, selector: { app: store }, ports: [{ name: sql, port: 5432, targetPort: sql }] }
`,
    beside: `apiVersion: v1
kind: ResourceQuota
metadata: { name: disks, namespace: shop }
spec: { hard: { fast.storageclass.storage.k8s.io/requests.storage: 100Gi } }
status: { hard: { fast.storageclass.storage.k8s.io/requests.storage: 100Gi }, used: { fast.storageclass.storage.k8s.io/requests.storage: 20Gi } }
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: csi.acme.example
`,
    events: [
      {
        about: "StatefulSet/store",
        reason: "FailedCreate",
        message:
          'create Claim data-store-0 for Pod store-0 in StatefulSet store failed error: persistentvolumeclaims "data-store-0" is forbidden: exceeded quota: disks, requested: fast.storageclass.storage.k8s.io/requests.storage=200Gi, used: fast.storageclass.storage.k8s.io/requests.storage=20Gi, limited: fast.storageclass.storage.k8s.io/requests.storage=100Gi',
      },
    ],
    cause: {
      object: "StatefulSet/shop/store",
      fields: ["spec.volumeClaimTemplates[0].spec.resources.requests.storage"],
    },
    right: [["storage: 200Gi", "storage: 80Gi"]],
    wrong: [
      ["storage: 200Gi", "storage: 100Gi"],
      ["storage: 200Gi", "storage: 400Gi"],
      ["image: registry.acme.example/store:11.2.0", "image: registry.acme.example/store:11.1.0"],
    ],
  },
  {
    id: "an autoscaler goes by the share of what is asked for, and nothing is asked for",
    manifest: `${deployment(
      "thumbs",
      `containers:
  - name: thumbs
    image: registry.acme.example/thumbs:1.4.2
    resources:
      limits: { memory: 256Mi }
      requests: { memory: 128Mi }`,
    )}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: thumbs, namespace: shop }
spec:
  minReplicas: 2
  maxReplicas: 8
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: thumbs }
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }
status:
  conditions:
    - { type: AbleToScale, status: "True", reason: SucceededGetScale }
    - type: ScalingActive
      status: "False"
      reason: FailedGetResourceMetric
      message: "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container thumbs of Pod thumbs-54c8d7f9b6-ghq5d"
`,
    pods: [
      { of: "thumbs", name: "thumbs-54c8d7f9b6-ghq5d", node: "node-1" },
      { of: "thumbs", name: "thumbs-54c8d7f9b6-s7wlk", node: "node-2" },
    ],
    cause: { object: "Deployment/shop/thumbs", fields: ["spec.template.spec.containers[thumbs].resources.requests.cpu"] },
    right: [["requests: { memory: 128Mi }", "requests: { memory: 128Mi, cpu: 100m }"]],
    wrong: [
      ["averageUtilization: 70", "averageUtilization: 90"],
      ["minReplicas: 2", "minReplicas: 4"],
      ["requests: { memory: 128Mi }", "requests: { memory: 128Mi, cpu: 64 }"],
    ],
  },
  {
    id: "a rollout is held: the deployment is paused and its pods are of the revision before",
    manifest: deployment(
      "banner",
      `containers:
  - name: banner
    image: registry.acme.example/banner:2.1.0
    ${limits}`,
      "replicas: 2\npaused: true",
    ),
    pods: [
      { of: "banner", name: "banner-54c8d7f9b6-6q8vn", node: "node-1", old: true },
      { of: "banner", name: "banner-54c8d7f9b6-7m2ws", node: "node-2", old: true },
    ],
    was: ["banner:2.1.0", "banner:2.0.7"],
    cause: { object: "Deployment/shop/banner", fields: ["spec.paused"] },
    right: [["paused: true", "paused: false"]],
    wrong: [
      ["replicas: 2", "replicas: 3"],
      ["banner:2.1.0", "banner:2.0.7"],
      ["banner:2.1.0", "banner:2.1.1"],
    ],
  },
];
