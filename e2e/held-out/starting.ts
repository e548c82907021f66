import { deployment, type HeldOutFault, looping, waiting } from "./stage.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";

/** Containers that do not come up: hooks, mounts, rights of their own, memory, probes. */
export const starting: readonly HeldOutFault[] = [
  {
    id: "a hook after the start runs a script that is not there",
    manifest: deployment(
      "search",
      `containers:
  - name: search
    image: registry.acme.example/search:2.4.1
    ports: [{ name: http, containerPort: 9200 }]
    lifecycle:
      postStart:
        exec:
          command: ["/app/bin/warm-cache", "--all"]
    ${limits}`,
    ),
    repositoryText: "COPY bin/warm-caches /app/bin/warm-caches\nAfter the start `/app/bin/warm-caches --all` fills the caches.\n",
    pods: [
      { of: "search", name: "search-54c8d7f9b6-c2lqv", node: "node-1", states: { search: looping(137) } },
      { of: "search", name: "search-54c8d7f9b6-jw8xn", node: "node-3", states: { search: looping(137) } },
    ],
    events: [
      {
        about: "Pod/search-54c8d7f9b6-c2lqv",
        reason: "FailedPostStartHook",
        message:
          'Exec lifecycle hook ([/app/bin/warm-cache --all]) for Container "search" in Pod "search-54c8d7f9b6-c2lqv_shop(0b7e)" failed - error: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "9d1": OCI runtime exec failed: exec failed: unable to start container process: exec: "/app/bin/warm-cache": stat /app/bin/warm-cache: no such file or directory: unknown, message: ""',
      },
    ],
    logs: { "search-54c8d7f9b6-c2lqv/search/previous": ["starting search 2.4.1", "listening on :9200"] },
    cause: {
      object: "Deployment/shop/search",
      fields: [
        "spec.template.spec.containers[search].lifecycle.postStart.exec.command",
        "spec.template.spec.containers[search].lifecycle.postStart.exec.command[0]",
      ],
    },
    right: [["/app/bin/warm-cache", "/app/bin/warm-caches"]],
    wrong: [
      ["/app/bin/warm-cache", "/app/bin/cache-warmer"],
      ["search:2.4.1", "search:2.4.0"],
      [
        `    lifecycle:
            postStart:
              exec:
                command: ["/app/bin/warm-cache", "--all"]
`,
        "",
      ],
    ],
  },
  {
    id: "a projected volume picks a key that the config map does not have",
    manifest: `${deployment(
      "ledger",
      `containers:
  - name: ledger
    image: registry.acme.example/ledger:5.0.2
    ${limits}
    volumeMounts: [{ name: settings, mountPath: /etc/ledger }]
volumes:
  - name: settings
    projected:
      sources:
        - configMap:
            name: ledger-settings
            items:
              - { key: ledger.yml, path: ledger.yaml }
        - secret:
            name: ledger-keys`,
      "replicas: 1",
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: ledger-settings, namespace: shop }
data:
  ledger.yaml: "currency: EUR"
  logging.yaml: "level: info"
`,
    beside: `apiVersion: v1
kind: Secret
metadata: { name: ledger-keys, namespace: shop }
type: Opaque
data: { signing.pem: "" }
`,
    pods: [{ of: "ledger", name: "ledger-54c8d7f9b6-m4d7s", node: "node-2", states: { ledger: waiting("ContainerCreating") } }],
    events: [
      {
        about: "Pod/ledger-54c8d7f9b6-m4d7s",
        reason: "FailedMount",
        message: 'MountVolume.SetUp failed for volume "settings" : references non-existent config key: ledger.yml',
      },
    ],
    cause: {
      object: "Deployment/shop/ledger",
      fields: ["spec.template.spec.volumes[settings].projected.sources[0].configMap.items[0].key"],
    },
    right: [["key: ledger.yml", "key: ledger.yaml"]],
    wrong: [
      ["key: ledger.yml", "key: logging.yaml"],
      ["path: ledger.yaml", "path: ledger.yml"],
      ["name: ledger-settings\n            items", "name: ledger-settings\n            optional: true\n            items"].map((text) =>
        text.replaceAll("\n            ", "\n                  "),
      ) as [string, string],
    ],
  },
  {
    id: "envFrom takes all of a config map that is not there, said to be required",
    manifest: `${deployment(
      "mailer",
      `containers:
  - name: mailer
    image: registry.acme.example/mailer:1.3.0
    envFrom:
      - prefix: SMTP_
        configMapRef: { name: mail-relays, optional: false }
    ${limits}`,
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: mail-relay, namespace: shop }
data: { HOST: relay.acme.example, PORT: "587" }
`,
    pods: [
      {
        of: "mailer",
        name: "mailer-54c8d7f9b6-2bq9w",
        node: "node-3",
        states: { mailer: waiting("CreateContainerConfigError", 'configmap "mail-relays" not found') },
      },
    ],
    cause: {
      object: "Deployment/shop/mailer",
      fields: ["spec.template.spec.containers[mailer].envFrom[0].configMapRef.name"],
    },
    right: [["mail-relays", "mail-relay"]],
    wrong: [
      ["optional: false", "optional: true"],
      ["mail-relays", "kube-root-ca.crt"],
      ["prefix: SMTP_", "prefix: MAIL_"],
    ],
  },
  {
    id: "an init container is killed for its memory",
    manifest: deployment(
      "geo",
      `initContainers:
  - name: load-maps
    image: registry.acme.example/geo-loader:0.8.3
    resources: { requests: { memory: 32Mi }, limits: { memory: 48Mi } }
containers:
  - name: geo
    image: registry.acme.example/geo:0.8.3
    ${limits}`,
      "replicas: 1",
    ),
    pods: [
      {
        of: "geo",
        name: "geo-54c8d7f9b6-hh5kc",
        node: "node-1",
        states: { "load-maps": looping(137, { reason: "OOMKilled" }), geo: waiting("PodInitializing") },
      },
    ],
    logs: { "geo-54c8d7f9b6-hh5kc/load-maps/previous": ["loading 214 tiles", "decoding planet.pbf (resident 47 MiB)"] },
    cause: {
      object: "Deployment/shop/geo",
      fields: ["spec.template.spec.initContainers[load-maps].resources.limits.memory"],
    },
    right: [["limits: { memory: 48Mi }", "limits: { memory: 128Mi }"]],
    wrong: [
      ["limits: { memory: 48Mi }", "limits: { memory: 40Mi }"],
      ["limits: { memory: 256Mi }", "limits: { memory: 512Mi }"],
      [", limits: { memory: 48Mi }", ""],
    ],
  },
  {
    id: "a startup probe gives up before the program is up",
    manifest: deployment(
      "reports",
      `containers:
  - name: reports
    image: registry.acme.example/reports:7.1.0
    ports: [{ name: http, containerPort: 8080 }]
    startupProbe:
      httpGet: { path: /healthz, port: http }
      periodSeconds: 5
      failureThreshold: 4
    livenessProbe:
      httpGet: { path: /healthz, port: http }
    ${limits}`,
    ),
    pods: [
      {
        of: "reports",
        name: "reports-54c8d7f9b6-6vndz",
        node: "node-2",
        states: {
          reports: {
            ready: false,
            started: false,
            restartCount: 5,
            state: { running: { startedAt: "2026-05-04T09:59:50Z" } },
            lastState: {
              terminated: { exitCode: 143, reason: "Error", startedAt: "2026-05-04T09:59:25Z", finishedAt: "2026-05-04T09:59:46Z" },
            },
          },
        },
      },
    ],
    events: [
      {
        about: "Pod/reports-54c8d7f9b6-6vndz",
        reason: "Unhealthy",
        message: 'Startup probe failed: Get "http://10.244.2.17:8080/healthz": dial tcp 10.244.2.17:8080: connect: connection refused',
        count: 20,
      },
    ],
    logs: {
      "reports-54c8d7f9b6-6vndz/reports/previous": ["compiling templates, takes about 45 s", "will listen on :8080", "SIGTERM, closing"],
      "reports-54c8d7f9b6-6vndz/reports": ["compiling templates, takes about 45 s"],
    },
    cause: {
      object: "Deployment/shop/reports",
      fields: ["initialDelaySeconds", "failureThreshold", "periodSeconds"].map(
        (one) => `spec.template.spec.containers[reports].startupProbe.${one}`,
      ),
    },
    right: [["failureThreshold: 4", "failureThreshold: 20"]],
    wrong: [
      ["failureThreshold: 4", "failureThreshold: 6"],
      ["periodSeconds: 5", "periodSeconds: 1"],
      ["failureThreshold: 4", "failureThreshold: 1000"],
    ],
  },
  {
    id: "pods are evicted because they fill their share of the node's disk",
    manifest: deployment(
      "transcode",
      `containers:
  - name: transcode
    image: registry.acme.example/transcode:3.3.0
    resources:
      requests: { memory: 128Mi, ephemeral-storage: 64Mi }
      limits: { memory: 256Mi, ephemeral-storage: 128Mi }`,
      "replicas: 1",
    ),
    pods: [
      ...["fq2zv", "k8wtn"].map((suffix) => ({
        of: "transcode",
        name: `transcode-54c8d7f9b6-${suffix}`,
        node: "node-2",
        status: {
          phase: "Failed",
          reason: "Evicted",
          message: 'Container transcode exceeded its local ephemeral storage limit "128Mi". ',
          conditions: [{ type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet" }],
          containerStatuses: [],
        },
      })),
      { of: "transcode", name: "transcode-54c8d7f9b6-zx7ml", node: "node-2" },
    ],
    events: [
      {
        about: "Pod/transcode-54c8d7f9b6-k8wtn",
        reason: "Evicted",
        message: 'Container transcode exceeded its local ephemeral storage limit "128Mi". ',
        count: 1,
      },
    ],
    cause: {
      object: "Deployment/shop/transcode",
      fields: ["spec.template.spec.containers[transcode].resources.limits.ephemeral-storage"],
    },
    right: [["ephemeral-storage: 128Mi", "ephemeral-storage: 512Mi"]],
    wrong: [
      ["ephemeral-storage: 128Mi", "ephemeral-storage: 96Mi"],
      [", ephemeral-storage: 128Mi", ""],
      ["limits: { memory: 256Mi", "limits: { memory: 512Mi"],
    ],
  },
  {
    id: "a program writes where its file system is read-only",
    manifest: deployment(
      "uploads",
      `containers:
  - name: uploads
    image: registry.acme.example/uploads:1.0.9
    securityContext:
      readOnlyRootFilesystem: true
      runAsNonRoot: true
      runAsUser: 10001
    volumeMounts:
      - { name: cache, mountPath: /var/cache/uploads }
    ${limits}
volumes:
  - { name: cache, emptyDir: {} }`,
    ),
    pods: [{ of: "uploads", name: "uploads-54c8d7f9b6-wp6sx", node: "node-1", states: { uploads: looping(1) } }],
    logs: {
      "uploads-54c8d7f9b6-wp6sx/uploads/previous": [
        "uploads 1.0.9 starting",
        "Error: EROFS: read-only file system, mkdir '/tmp/uploads-spool'",
        "    at Object.mkdirSync (node:fs:1372:26)",
      ],
    },
    cause: {
      object: "Deployment/shop/uploads",
      fields: [
        "spec.template.spec.containers[uploads].volumeMounts",
        "spec.template.spec.containers[uploads].securityContext.readOnlyRootFilesystem",
      ],
    },
    right: [
      [
        "- { name: cache, mountPath: /var/cache/uploads }",
        "- { name: cache, mountPath: /var/cache/uploads }\n            - { name: cache, mountPath: /tmp }",
      ],
    ],
    wrong: [
      ["readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"],
      ["runAsUser: 10001", "runAsUser: 0"],
      [
        "- { name: cache, mountPath: /var/cache/uploads }",
        "- { name: cache, mountPath: /var/cache/uploads }\n            - { name: cache, mountPath: /data }",
      ],
    ],
  },
  {
    id: "a pod must not run as root, and its image does",
    manifest: deployment(
      "invoices",
      `securityContext:
  runAsNonRoot: true
containers:
  - name: invoices
    image: registry.acme.example/invoices:4.2.0
    ${limits}`,
    ),
    repositoryText: "RUN useradd --uid 10014 invoices\n",
    pods: [
      {
        of: "invoices",
        name: "invoices-54c8d7f9b6-8x2ck",
        node: "node-3",
        states: {
          invoices: waiting(
            "CreateContainerConfigError",
            'container has runAsNonRoot and image will run as root (pod: "invoices-54c8d7f9b6-8x2ck_shop(7f21)", container: invoices)',
          ),
        },
      },
    ],
    events: [
      {
        about: "Pod/invoices-54c8d7f9b6-8x2ck",
        reason: "Failed",
        message:
          'Error: container has runAsNonRoot and image will run as root (pod: "invoices-54c8d7f9b6-8x2ck_shop(7f21)", container: invoices)',
      },
    ],
    cause: {
      object: "Deployment/shop/invoices",
      fields: [
        "spec.template.spec.containers[invoices].securityContext.runAsUser",
        "spec.template.spec.securityContext.runAsUser",
        "spec.template.spec.securityContext.runAsNonRoot",
      ],
    },
    right: [["runAsNonRoot: true", "runAsNonRoot: true\n        runAsUser: 10014"]],
    wrong: [
      ["runAsNonRoot: true", "runAsNonRoot: false"],
      ["runAsNonRoot: true", "runAsNonRoot: true\n        runAsUser: 0"],
      ["invoices:4.2.0", "invoices:4.1.9"],
    ],
  },
  {
    id: "a pull secret is there and is of another type",
    manifest: deployment(
      "billing",
      `imagePullSecrets:
  - name: registry-login
containers:
  - name: billing
    image: registry.acme.example/billing:2.2.0
    ${limits}`,
      "replicas: 1",
    ),
    beside: `apiVersion: v1
kind: Secret
metadata: { name: registry-login, namespace: shop }
type: Opaque
data: { username: "", password: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: registry-pull, namespace: shop }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: billing-db, namespace: shop }
type: Opaque
data: { url: "" }
`,
    pods: [
      {
        of: "billing",
        name: "billing-54c8d7f9b6-t9gfl",
        node: "node-1",
        states: { billing: waiting("ImagePullBackOff", 'Back-off pulling image "registry.acme.example/billing:2.2.0"') },
      },
    ],
    events: [
      {
        about: "Pod/billing-54c8d7f9b6-t9gfl",
        reason: "Failed",
        message:
          'Failed to pull image "registry.acme.example/billing:2.2.0": failed to pull and unpack image "registry.acme.example/billing:2.2.0": failed to resolve reference "registry.acme.example/billing:2.2.0": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized',
      },
    ],
    cause: {
      object: "Deployment/shop/billing",
      fields: [
        "spec.template.spec.imagePullSecrets",
        "spec.template.spec.imagePullSecrets[registry-login].name",
        "spec.template.spec.imagePullSecrets[0].name",
      ],
    },
    right: [["registry-login", "registry-pull"]],
    wrong: [
      ["registry-login", "billing-db"],
      ["registry-login", "registry-token"],
      ["billing:2.2.0", "billing:latest"],
    ],
  },
  {
    id: "a liveness probe asks over TLS, and the program does not speak it",
    manifest: deployment(
      "quotes",
      `containers:
  - name: quotes
    image: registry.acme.example/quotes:1.1.4
    ports: [{ name: http, containerPort: 8080 }]
    livenessProbe:
      httpGet: { path: /live, port: http, scheme: HTTPS }
      periodSeconds: 10
    readinessProbe:
      httpGet: { path: /ready, port: http }
    ${limits}`,
    ),
    pods: [
      {
        of: "quotes",
        name: "quotes-54c8d7f9b6-l5vtb",
        node: "node-3",
        states: { quotes: looping(143, { startedAt: "2026-05-04T09:57:00Z", finishedAt: "2026-05-04T09:57:31Z" }) },
      },
    ],
    events: [
      {
        about: "Pod/quotes-54c8d7f9b6-l5vtb",
        reason: "Unhealthy",
        message: 'Liveness probe failed: Get "https://10.244.3.8:8080/live": http: server gave HTTP response to HTTPS client',
        count: 18,
      },
    ],
    logs: { "quotes-54c8d7f9b6-l5vtb/quotes/previous": ["quotes 1.1.4 listening on :8080", "SIGTERM received, draining"] },
    cause: {
      object: "Deployment/shop/quotes",
      fields: ["spec.template.spec.containers[quotes].livenessProbe.httpGet.scheme"],
    },
    right: [["scheme: HTTPS", "scheme: HTTP"]],
    wrong: [
      ["periodSeconds: 10", "periodSeconds: 10\n            initialDelaySeconds: 60"],
      ["path: /live", "path: /ready-now"],
      ["scheme: HTTPS", "scheme: TCP"],
    ],
  },
  {
    id: "a liveness probe waits less than the program takes to answer",
    manifest: deployment(
      "pricing",
      `containers:
  - name: pricing
    image: registry.acme.example/pricing:9.0.0
    ports: [{ name: http, containerPort: 8080 }]
    livenessProbe:
      httpGet: { path: /live, port: http }
      timeoutSeconds: 1
    ${limits}`,
    ),
    pods: [
      {
        of: "pricing",
        name: "pricing-54c8d7f9b6-dn3vr",
        node: "node-3",
        states: { pricing: looping(137, { startedAt: "2026-05-04T09:55:00Z", finishedAt: "2026-05-04T09:57:31Z" }) },
      },
    ],
    events: [
      {
        about: "Pod/pricing-54c8d7f9b6-dn3vr",
        reason: "Unhealthy",
        message:
          'Liveness probe failed: Get "http://10.244.3.9:8080/live": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        count: 18,
      },
    ],
    logs: {
      "pricing-54c8d7f9b6-dn3vr/pricing/previous": ["listening on :8080", "GET /live 200 1840 ms", "GET /live 200 2210 ms", "SIGTERM"],
    },
    cause: {
      object: "Deployment/shop/pricing",
      fields: ["spec.template.spec.containers[pricing].livenessProbe.timeoutSeconds"],
    },
    right: [["timeoutSeconds: 1", "timeoutSeconds: 5"]],
    wrong: [
      ["timeoutSeconds: 1", "timeoutSeconds: 1\n            initialDelaySeconds: 120"],
      ["timeoutSeconds: 1", "timeoutSeconds: 0"],
      ["timeoutSeconds: 1", "timeoutSeconds: 1\n            failureThreshold: 200"],
    ],
  },
  {
    id: "a cron job's pods end because a script of its command line is not there",
    manifest: `apiVersion: batch/v1
kind: CronJob
metadata: { name: clean-up, namespace: shop }
spec:
  schedule: "10 3 * * *"
  jobTemplate:
    spec:
      backoffLimit: 2
      template:
        metadata: { labels: { app: clean-up } }
        spec:
          restartPolicy: Never
          containers:
            - name: clean-up
              image: registry.acme.example/jobs:1.6.0
              command: ["node", "jobs/clean-up.js"]
              args: ["--days", "30"]
`,
    repositoryText: "Jobs: `node jobs/cleanup.js --days 30` removes what is old; `node jobs/report.js` writes the report.\n",
    pods: ["4hzt8", "b7s2x", "qm9dn"].map((suffix) => ({
      of: "clean-up",
      name: `clean-up-29123010-${suffix}`,
      node: "node-1",
      owner: ["Job", "clean-up-29123010"] as const,
      states: {
        "clean-up": { ready: false, restartCount: 0, state: { terminated: { exitCode: 1, reason: "Error" } } },
      },
      status: { phase: "Failed" },
    })),
    beside: `apiVersion: batch/v1
kind: Job
metadata:
  name: clean-up-29123010
  namespace: shop
  creationTimestamp: "2026-05-04T03:10:00Z"
  ownerReferences: [{ apiVersion: batch/v1, kind: CronJob, name: clean-up, controller: true }]
spec: { backoffLimit: 2 }
status:
  failed: 3
  conditions: [{ type: Failed, status: "True", reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit }]
`,
    events: [
      { about: "Job/clean-up-29123010", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit", count: 1 },
    ],
    logs: {
      "clean-up-29123010-4hzt8/clean-up": [
        "node:internal/modules/cjs/loader:1228",
        "Error: Cannot find module '/app/jobs/clean-up.js'",
        "    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)",
      ],
    },
    cause: {
      object: "CronJob/shop/clean-up",
      fields: ["spec.jobTemplate.spec.template.spec.containers[clean-up].command[1]"],
    },
    right: [["jobs/clean-up.js", "jobs/cleanup.js"]],
    wrong: [
      ["jobs/clean-up.js", "jobs/clean.js"],
      ["backoffLimit: 2", "backoffLimit: 6"],
      ['"--days", "30"', '"--days", "7"'],
    ],
  },
];
