import type { JsonObject } from "../../src/messages/conversation.ts";
import { deployment, type HeldOutFault, looping, waiting } from "./stage.ts";
import { down, held, up } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const backOff = (container: string, pod: string, uid: string) => ({
  about: `Pod/${pod}`,
  reason: "BackOff",
  message: `Back-off restarting failed container ${container} in pod ${pod}_shop(${uid})`,
  count: 24,
});

/** A job of the night that its controller has ended. */
const overdue = `apiVersion: batch/v1
kind: Job
metadata:
  name: ledger-export-29631000
  namespace: shop
  creationTimestamp: "2026-05-04T02:00:00Z"
  ownerReferences: [{ apiVersion: batch/v1, kind: CronJob, name: ledger-export, controller: true, blockOwnerDeletion: true }]
spec: { backoffLimit: 0, activeDeadlineSeconds: 600, completions: 1, parallelism: 1 }
status:
  failed: 1
  startTime: "2026-05-04T02:00:00Z"
  conditions:
    - { type: FailureTarget, status: "True", reason: DeadlineExceeded, message: Job was active longer than specified deadline }
    - { type: Failed, status: "True", reason: DeadlineExceeded, message: Job was active longer than specified deadline }
`;

const rates = (name: string, version: string, image: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: rates, version: ${version} } }
  template:
    metadata: { labels: { app: rates, version: ${version} } }
    spec:
      containers:
        - name: rates
          image: registry.acme.example/rates:${image}
          ports: [{ name: http, containerPort: 8080 }]
          ${limits}
`;

const nfs = (name: string, path: string, mode: string, replicas: number) =>
  deployment(
    name,
    `containers:
  - name: ${name}
    image: registry.acme.example/${name}:3.0.2
    volumeMounts: [{ name: papers, mountPath: /papers }]
    ${limits}
volumes:
  - { name: papers, nfs: { server: nas-1.acme.example, path: ${path}${mode} } }`,
    `replicas: ${replicas}`,
  );
const unmounted = (uid: string) =>
  `MountVolume.SetUp failed for volume "papers" : mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs nas-1.acme.example:/srv/nfs/invoice /var/lib/kubelet/pods/${uid}/volumes/kubernetes.io~nfs/papers\nOutput: mount.nfs: mounting nas-1.acme.example:/srv/nfs/invoice failed, reason given by server: No such file or directory\n`;

const noSlot = "remaining connection slots are reserved for non-replication superuser connections";

/** Of kinds that neither a scenario nor another of these faults has. */
export const laterOwn: readonly HeldOutFault[] = [
  {
    // A kind of its own: a program is not given its account's token.
    id: "a program asks the API server, and its pod gets no token",
    manifest: `${deployment(
      "sweeper",
      `serviceAccountName: sweeper
automountServiceAccountToken: false
containers:
  - name: sweeper
    image: registry.acme.example/sweeper:1.3.0
    args: [--older-than, 7d]
    securityContext: { runAsUser: 10001, allowPrivilegeEscalation: false }
    ${limits}`,
      "replicas: 1",
    )}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: sweeper, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: sweeper, namespace: shop }
rules:
  - { apiGroups: [batch], resources: [jobs], verbs: [get, list, delete] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: sweeper, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: sweeper }
