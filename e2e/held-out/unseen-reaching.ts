import { deployment, type HeldOutFault, looping } from "./stage.ts";
import { down, up } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const at = { lastTransitionTime: "2026-05-04T09:32:00Z" };

const pair = (of: string) =>
  ["6kfw9", "dl4rz"].map((suffix, index) => ({ of, name: `${of}-54c8d7f9b6-${suffix}`, node: `node-${index + 1}` }));

/** A program with its service and an ingress for it. */
const site = (name: string, port: number, backend: string, spec = "ingressClassName: nginx") => `${deployment(
  name,
  `containers:
  - name: ${name}
    image: registry.acme.example/${name}:1.4.0
    ports: [{ name: http, containerPort: ${port} }]
    readinessProbe: { httpGet: { path: /ready, port: http } }
    ${limits}`,
)}---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: shop }
spec:
  ${spec}
  rules:
    - host: ${name}.acme.example
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: ${name}, port: { ${backend} } } } }] }
`;

const nginx = `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: nginx }
spec: { controller: k8s.io/ingress-nginx }
---
apiVersion: v1
kind: Namespace
metadata:
  name: ingress-nginx
  labels: { kubernetes.io/metadata.name: ingress-nginx, app.kubernetes.io/instance: ingress-nginx }
---
apiVersion: v1
kind: Pod
metadata:
  name: ingress-nginx-controller-6d6f5b7c9d-pj2xk
  namespace: ingress-nginx
  labels: { app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller }
spec:
  nodeName: node-1
  containers: [{ name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1.11.1", ports: [{ name: http, containerPort: 80 }] }]
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`;

