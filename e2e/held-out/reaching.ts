import { deployment, type HeldOutFault, looping } from "./stage.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";

const shown = (of: string) =>
  [1, 2].map((node) => ({ of, name: `${of}-54c8d7f9b6-${node === 1 ? "8dz5k" : "vh4lm"}`, node: `node-${node}` }));

/** Requests that do not arrive: services, ingresses, routes, names. */
export const reaching: readonly HeldOutFault[] = [
  {
    id: "a service sends to a port by a name that no container has, though the number is there",
    manifest: `${deployment(
      "reviews",
      `containers:
  - name: reviews
    image: registry.acme.example/reviews:1.0.0
    ports: [{ name: web, containerPort: 8080 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec:
  selector: { app: reviews }
  ports: [{ name: http, port: 80, targetPort: http }]
`,
    pods: shown("reviews"),
    cause: { object: "Service/shop/reviews", fields: ["spec.ports[http].targetPort"] },
    right: [["targetPort: http", "targetPort: web"]],
    wrong: [
      ["targetPort: http", "targetPort: 9090"],
      ["targetPort: http", "targetPort: https"],
      ["port: 80, ", "port: 8080, "],
    ],
  },
  {
    id: "an ingress takes its certificate from a secret that is not there",
    manifest: `${deployment(
      "front",
      `containers:
  - name: front
    image: registry.acme.example/front:5.5.0
    ports: [{ name: http, containerPort: 3000 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: front, namespace: shop }
spec: { selector: { app: front }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: front, namespace: shop }
spec:
  ingressClassName: nginx
  tls: [{ hosts: [shop.acme.example], secretName: shop-tls-cert }]
  rules:
    - host: shop.acme.example
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: front, port: { name: http } } } }] }
`,
    beside: `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: nginx }
spec: { controller: k8s.io/ingress-nginx }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-tls, namespace: shop }
type: kubernetes.io/tls
data: { tls.crt: "", tls.key: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-tls-ca, namespace: shop }
type: Opaque
data: { ca.crt: "" }
`,
    pods: shown("front"),
    cause: { object: "Ingress/shop/front", fields: ["spec.tls[0].secretName"] },
    right: [["shop-tls-cert", "shop-tls"]],
    wrong: [
      ["shop-tls-cert", "shop-tls-ca"],
      ["tls: [{ hosts: [shop.acme.example], secretName: shop-tls-cert }]\n  ", ""],
      ["host: shop.acme.example\n", "host: www.acme.example\n"],
    ],
  },
  {
    id: "a route of a gateway sends to a service that is not there",
    manifest: `${deployment(
      "checkout",
      `containers:
  - name: checkout
    image: registry.acme.example/checkout:2.8.0
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: checkout, namespace: shop }
spec: { selector: { app: checkout }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: checkout, namespace: shop }
spec:
  parentRefs: [{ name: edge, namespace: infra }]
  hostnames: [shop.acme.example]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /checkout } }]
      backendRefs: [{ name: checkouts, port: 80 }]
status:
  parents:
    - parentRef: { name: edge, namespace: infra }
      controllerName: gateway.acme.example/controller
      conditions:
        - { type: Accepted, status: "True", reason: Accepted, message: Route is accepted }
        - { type: ResolvedRefs, status: "False", reason: BackendNotFound, message: 'service "shop/checkouts" not found' }
`,
    beside: `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: acme }
spec: { controllerName: gateway.acme.example/controller }
status: { conditions: [{ type: Accepted, status: "True", reason: Accepted }] }
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: infra }
spec: { gatewayClassName: acme, listeners: [{ name: http, port: 80, protocol: HTTP, allowedRoutes: { namespaces: { from: All } } }] }
status: { conditions: [{ type: Accepted, status: "True" }, { type: Programmed, status: "True" }] }
`,
    pods: shown("checkout"),
    cause: {
      object: "HTTPRoute/shop/checkout",
      fields: ["spec.rules[0].backendRefs[checkouts].name", "spec.rules[0].backendRefs[0].name"],
    },
    right: [["name: checkouts", "name: checkout"]],
    wrong: [
      ["name: checkouts", "name: catalog"],
      ["name: checkouts, port: 80", "name: checkouts, port: 8080"],
      ["value: /checkout", "value: /checkouts"],
    ],
  },
  {
    id: "a stateful set names a headless service that is called otherwise",
    manifest: `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: queue, namespace: shop }
spec:
  replicas: 3
  serviceName: queue-headles
  selector: { matchLabels: { app: queue } }
  template:
    metadata: { labels: { app: queue } }
    spec:
      containers:
        - name: queue
          image: registry.acme.example/queue:3.12.0
          ports: [{ name: peer, containerPort: 5672 }]
---
apiVersion: v1
kind: Service
metadata: { name: queue-headless, namespace: shop }
spec: { clusterIP: None, publishNotReadyAddresses: true, selector: { app: queue }, ports: [{ name: peer, port: 5672, targetPort: peer }] }
`,
    pods: [{ of: "queue", name: "queue-0", node: "node-1", states: { queue: looping(1) } }],
    logs: {
      "queue-0/queue/previous": [
        "forming cluster",
        "error: getaddrinfo ENOTFOUND queue-0.queue-headless.shop.svc.cluster.local",
        "giving up",
      ],
    },
    cause: { object: "StatefulSet/shop/queue", fields: ["spec.serviceName"] },
    right: [["serviceName: queue-headles", "serviceName: queue-headless"]],
    wrong: [
      ["serviceName: queue-headles", "serviceName: catalog"],
      ["replicas: 3", "replicas: 1"],
      ["publishNotReadyAddresses: true", "publishNotReadyAddresses: false"],
    ],
  },
];