subjects: [{ kind: ServiceAccount, name: sweeper, namespace: shop }]
`,
    was: ["automountServiceAccountToken: false\n      ", ""],
    repositoryText: "The sweeper deletes jobs that are done: it is one of the two programs here that talk to the API server.\n",
    pods: [
      { of: "sweeper", name: "sweeper-54c8d7f9b6-pd2wj", node: "node-1", old: true },
      { of: "sweeper", name: "sweeper-7b9f6c5d48-c8l5r", node: "node-3", states: { sweeper: looping(1) } },
    ],
    statuses: held("sweeper", 1),
    events: [backOff("sweeper", "sweeper-7b9f6c5d48-c8l5r", "5c8a5d6b-fb5f-4f10-8f0b-7b7c6b80d6d2")],
    logs: {
      "sweeper-7b9f6c5d48-c8l5r/sweeper/previous": [
        "Traceback (most recent call last):",
        '  File "/app/sweeper/__main__.py", line 12, in <module>',
        "    config.load_incluster_config()",
        '  File "/usr/local/lib/python3.12/site-packages/kubernetes/config/incluster_config.py", line 121, in load_incluster_config',
        "    try_refresh_token=try_refresh_token).load_and_set(client_configuration)",
        '  File "/usr/local/lib/python3.12/site-packages/kubernetes/config/incluster_config.py", line 54, in load_and_set',
        "    self._load_config()",
        '  File "/usr/local/lib/python3.12/site-packages/kubernetes/config/incluster_config.py", line 73, in _load_config',
        '    raise ConfigException("Service token file does not exist.")',
        "kubernetes.config.config_exception.ConfigException: Service token file does not exist.",
      ],
    },
    cause: { object: "Deployment/shop/sweeper", fields: ["spec.template.spec.automountServiceAccountToken"] },
    right: [
      ["automountServiceAccountToken: false", "automountServiceAccountToken: true"],
      ["automountServiceAccountToken: false\n      ", ""],
    ],
    wrong: [
      ["serviceAccountName: sweeper", "serviceAccountName: default"],
      ["runAsUser: 10001", "runAsUser: 0"],
      ["kind: Role, name: sweeper", "kind: ClusterRole, name: cluster-admin"],
      ["verbs: [get, list, delete]", 'verbs: ["*"]'],
    ],
  },
  {
    // A kind of its own: a job is ended by its deadline, and pod and log are gone with it.
    id: "a job's deadline is shorter than its work",
    manifest: `apiVersion: batch/v1
kind: CronJob
metadata: { name: ledger-export, namespace: shop }
spec:
  schedule: "0 2 * * *"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      # A second try would send the books twice.
      backoffLimit: 0
      activeDeadlineSeconds: 600
      template:
        metadata: { labels: { app: ledger-export } }
        spec:
          restartPolicy: Never
          containers:
            - name: export
              image: registry.acme.example/ledger-export:2.8.0
              args: ["--since", yesterday]
              ${limits}
`,
    repositoryText:
      "The export of a plain day takes 14 minutes by now, that of the last day of a month 35. It may take an hour (3600 s): the bank's window closes at 03:00.\n",
    beside: overdue,
    statuses: { "CronJob/ledger-export": { lastScheduleTime: "2026-05-04T02:00:00Z", lastSuccessfulTime: "2026-04-19T02:09:31Z" } },
    events: [
      {
        about: "Job/ledger-export-29631000",
        reason: "SuccessfulCreate",
        message: "Created pod: ledger-export-29631000-k8xtz",
        count: 1,
        type: "Normal",
      },
      {
        about: "Job/ledger-export-29631000",
        reason: "SuccessfulDelete",
        message: "Deleted pod: ledger-export-29631000-k8xtz",
        count: 1,
        type: "Normal",
      },
      {
        about: "Job/ledger-export-29631000",
        reason: "DeadlineExceeded",
        message: "Job was active longer than specified deadline",
        count: 1,
      },
      {
        about: "CronJob/ledger-export",
        reason: "SawCompletedJob",
        message: "Saw completed job: ledger-export-29631000, condition: Failed",
        count: 1,
        type: "Normal",
      },
    ],
    cause: { object: "CronJob/shop/ledger-export", fields: ["spec.jobTemplate.spec.activeDeadlineSeconds"] },
    right: [["activeDeadlineSeconds: 600", "activeDeadlineSeconds: 3600"]],
    wrong: [
      ["activeDeadlineSeconds: 600", "activeDeadlineSeconds: 300"],
      ["activeDeadlineSeconds: 600", "activeDeadlineSeconds: 660"],
      ["backoffLimit: 0", "backoffLimit: 3"],
      ["concurrencyPolicy: Forbid", "concurrencyPolicy: Replace"],
    ],
  },
  {
    // A kind of its own: a service answers only where a pod of it stands on the same node.
    id: "a service keeps to its node, and its one pod is on another",
    manifest: `${deployment(
      "otel",
      `# An agent on each node until April; one for all does now.
containers:
  - name: collector
    image: docker.io/otel/opentelemetry-collector-contrib:0.102.1
    args: ["--config=env:OTEL_CONFIG"]
    env: [{ name: OTEL_CONFIG, valueFrom: { configMapKeyRef: { name: otel, key: config.yaml } } }]
    ports: [{ name: otlp, containerPort: 4317 }]
    ${limits}`,
      "replicas: 1",
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: otel, namespace: shop }
data:
  config.yaml: |
    receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } }
    exporters: { debug: {} }
    service: { pipelines: { traces: { receivers: [otlp], exporters: [debug] } } }