/** Rights, scaling, policies, ingresses, certificates: what stands between parts that are well in themselves. */
export const unseenReaching: readonly HeldOutFault[] = [
  {
    id: "a role is bound to an account of another namespace",
    manifest: `${deployment(
      "planner",
      `serviceAccountName: planner
containers:
  - name: planner
    image: registry.acme.example/planner:0.20.0
    ports: [{ name: http, containerPort: 8080 }]
    # Ready once it leads, or knows who does.
    readinessProbe: { httpGet: { path: /readyz, port: http } }
    ${limits}`,
    )}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: planner, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: planner-leases, namespace: shop }
rules:
  - { apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: planner-leases, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: planner-leases }
subjects:
  - { kind: ServiceAccount, name: planner, namespace: default }
`,
    pods: pair("planner").map((one) => ({
      ...one,
      status: { phase: "Running" },
      states: { planner: { ready: false, started: true, restartCount: 0, state: { running: { startedAt: "2026-05-04T09:30:04Z" } } } },
    })),
    statuses: down("planner", 2),
    events: [
      {
        about: "Pod/planner-54c8d7f9b6-6kfw9",
        reason: "Unhealthy",
        message: "Readiness probe failed: HTTP probe failed with statuscode: 503",
        count: 170,
      },
    ],
    logs: {
      "planner-54c8d7f9b6-6kfw9/planner": [
        "I0504 09:30:05.118734       1 leaderelection.go:250] attempting to acquire leader lease shop/planner...",
        'E0504 09:57:31.204117       1 leaderelection.go:332] error retrieving resource lock shop/planner: leases.coordination.k8s.io "planner" is forbidden: User "system:serviceaccount:shop:planner" cannot get resource "leases" in API group "coordination.k8s.io" in the namespace "shop"',
      ],
    },
    cause: {
      object: "RoleBinding/shop/planner-leases",
      fields: ["", "[planner]", "[planner].namespace", "[0]", "[0].namespace"].map((one) => `subjects${one}`),
    },
    right: [["name: planner, namespace: default", "name: planner, namespace: shop"]],
    wrong: [
      ["name: planner, namespace: default", "name: default, namespace: shop"],
      ["kind: Role, name: planner-leases", "kind: ClusterRole, name: cluster-admin"],
      ["verbs: [get, create, update]", 'verbs: ["*"]'],
      ["serviceAccountName: planner", "serviceAccountName: default"],
    ],
  },
  {
    id: "a role grants deployments of the core group, where there are none",
    manifest: `apiVersion: batch/v1
kind: CronJob
metadata: { name: recycle, namespace: shop }
spec:
  schedule: "0 5 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 1
      template:
        metadata: { labels: { app: recycle } }
        spec:
          serviceAccountName: recycle
          restartPolicy: Never
          containers:
            - name: kubectl
              image: registry.k8s.io/kubectl:v1.31.0
              args: [rollout, restart, deployment/catalog]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: recycle, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: recycle, namespace: shop }
rules:
  - apiGroups: [""]
    resources: [deployments]
    resourceNames: [catalog]
    verbs: [get, patch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: recycle, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: recycle }
subjects: [{ kind: ServiceAccount, name: recycle, namespace: shop }]
`,
    pods: ["8tzr5", "jv2mq"].map((suffix) => ({
      of: "recycle",
      name: `recycle-29631180-${suffix}`,
      node: "node-2",
      owner: ["Job", "recycle-29631180"] as const,
      states: { kubectl: { ready: false, restartCount: 0, state: { terminated: { exitCode: 1, reason: "Error" } } } },
      status: { phase: "Failed" },
    })),
    beside: `apiVersion: batch/v1
kind: Job
metadata:
  name: recycle-29631180
  namespace: shop
  creationTimestamp: "2026-05-04T05:00:00Z"
  ownerReferences: [{ apiVersion: batch/v1, kind: CronJob, name: recycle, controller: true }]
spec: { backoffLimit: 1 }
status:
  failed: 2
  startTime: "2026-05-04T05:00:00Z"
  conditions: [{ type: Failed, status: "True", reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit }]
`,
    statuses: { "CronJob/recycle": { lastScheduleTime: "2026-05-04T05:00:00Z", lastSuccessfulTime: "2026-04-21T05:00:09Z" } },
    events: [
      { about: "Job/recycle-29631180", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit", count: 1 },
    ],
    logs: {
      "recycle-29631180-8tzr5/kubectl": [
        'Error from server (Forbidden): deployments.apps "catalog" is forbidden: User "system:serviceaccount:shop:recycle" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
      ],
      "recycle-29631180-jv2mq/kubectl": [
        'Error from server (Forbidden): deployments.apps "catalog" is forbidden: User "system:serviceaccount:shop:recycle" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
      ],
    },
    cause: { object: "Role/shop/recycle", fields: ["rules[0].apiGroups", "rules[0].apiGroups[0]"] },
    right: [['apiGroups: [""]', "apiGroups: [apps]"]],
    wrong: [
      ['apiGroups: [""]', "apiGroups: [extensions]"],
      ['apiGroups: [""]', 'apiGroups: ["*"]'],
      ["verbs: [get, patch]", 'verbs: ["*"]'],
      ["serviceAccountName: recycle", "serviceAccountName: default"],
    ],
  },
  {
    id: "an autoscaler is for a deployment that is called otherwise",
    manifest: `${deployment(
      "front-desk",
      `containers:
  - name: front-desk
    image: registry.acme.example/front-desk:3.3.0
    ${limits}`,
    )}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: front-desk, namespace: shop }
spec:
  minReplicas: 2
  maxReplicas: 12
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: frontdesk }
  metrics:
    - { type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 75 } } }
`,
    pods: pair("front-desk"),
    statuses: {
      ...up("front-desk", 2),
      "HorizontalPodAutoscaler/front-desk": {
        currentReplicas: 0,
        desiredReplicas: 0,
        currentMetrics: null,
        conditions: [
          {
            type: "AbleToScale",
            status: "False",
            reason: "FailedGetScale",
            message: `the HPA controller was unable to get the target's current scale: deployments/scale.apps "frontdesk" not found`,
            ...at,
          },
        ],
      },
    },
    events: [
      {
        about: "HorizontalPodAutoscaler/front-desk",
        reason: "FailedGetScale",
        message: 'deployments/scale.apps "frontdesk" not found',
        count: 96,
      },
    ],
    cause: { object: "HorizontalPodAutoscaler/shop/front-desk", fields: ["spec.scaleTargetRef.name", "spec.scaleTargetRef"] },
    right: [["name: frontdesk", "name: front-desk"]],
    wrong: [
      ["name: frontdesk", "name: catalog"],
      ["kind: Deployment, name: frontdesk", "kind: StatefulSet, name: frontdesk"],
      ["minReplicas: 2", "minReplicas: 4"],
      ["averageUtilization: 75", "averageUtilization: 50"],
    ],
  },
  {
    id: "a policy lets a program reach its neighbour, and not the cluster's names",
    manifest: `${deployment(
      "bundles",
      `containers:
  - name: bundles
    image: registry.acme.example/bundles:1.1.0
    env: [{ name: CATALOG_URL, value: "http://catalog" }]
    ${limits}`,
    )}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: bundles, namespace: shop }
spec:
  podSelector: { matchLabels: { app: bundles } }
  policyTypes: [Egress]
  egress:
    # It talks to the catalog and to nobody else.
    - to: [{ podSelector: { matchLabels: { app: catalog } } }]
      ports: [{ protocol: TCP, port: 8080 }]
`,
    beside: `apiVersion: v1
kind: Namespace
metadata: { name: kube-system, labels: { kubernetes.io/metadata.name: kube-system } }
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  clusterIP: 10.96.0.10
  selector: { k8s-app: kube-dns }
  ports:
    - { name: dns, port: 53, protocol: UDP, targetPort: 53 }
    - { name: dns-tcp, port: 53, protocol: TCP, targetPort: 53 }
---
apiVersion: v1
kind: Pod
metadata: { name: coredns-7c65d6cfc9-4jx8p, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  nodeName: node-3
  containers: [{ name: coredns, image: "registry.k8s.io/coredns/coredns:v1.11.3", ports: [{ name: dns, containerPort: 53, protocol: UDP }] }]
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: pair("bundles").map((one) => ({ ...one, states: { bundles: looping(1) } })),
    statuses: down("bundles", 2),
    events: [
      {
        about: "Pod/bundles-54c8d7f9b6-6kfw9",
        reason: "BackOff",
        message: "Back-off restarting failed container bundles in pod bundles-54c8d7f9b6-6kfw9_shop(d1f0b6b9-2f0a-4d38-9f53-9f7a2b1c6e04)",
      },
    ],
    logs: {
      "bundles-54c8d7f9b6-6kfw9/bundles/previous": [
        "bundles 1.1.0, catalog at http://catalog",
        "Error: getaddrinfo EAI_AGAIN catalog",
        "    at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:120:26)",
      ],
    },
    cause: { object: "NetworkPolicy/shop/bundles", fields: ["spec.egress", "spec.egress[0]", "spec.egress[1]"] },
    right: [
      [
        "ports: [{ protocol: TCP, port: 8080 }]",
        "ports: [{ protocol: TCP, port: 8080 }]\n    - to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } }, podSelector: { matchLabels: { k8s-app: kube-dns } } }]\n      ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]",
      ],
      [
        "ports: [{ protocol: TCP, port: 8080 }]",
        "ports: [{ protocol: TCP, port: 8080 }]\n    - to: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: kube-system } } }]\n      ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]",
      ],
    ],
    wrong: [
      [
        "ports: [{ protocol: TCP, port: 8080 }]",
        "ports: [{ protocol: TCP, port: 8080 }]\n    - to: [{ podSelector: { matchLabels: { k8s-app: kube-dns } } }]\n      ports: [{ protocol: UDP, port: 53 }]",
      ],
      ["ports: [{ protocol: TCP, port: 8080 }]", "ports: [{ protocol: TCP, port: 8080 }, { protocol: UDP, port: 53 }]"],
      ["ports: [{ protocol: TCP, port: 8080 }]", "ports: [{ protocol: TCP, port: 8080 }]\n    - {}"],
      ["policyTypes: [Egress]", "policyTypes: [Ingress]"],
      ['value: "http://catalog"', 'value: "http://catalog.shop.svc.cluster.local"'],
    ],
  },
  {
    id: "a policy admits a namespace by a label that it does not have",
    manifest: `${site("shopfront", 3000, "name: http")}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: shopfront, namespace: shop }
spec:
  podSelector: { matchLabels: { app: shopfront } }
  policyTypes: [Ingress]
  ingress:
    # From the ingress controller alone.
    - from: [{ namespaceSelector: { matchLabels: { name: ingress-nginx } } }]
      ports: [{ protocol: TCP, port: 3000 }]
`,
    beside: nginx,
    pods: pair("shopfront"),
    statuses: up("shopfront", 2),
    logs: {
      "ingress-nginx-controller-6d6f5b7c9d-pj2xk/controller": [
        '2026/05/04 09:57:31 [error] 31#31: *8714 upstream timed out (110: Operation timed out) while connecting to upstream, client: 203.0.113.9, server: shopfront.acme.example, request: "GET / HTTP/1.1", upstream: "http://10.244.1.14:3000/", host: "shopfront.acme.example"',
      ],
    },
    cause: {
      object: "NetworkPolicy/shop/shopfront",
      fields: [".matchLabels.name", ".matchLabels", ""].map((one) => `spec.ingress[0].from[0].namespaceSelector${one}`),
    },
    right: [["{ name: ingress-nginx }", "{ kubernetes.io/metadata.name: ingress-nginx }"]],
    wrong: [
      ["{ name: ingress-nginx }", "{ kubernetes.io/metadata.name: nginx }"],
      [
        "namespaceSelector: { matchLabels: { name: ingress-nginx } }",
        "podSelector: { matchLabels: { app.kubernetes.io/name: ingress-nginx } }",
      ],
      ["namespaceSelector: { matchLabels: { name: ingress-nginx } }", "namespaceSelector: {}"],
      ["ports: [{ protocol: TCP, port: 3000 }]", "ports: [{ protocol: TCP, port: 80 }]"],
    ],
  },
  {
    id: "an ingress sends to the container's port, which the service does not have",
    manifest: site("kiosk", 8080, "number: 8080"),
    beside: nginx,
    pods: pair("kiosk"),
    statuses: { ...up("kiosk", 2), "Ingress/kiosk": { loadBalancer: { ingress: [{ ip: "203.0.113.80" }] } } },
    logs: {
      "ingress-nginx-controller-6d6f5b7c9d-pj2xk/controller": [
        'W0504 09:57:31.118093       7 controller.go:1216] Service "shop/kiosk" does not have any active Endpoint.',
        '203.0.113.9 - - [04/May/2026:09:57:40 +0000] "GET / HTTP/1.1" 503 190 "-" "curl/8.5.0" 81 0.000 [shop-kiosk-8080] [] - - - - 0f1c6f8e',
      ],
    },
    cause: {
      object: "Ingress/shop/kiosk",
      fields: ["port.number", "port"].map((one) => `spec.rules[0].http.paths[0].backend.service.${one}`),
    },
    right: [
      ["number: 8080", "number: 80"],
      ["number: 8080", "name: http"],
    ],
    wrong: [
      ["number: 8080", "number: 443"],
      ["number: 8080", "name: web"],
      ["targetPort: http", "targetPort: 80"],
      ["service: { name: kiosk", "service: { name: catalog"],
    ],
  },
  {
    id: "a certificate is to come from an issuer that there is not",
    manifest: `${site("portal", 8080, "name: http", "ingressClassName: nginx\n  tls: [{ hosts: [portal.acme.example], secretName: portal-tls }]")}---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: portal, namespace: shop }
spec:
  secretName: portal-tls
  dnsNames: [portal.acme.example]
  issuerRef: { group: cert-manager.io, kind: ClusterIssuer, name: letsencrypt-prd }
`,
    beside: `${nginx}---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: letsencrypt-prod }
spec: { acme: { server: "https://acme-v02.api.letsencrypt.org/directory", privateKeySecretRef: { name: letsencrypt-prod } } }
status: { conditions: [{ type: Ready, status: "True", reason: ACMEAccountRegistered, message: The ACME account was registered with the ACME server }] }
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: letsencrypt-staging }
spec: { acme: { server: "https://acme-staging-v02.api.letsencrypt.org/directory", privateKeySecretRef: { name: letsencrypt-staging } } }
status: { conditions: [{ type: Ready, status: "True", reason: ACMEAccountRegistered, message: The ACME account was registered with the ACME server }] }
---
apiVersion: cert-manager.io/v1
kind: CertificateRequest
metadata:
  name: portal-1
  namespace: shop
  annotations: { cert-manager.io/certificate-name: portal, cert-manager.io/certificate-revision: "1" }
  ownerReferences: [{ apiVersion: cert-manager.io/v1, kind: Certificate, name: portal, controller: true, blockOwnerDeletion: true }]
spec: { issuerRef: { group: cert-manager.io, kind: ClusterIssuer, name: letsencrypt-prd }, usages: [digital signature, key encipherment] }
status:
  conditions:
    - { type: Approved, status: "True", reason: cert-manager.io, message: Certificate request has been approved by cert-manager.io }
    - type: Ready
      status: "False"
      reason: Pending
      message: 'Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt-prd" not found'