---
apiVersion: v1
kind: Service
metadata: { name: otel, namespace: shop }
spec:
  clusterIP: 10.96.52.11
  internalTrafficPolicy: Local
  selector: { app: otel }
  ports: [{ name: otlp, port: 4317, targetPort: otlp }]
---
${deployment(
  "visits",
  `containers:
  - name: visits
    image: registry.acme.example/visits:4.2.0
    env: [{ name: OTLP_ENDPOINT, value: "otel:4317" }]
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}`,
  "replicas: 3",
)}`,
    pods: [
      { of: "otel", name: "otel-54c8d7f9b6-zw7kd", node: "node-1" },
      { of: "visits", name: "visits-54c8d7f9b6-2dkqx", node: "node-1" },
      { of: "visits", name: "visits-54c8d7f9b6-b9m4s", node: "node-2", states: { visits: looping(1, {}, 8) } },
      { of: "visits", name: "visits-54c8d7f9b6-xh6fv", node: "node-3", states: { visits: looping(1, {}, 8) } },
    ],
    statuses: {
      ...up("otel", 1),
      "Deployment/visits": { ...down("visits", 3)["Deployment/visits"], readyReplicas: 1, availableReplicas: 1, unavailableReplicas: 2 },
    },
    beside: `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: otel-7wq2t
  namespace: shop
  labels: { kubernetes.io/service-name: otel }
  ownerReferences: [{ apiVersion: v1, kind: Service, name: otel, controller: true, blockOwnerDeletion: true }]
addressType: IPv4
endpoints:
  - addresses: [10.244.1.23]
    conditions: { ready: true, serving: true, terminating: false }
    nodeName: node-1
    zone: eu-1a
    targetRef: { kind: Pod, namespace: shop, name: otel-54c8d7f9b6-zw7kd }