`,
    pods: pair("portal"),
    statuses: {
      ...up("portal", 2),
      "Certificate/portal": {
        nextPrivateKeySecretName: "portal-8xk2v",
        conditions: [
          { type: "Issuing", status: "True", reason: "DoesNotExist", message: "Issuing certificate as Secret does not exist", ...at },
          { type: "Ready", status: "False", reason: "DoesNotExist", message: "Issuing certificate as Secret does not exist", ...at },
        ],
      },
    },
    events: [
      {
        about: "Certificate/portal",
        reason: "Issuing",
        message: "Issuing certificate as Secret does not exist",
        count: 1,
        type: "Normal",
      },
      {
        about: "CertificateRequest/portal-1",
        reason: "IssuerNotFound",
        message: 'Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "letsencrypt-prd" not found',
        count: 5,
        type: "Normal",
      },
    ],
    logs: {
      "ingress-nginx-controller-6d6f5b7c9d-pj2xk/controller": [
        'W0504 09:57:31.118093       7 controller.go:1450] Error getting SSL certificate "shop/portal-tls": local SSL certificate shop/portal-tls was not found. Using default certificate',
      ],
    },
    cause: { object: "Certificate/shop/portal", fields: ["spec.issuerRef.name", "spec.issuerRef"] },
    right: [["name: letsencrypt-prd", "name: letsencrypt-prod"]],
    wrong: [
      ["name: letsencrypt-prd", "name: letsencrypt-staging"],
      ["kind: ClusterIssuer, name: letsencrypt-prd", "kind: Issuer, name: letsencrypt-prd"],
      ["  tls: [{ hosts: [portal.acme.example], secretName: portal-tls }]\n", ""],
      ["secretName: portal-tls\n  dnsNames", "secretName: portal-cert\n  dnsNames"],
    ],
  },
];