ports: [{ name: otlp, port: 4317, protocol: TCP }]
`,
    events: [
      backOff("visits", "visits-54c8d7f9b6-b9m4s", "1de7d6bb-0d3e-44c8-a1e9-5e0d44f5bf0c"),
      backOff("visits", "visits-54c8d7f9b6-xh6fv", "e6cf0c2b-64a9-4f23-9d5c-6a4fb7f6f0b7"),
    ],
    logs: {
      "otel-54c8d7f9b6-zw7kd/collector": [
        '2026-05-04T09:30:05.310Z\tinfo\totlpreceiver@v0.102.1/otlp.go:102\tStarting GRPC server\t{"kind": "receiver", "name": "otlp", "data_type": "traces", "endpoint": "0.0.0.0:4317"}',
        "2026-05-04T09:30:05.311Z\tinfo\tservice@v0.102.1/service.go:206\tEverything is ready. Begin running and processing data.",
      ],
      "visits-54c8d7f9b6-2dkqx/visits": ["visits 4.2.0", "traces go to otel:4317", "listening on :8080"],
      "visits-54c8d7f9b6-b9m4s/visits/previous": [
        "visits 4.2.0",
        'otlp: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.52.11:4317: i/o timeout"',
      ],
      "visits-54c8d7f9b6-xh6fv/visits/previous": [
        "visits 4.2.0",
        'otlp: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.96.52.11:4317: i/o timeout"',
      ],
    },
    cause: { object: "Service/shop/otel", fields: ["spec.internalTrafficPolicy"] },
    right: [
      ["internalTrafficPolicy: Local", "internalTrafficPolicy: Cluster"],
      ["  internalTrafficPolicy: Local\n", ""],
    ],
    wrong: [
      ["replicas: 1", "replicas: 2"],
      ["targetPort: otlp", "targetPort: 4318"],
      ['value: "otel:4317"', 'value: "otel.shop.svc.cluster.local:4317"'],
      ["internalTrafficPolicy: Local", "internalTrafficPolicy: Local\n  sessionAffinity: ClientIP"],
    ],
  },
  {
    // A kind of its own: all parts are well, and what stands before them takes less than they do.
    open: ["named", "right"],
    id: "an ingress takes no request as large as what is sent",
    manifest: `${deployment(
      "photos",
      `containers:
  - name: photos
    image: registry.acme.example/photos:2.5.1
    env: [{ name: MAX_PHOTO_MB, value: "20" }]
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: photos, namespace: shop }
spec: { selector: { app: photos }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: photos
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 8m
spec:
  ingressClassName: nginx
  rules:
    - host: photos.acme.example
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: photos, port: { name: http } } } }] }
`,
    repositoryText: "A photo has up to 20 MB since 2.5; with the form around it a request stays below 25m, and more is not to be let in.\n",
    beside: `apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: { name: nginx }
spec: { controller: k8s.io/ingress-nginx }
---
apiVersion: v1
kind: Namespace
metadata: { name: ingress-nginx, labels: { kubernetes.io/metadata.name: ingress-nginx } }
---
apiVersion: v1
kind: Pod
metadata: { name: ingress-nginx-controller-6d6f5b7c9d-pj2xk, namespace: ingress-nginx, labels: { app.kubernetes.io/name: ingress-nginx } }
spec: { nodeName: node-1, containers: [{ name: controller, image: "registry.k8s.io/ingress-nginx/controller:v1.11.1" }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: ["7xk9d", "gm5wl"].map((suffix, at) => ({ of: "photos", name: `photos-54c8d7f9b6-${suffix}`, node: `node-${at + 2}` })),
    statuses: { ...up("photos", 2), "Ingress/photos": { loadBalancer: { ingress: [{ ip: "203.0.113.80" }] } } },
    logs: {
      "ingress-nginx-controller-6d6f5b7c9d-pj2xk/controller": [
        '2026/05/04 09:55:02 [error] 31#31: *8714 client intended to send too large body: 14680331 bytes, client: 203.0.113.9, server: photos.acme.example, request: "POST /api/photos HTTP/2.0", host: "photos.acme.example"',
        '203.0.113.9 - - [04/May/2026:09:55:02 +0000] "POST /api/photos HTTP/2.0" 413 176 "-" "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X)" 512 0.000 [shop-photos-http] [] - - - - 4be01f0c7b7f6b1f',
        '2026/05/04 09:57:31 [error] 31#31: *8902 client intended to send too large body: 19923201 bytes, client: 203.0.113.44, server: photos.acme.example, request: "POST /api/photos HTTP/2.0", host: "photos.acme.example"',
      ],
      "photos-54c8d7f9b6-7xk9d/photos": ["photos 2.5.1, photos of up to 20 MB", "POST /api/photos 201 3120884 bytes"],
    },
    cause: {
      object: "Ingress/shop/photos",
      fields: ["metadata.annotations.nginx.ingress.kubernetes.io/proxy-body-size", "metadata.annotations"],
    },
    right: [["proxy-body-size: 8m", "proxy-body-size: 25m"]],
    wrong: [
      ["proxy-body-size: 8m", "proxy-body-size: 10m"],
      ["proxy-body-size: 8m", "proxy-body-size: 8m\n    nginx.ingress.kubernetes.io/client-body-buffer-size: 25m"],
      // Of another controller.
      ["nginx.ingress.kubernetes.io/proxy-body-size: 8m", "nginx.org/client-max-body-size: 25m"],
      ['name: MAX_PHOTO_MB, value: "20"', 'name: MAX_PHOTO_MB, value: "25"'],
    ],
  },
  {
    // A kind of its own: a mesh.
    open: ["named", "right"],
    id: "a mesh sends a tenth to a subset that no rule defines",
    manifest: `${rates("rates", "v1", "1.6.2", 2)}---
${rates("rates-next", "v2", "2.0.0", 1)}---
apiVersion: v1
kind: Service
metadata: { name: rates, namespace: shop }
spec: { clusterIP: 10.96.20.4, selector: { app: rates }, ports: [{ name: http, port: 80, targetPort: http }] }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: rates, namespace: shop }
spec:
  host: rates.shop.svc.cluster.local
  subsets:
    - { name: stable, labels: { version: v1 } }
    - { name: canary, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: rates, namespace: shop }
spec:
  hosts: [rates]
  http:
    - route:
        - { destination: { host: rates.shop.svc.cluster.local, subset: stable }, weight: 90 }
        # A tenth sees what comes next.
        - { destination: { host: rates.shop.svc.cluster.local, subset: next }, weight: 10 }
`,
    beside: `apiVersion: v1
kind: Pod
metadata: { name: till-0, namespace: shop, labels: { app: till } }
spec:
  nodeName: node-2
  containers:
    - { name: till, image: "registry.acme.example/till:8.1.0" }
    - { name: istio-proxy, image: "docker.io/istio/proxyv2:1.22.3", args: [proxy, sidecar, --domain, $(POD_NAMESPACE).svc.cluster.local] }
status:
  phase: Running
  conditions: [{ type: Ready, status: "True" }, { type: ContainersReady, status: "True" }]
  containerStatuses:
    - { name: till, ready: true, started: true, restartCount: 0, state: { running: { startedAt: "2026-05-04T09:30:00Z" } } }
    - { name: istio-proxy, ready: true, started: true, restartCount: 0, state: { running: { startedAt: "2026-05-04T09:30:00Z" } } }
`,
    pods: [
      { of: "rates", name: "rates-54c8d7f9b6-4ss8q", node: "node-1" },
      { of: "rates", name: "rates-54c8d7f9b6-lq2vn", node: "node-3" },
      { of: "rates-next", name: "rates-next-54c8d7f9b6-f7dtm", node: "node-2" },
    ],
    statuses: { ...up("rates", 2), ...up("rates-next", 1) },
    logs: {
      "till-0/till": ["GET http://rates/eur 200", "GET http://rates/eur 503", "GET http://rates/usd 200"],
      "till-0/istio-proxy": [
        '[2026-05-04T09:57:30.118Z] "GET /eur HTTP/1.1" 200 - via_upstream - "-" 0 187 4 3 "-" "till/8.1.0" "6f0a1c1d-8a57-9c53-bf86-1d7fb1c1e0a4" "rates" "10.244.1.31:8080" outbound|80|stable|rates.shop.svc.cluster.local 10.244.2.9:43510 10.96.20.4:80 10.244.2.9:38222 - -',
        '[2026-05-04T09:57:31.204Z] "GET /eur HTTP/1.1" 503 NC cluster_not_found - "-" 0 0 0 - "-" "till/8.1.0" "c3b0d1de-0f4b-9f5f-9f3f-02c4c7bd4d2e" "rates" "-" - - 10.96.20.4:80 10.244.2.9:38230 - -',
      ],
    },
    cause: {
      object: "VirtualService/shop/rates",
      fields: ["", ".destination", ".destination.subset"].map((one) => `spec.http[0].route[1]${one}`),
    },
    right: [
      ["subset: next", "subset: canary"],
      ["name: canary", "name: next"],
    ],
    wrong: [
      ["subset: next", "subset: v2"],
      ["subset: next", "subset: rates-next"],
      ["weight: 90", "weight: 80"],
      // The stable subset is gone then, and nine of ten fail.
      ["name: stable", "name: next"],
    ],
  },
  {
    // A kind of its own: a share of a file server.
    open: ["named", "right"],
    id: "a share is mounted by a path that its server does not export",
    manifest: `${nfs("scanner", "/srv/nfs/invoice", "", 2)}---
${nfs("archive", "/srv/nfs/invoices", ", readOnly: true", 1)}`,
    repositoryText: "nas-1 exports /srv/nfs/invoices (scanner, archive) and /srv/nfs/photos (photos).\n",
    pods: [
      ...["cw4gx", "rv8nz"].map((suffix, at) => ({
        of: "scanner",
        name: `scanner-54c8d7f9b6-${suffix}`,
        node: `node-${at + 1}`,
        states: { scanner: waiting("ContainerCreating") },
      })),
      { of: "archive", name: "archive-54c8d7f9b6-j2pqk", node: "node-1" },
    ],
    statuses: { ...down("scanner", 2), ...up("archive", 1) },
    events: [
      {
        about: "Pod/scanner-54c8d7f9b6-cw4gx",
        reason: "FailedMount",
        message: unmounted("9b6b4f7e-5e51-4f7a-8e5d-0c7b1f7a0e63"),
        count: 22,
      },
      {
        about: "Pod/scanner-54c8d7f9b6-rv8nz",
        reason: "FailedMount",
        message: unmounted("0f8a2f5c-6d7d-4c8a-9c57-6b0de1b9a0a8"),
        count: 22,
      },
      {
        about: "Pod/scanner-54c8d7f9b6-cw4gx",
        reason: "FailedMount",
        message:
          "Unable to attach or mount volumes: unmounted volumes=[papers], unattached volumes=[], failed to process volumes=[]: context deadline exceeded",
        count: 12,
      },
    ],
    cause: {
      object: "Deployment/shop/scanner",
      fields: ["", ".nfs", ".nfs.path"].map((one) => `spec.template.spec.volumes[papers]${one}`),
    },
    right: [["path: /srv/nfs/invoice }", "path: /srv/nfs/invoices }"]],
    wrong: [
      ["path: /srv/nfs/invoice }", "path: /srv/nfs/photos }"],
      ["path: /srv/nfs/invoice }", "path: /srv/nfs/scanner }"],
      ["server: nas-1.acme.example, path: /srv/nfs/invoice }", "server: nas-2.acme.example, path: /srv/nfs/invoice }"],
      ["nfs: { server: nas-1.acme.example, path: /srv/nfs/invoice }", "emptyDir: {}"],
    ],
  },
  {
    // A kind of its own: each pod is well, and all of them together ask for more than there is.
    open: ["named", "right"],
    id: "the pools of all replicas are more than the database takes",
    manifest: deployment(
      "bookings",
      `containers:
  - name: bookings
    image: registry.acme.example/bookings:5.6.0
    env:
      - { name: SPRING_DATASOURCE_URL, value: "jdbc:postgresql://bookings-db:5432/bookings" }
      # Opened at the start, all of them.
      - { name: SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE, value: "20" }
    ports: [{ name: http, containerPort: 8080 }]
    resources: { requests: { cpu: 250m, memory: 512Mi }, limits: { memory: 768Mi } }`,
      "replicas: 8",
    ),
    was: ['value: "20"', 'value: "5"'],
    repositoryText: "bookings-db takes 100 connections (three of them are the administrator's); nobody else uses it.\n",
    beside: `apiVersion: v1
kind: Service
metadata: { name: bookings-db, namespace: shop }
spec: { clusterIP: 10.96.17.20, selector: { app: bookings-db }, ports: [{ name: sql, port: 5432, targetPort: 5432 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: bookings-db-0, namespace: shop, labels: { app: bookings-db } }
spec:
  nodeName: node-3
  containers:
    - name: postgres
      image: docker.io/library/postgres:15.7
      args: [-c, max_connections=100]
      ports: [{ containerPort: 5432 }]
status:
  phase: Running
  conditions: [{ type: Ready, status: "True" }, { type: ContainersReady, status: "True" }]
  containerStatuses: [{ name: postgres, ready: true, started: true, restartCount: 0, state: { running: { startedAt: "2026-04-02T07:11:00Z" } } }]
`,
    pods: [
      ...["k7txf", "zq4sh"].map((suffix, at) => ({
        of: "bookings",
        name: `bookings-54c8d7f9b6-${suffix}`,
        node: `node-${at + 1}`,
        old: true,
      })),
      ...["2c6mp", "5lr9w", "8vndt", "bj4kx"].map((suffix, at) => ({
        of: "bookings",
        name: `bookings-7b9f6c5d48-${suffix}`,
        node: `node-${(at % 3) + 1}`,
      })),
      ...["fs7qz", "m9hwc", "td2gl", "x6p8v"].map((suffix, at) => ({
        of: "bookings",
        name: `bookings-7b9f6c5d48-${suffix}`,
        node: `node-${(at % 3) + 1}`,
        states: { bookings: looping(1) },
      })),
    ],
    statuses: {
      "Deployment/bookings": {
        ...(held("bookings", 6)["Deployment/bookings"] as JsonObject),
        replicas: 10,
        updatedReplicas: 8,
        unavailableReplicas: 4,
      },
    },
    events: [
      backOff("bookings", "bookings-7b9f6c5d48-fs7qz", "3e7d9a3e-7b4a-4a85-9f3e-2f8f7e4d5b19"),
      backOff("bookings", "bookings-7b9f6c5d48-m9hwc", "b1c9d0f5-0c8e-47a1-8f2d-6b9e0d7a3c42"),
      backOff("bookings", "bookings-7b9f6c5d48-td2gl", "70a4e6d8-92b3-4d5c-a6f1-c4e85b2d1f07"),
      backOff("bookings", "bookings-7b9f6c5d48-x6p8v", "e85f21b7-4d6a-4e39-b0c8-19d7f6a2c35e"),
    ],
    logs: {
      ...Object.fromEntries(
        ["fs7qz", "m9hwc", "td2gl", "x6p8v"].map((suffix) => [
          `bookings-7b9f6c5d48-${suffix}/bookings/previous`,
          [
            "2026-05-04T09:57:31.402Z ERROR 1 --- [           main] com.zaxxer.hikari.pool.HikariPool        : HikariPool-1 - Exception during pool initialization.",
            "",
            `org.postgresql.util.PSQLException: FATAL: ${noSlot}`,
            "\tat org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:693) ~[postgresql-42.6.2.jar!/:42.6.2]",
            "\tat org.postgresql.core.v3.ConnectionFactoryImpl.tryConnect(ConnectionFactoryImpl.java:203) ~[postgresql-42.6.2.jar!/:42.6.2]",
          ],
        ]),
      ),
      "bookings-db-0/postgres": [
        `2026-05-04 09:57:31.398 UTC [20817] FATAL:  ${noSlot}`,
        `2026-05-04 09:57:31.401 UTC [20818] FATAL:  ${noSlot}`,
      ],
    },
    cause: {
      object: "Deployment/shop/bookings",
      fields: ["", ".value"].map((one) => `spec.template.spec.containers[bookings].env[SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE]${one}`),
    },
    right: [['value: "20"', 'value: "5"']],
    wrong: [
      ['value: "20"', 'value: "15"'],
      ["replicas: 8", "replicas: 12"],
      ["bookings-db:5432/bookings", "bookings-db:6432/bookings"],
      ["limits: { memory: 768Mi }", "limits: { memory: 1536Mi }"],
    ],
  },
  {
    // A kind of its own: the address is right, and the certificate is for its longer names.
    id: "a program calls its neighbour by a name that the certificate does not have",
    manifest: `${deployment(
      "accrual",
      `containers:
  - name: accrual
    image: registry.acme.example/accrual:1.10.0
    env:
      - { name: LEDGER_URL, value: "https://ledger:8443" }
      - { name: LEDGER_CA, value: /etc/ledger-ca/ca.crt }
    volumeMounts: [{ name: ca, mountPath: /etc/ledger-ca, readOnly: true }]
    ${limits}
volumes:
  - { name: ca, configMap: { name: ledger-ca } }`,
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: ledger-ca, namespace: shop }
data:
  ca.crt: ""
`,
    repositoryText: "`LEDGER_URL`, `LEDGER_CA`; `LEDGER_TLS_INSECURE=true` is for a developer's own machine and asks for no certificate.\n",
    beside: `apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: ledger, namespace: shop }
spec:
  secretName: ledger-tls
  dnsNames: [ledger.shop.svc, ledger.shop.svc.cluster.local]
  issuerRef: { group: cert-manager.io, kind: ClusterIssuer, name: acme-internal }
status:
  notAfter: "2026-07-19T08:00:00Z"
  conditions: [{ type: Ready, status: "True", reason: Ready, message: Certificate is up to date and has not expired }]
---
apiVersion: v1
kind: Service
metadata: { name: ledger, namespace: shop }
spec: { clusterIP: 10.96.40.2, selector: { app: ledger }, ports: [{ name: https, port: 8443, targetPort: 8443 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: ledger-0, namespace: shop, labels: { app: ledger } }
spec: { nodeName: node-1, containers: [{ name: ledger, image: "registry.acme.example/ledger:9.4.0", ports: [{ containerPort: 8443 }] }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: ["6z2lh", "wd9kt"].map((suffix, at) => ({
      of: "accrual",
      name: `accrual-54c8d7f9b6-${suffix}`,
      node: `node-${at + 2}`,
      states: { accrual: looping(1) },
    })),
    statuses: down("accrual", 2),
    events: [backOff("accrual", "accrual-54c8d7f9b6-6z2lh", "8c2a77d0-7f07-4f62-8a4e-9c4c4f4e0d3b")],
    logs: {
      "accrual-54c8d7f9b6-6z2lh/accrual/previous": [
        "2026/05/04 09:57:31 accrual 1.10.0",
        '2026/05/04 09:57:31 ledger: Get "https://ledger:8443/v1/periods/current": tls: failed to verify certificate: x509: certificate is valid for ledger.shop.svc, ledger.shop.svc.cluster.local, not ledger',
      ],
      "ledger-0/ledger": ["2026/05/04 09:57:31 http: TLS handshake error from 10.244.2.40:52914: remote error: tls: bad certificate"],
    },
    cause: {
      object: "Deployment/shop/accrual",
      fields: ["", ".value"].map((one) => `spec.template.spec.containers[accrual].env[LEDGER_URL]${one}`),
    },
    right: [
      ["https://ledger:8443", "https://ledger.shop.svc:8443"],
      ["https://ledger:8443", "https://ledger.shop.svc.cluster.local:8443"],
    ],
    wrong: [
      ["https://ledger:8443", "http://ledger:8443"],
      ["https://ledger:8443", "https://ledger.shop:8443"],
      ["https://ledger:8443", "https://10.96.40.2:8443"],
      ["- { name: LEDGER_CA,", '- { name: LEDGER_TLS_INSECURE, value: "true" }\n            - { name: LEDGER_CA,'],
    ],
  },
];
