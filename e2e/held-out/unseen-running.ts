import { deployment, type HeldOutFault, looping } from "./stage.ts";
import { down, held } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";

/** Programs that start and end: memory, ports, settings, a full disk, names. */
export const unseenRunning: readonly HeldOutFault[] = [
  {
    id: "a Java heap may grow beyond what the container may have",
    manifest: deployment(
      "pricer",
      `containers:
  - name: pricer
    image: registry.acme.example/pricer:12.4.0
    env:
      - { name: JAVA_TOOL_OPTIONS, value: "-Xms256m -Xmx2g -XX:+UseG1GC" }
    ports: [{ name: http, containerPort: 8080 }]
    resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { memory: 1Gi } }`,
    ),
    was: ["-Xmx2g", "-Xmx640m"],
    repositoryText: "A container has 1Gi; the heap gets 640m of it, the rest is for threads, metaspace and buffers.\n",
    pods: ["9rj4c", "xw6bq"].map((suffix, at) => ({
      of: "pricer",
      name: `pricer-7b9f6c5d48-${suffix}`,
      node: `node-${at + 1}`,
      states: {
        pricer: looping(137, { reason: "OOMKilled", startedAt: "2026-05-04T09:49:00Z", finishedAt: "2026-05-04T09:57:32Z" }, 3),
      },
    })),
    statuses: down("pricer", 2, "pricer-7b9f6c5d48"),
    events: [
      {
        about: "Pod/pricer-7b9f6c5d48-9rj4c",
        reason: "BackOff",
        message: "Back-off restarting failed container pricer in pod pricer-7b9f6c5d48-9rj4c_shop(8e0d2c6a-71a5-4f0e-8a43-2e1f9d0b77c1)",
      },
    ],
    logs: {
      "pricer-7b9f6c5d48-9rj4c/pricer/previous": [
        "Picked up JAVA_TOOL_OPTIONS: -Xms256m -Xmx2g -XX:+UseG1GC",
        "2026-05-04T09:49:12.031Z  INFO 1 --- [           main] com.acme.pricer.PricerApplication        : Started PricerApplication in 10.873 seconds (process running for 12.006)",
        "2026-05-04T09:55:00.004Z  INFO 1 --- [   scheduling-1] com.acme.pricer.NightlyPrices            : 214000 prices to go",
      ],
    },
    cause: { object: "Deployment/shop/pricer", fields: ["spec.template.spec.containers[pricer].env[JAVA_TOOL_OPTIONS].value"] },
    right: [["-Xmx2g", "-Xmx640m"]],
    wrong: [
      ["-Xmx2g", "-Xmx1g"],
      ["limits: { memory: 1Gi }", "limits: { memory: 1280Mi }"],
      [", limits: { memory: 1Gi }", ""],
      ["-Xmx2g", "-Xmx4g"],
    ],
  },
  {
    id: "two containers of a pod want the same port",
    manifest: `${deployment(
      "storefront",
      `containers:
  - name: storefront
    image: registry.acme.example/storefront:6.0.1
    env: [{ name: PORT, value: "8080" }]
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}
  - name: exporter
    image: docker.io/nginx/nginx-prometheus-exporter:1.1.0
    args: ["--web.listen-address=:8080", "--nginx.scrape-uri=http://localhost:8080/stub_status"]
    ports: [{ name: metrics, containerPort: 9113 }]
    resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 32Mi } }`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: storefront, namespace: shop }
spec:
  selector: { app: storefront }
  ports:
    - { name: http, port: 80, targetPort: http }
    - { name: metrics, port: 9113, targetPort: 9113 }
`,
    pods: ["4tq8s", "zc2hd"].map((suffix, at) => ({
      of: "storefront",
      name: `storefront-54c8d7f9b6-${suffix}`,
      node: `node-${at + 2}`,
      states: { exporter: looping(1) },
    })),
    statuses: down("storefront", 2),
    events: [
      {
        about: "Pod/storefront-54c8d7f9b6-4tq8s",
        reason: "BackOff",
        message:
          "Back-off restarting failed container exporter in pod storefront-54c8d7f9b6-4tq8s_shop(6b1f8a53-9b3c-43d4-8d55-70b6c5f7a5a2)",
      },
    ],
    logs: {
      "storefront-54c8d7f9b6-4tq8s/storefront": ["storefront 6.0.1", "listening on :8080"],
      "storefront-54c8d7f9b6-4tq8s/exporter/previous": [
        'ts=2026-05-04T09:57:31.112Z caller=exporter.go:123 level=info msg="Starting nginx-prometheus-exporter" version="(version=1.1.0)"',
        'ts=2026-05-04T09:57:31.118Z caller=exporter.go:217 level=error msg="HTTP server closed" err="listen tcp :8080: bind: address already in use"',
      ],
    },
    cause: {
      object: "Deployment/shop/storefront",
      fields: ["spec.template.spec.containers[exporter].args", "spec.template.spec.containers[exporter].args[0]"],
    },
    right: [["--web.listen-address=:8080", "--web.listen-address=:9113"]],
    wrong: [
      ["--web.listen-address=:8080", "--web.listen-address=:8081"],
      ["containerPort: 9113", "containerPort: 8080"],
      ["containerPort: 8080", "containerPort: 8081"],
      ['value: "8080"', 'value: "9113"'],
    ],
  },
  {
    id: "a setting has another name in the new release, and the log says which",
    manifest: deployment(
      "payouts",
      `containers:
  - name: payouts
    image: registry.acme.example/payouts:3.4.0
    env:
      - name: PAYOUTS_DB_URL
        valueFrom: { secretKeyRef: { name: payouts-db, key: url } }
      - { name: PAYOUTS_LISTEN, value: ":8080" }
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}`,
    ),
    was: ["payouts:3.4.0", "payouts:3.3.2"],
    repositoryText:
      '3.4.0: settings are read by envconfig.\n\ntype settings struct {\n\tDatabaseURL string `envconfig:"DATABASE_URL" required:"true"`\n\tListen string `envconfig:"LISTEN" default:":8080"`\n}\n\nenvconfig.MustProcess("payouts", &s)\n',
    beside: `apiVersion: v1
kind: Secret
metadata: { name: payouts-db, namespace: shop }
type: Opaque
data: { url: "", admin-url: "" }
`,
    pods: [
      { of: "payouts", name: "payouts-54c8d7f9b6-kx2pl", node: "node-1", old: true },
      { of: "payouts", name: "payouts-54c8d7f9b6-v8mtd", node: "node-3", old: true },
      { of: "payouts", name: "payouts-7b9f6c5d48-2w5gh", node: "node-2", states: { payouts: looping(1) } },
    ],
    statuses: held("payouts", 2),
    events: [
      {
        about: "Pod/payouts-7b9f6c5d48-2w5gh",
        reason: "BackOff",
        message: "Back-off restarting failed container payouts in pod payouts-7b9f6c5d48-2w5gh_shop(0a9f6c0e-1d35-4d6c-b8de-4b3b9b0e8f77)",
      },
    ],
    logs: { "payouts-7b9f6c5d48-2w5gh/payouts/previous": ["2026/05/04 09:57:31 required key PAYOUTS_DATABASE_URL missing value"] },
    cause: {
      object: "Deployment/shop/payouts",
      fields: ["", "[PAYOUTS_DB_URL]", "[PAYOUTS_DB_URL].name", "[PAYOUTS_DATABASE_URL]", "[PAYOUTS_DATABASE_URL].value"].map(
        (one) => `spec.template.spec.containers[payouts].env${one}`,
      ),
    },
    right: [["name: PAYOUTS_DB_URL", "name: PAYOUTS_DATABASE_URL"]],
    wrong: [
      ["name: PAYOUTS_DB_URL", "name: DATABASE_URL"],
      ["key: url", "key: admin-url"],
      [
        "- { name: PAYOUTS_LISTEN",
        '- { name: PAYOUTS_DATABASE_URL, value: "postgres://localhost:5432/payouts" }\n            - { name: PAYOUTS_LISTEN',
      ],
      ["payouts:3.4.0", "payouts:3.4.1"],
    ],
  },
  {
    id: "a variable that the kubelet sets for a service is taken for a setting",
    manifest: deployment(
      "baskets",
      `containers:
  - name: baskets
    image: registry.acme.example/baskets:2.6.0
    # The port is 6379 where nothing else is said.
    env: [{ name: REDIS_HOST, value: redis }]
    ports: [{ name: http, containerPort: 8080 }]
    ${limits}`,
    ),
    repositoryText: 'const host = process.env.REDIS_HOST ?? "localhost";\nconst port = parsePort(process.env.REDIS_PORT ?? "6379");\n',
    beside: `apiVersion: v1
kind: Service
metadata: { name: redis, namespace: shop, labels: { app: redis } }
spec: { type: ClusterIP, clusterIP: 10.96.31.8, selector: { app: redis }, ports: [{ name: redis, port: 6379, targetPort: redis }] }
---
apiVersion: v1
kind: Pod
metadata: { name: redis-0, namespace: shop, labels: { app: redis } }
spec: { nodeName: node-3, containers: [{ name: redis, image: "docker.io/library/redis:7.2.5", ports: [{ name: redis, containerPort: 6379 }] }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: [
      { of: "baskets", name: "baskets-54c8d7f9b6-gz8wn", node: "node-1", states: { baskets: looping(1) } },
      { of: "baskets", name: "baskets-54c8d7f9b6-t5r7c", node: "node-2", states: { baskets: looping(1) } },
    ],
    statuses: down("baskets", 2),
    events: [
      {
        about: "Pod/baskets-54c8d7f9b6-gz8wn",
        reason: "BackOff",
        message: "Back-off restarting failed container baskets in pod baskets-54c8d7f9b6-gz8wn_shop(c2c1f3c7-0c8f-4f84-93a1-d5a4b1f0a6de)",
      },
    ],
    logs: {
      "baskets-54c8d7f9b6-gz8wn/baskets/previous": [
        "baskets 2.6.0",
        'Error: REDIS_PORT must be a number, got "tcp://10.96.31.8:6379"',
        "    at parsePort (/app/src/settings.js:14:11)",
      ],
    },
    cause: {
      object: "Deployment/shop/baskets",
      fields: [
        "spec.template.spec.enableServiceLinks",
        ...["", "[REDIS_PORT]", "[REDIS_PORT].value"].map((one) => `spec.template.spec.containers[baskets].env${one}`),
      ],
    },
    right: [
      ["value: redis }]", 'value: redis }, { name: REDIS_PORT, value: "6379" }]'],
      ["    spec:\n      containers:", "    spec:\n      enableServiceLinks: false\n      containers:"],
    ],
    wrong: [
      ["value: redis }]", "value: 10.96.31.8 }]"],
      ["value: redis }]", 'value: redis }, { name: REDIS_PORT, value: "tcp://10.96.31.8:6379" }]'],
      ["value: redis }]", 'value: redis }, { name: REDIS_PORT, value: "8080" }]'],
      ["baskets:2.6.0", "baskets:2.5.9"],
    ],
  },
  {
    id: "a database's disk is full",
    manifest: `${deployment(
      "journal",
      `containers:
  - name: postgres
    image: docker.io/library/postgres:16.3
    env: [{ name: PGDATA, value: /var/lib/postgresql/data/pgdata }]
    ports: [{ name: sql, containerPort: 5432 }]
    volumeMounts: [{ name: data, mountPath: /var/lib/postgresql/data }]
    resources: { requests: { cpu: 250m, memory: 512Mi }, limits: { memory: 512Mi } }
volumes:
  - { name: data, persistentVolumeClaim: { claimName: journal-data } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: journal-data, namespace: shop }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: standard
  resources: { requests: { storage: 2Gi } }
`,
    repositoryText: "A year of entries is about 14 GB, and seven years are kept in the archive; the database holds one: 20Gi are enough.\n",
    beside: `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: standard }
provisioner: csi.acme.example
allowVolumeExpansion: true
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: csi.acme.example
allowVolumeExpansion: true
`,
    pods: [{ of: "journal", name: "journal-54c8d7f9b6-5bqz9", node: "node-1", states: { postgres: looping(1) } }],
    statuses: {
      ...down("journal", 1),
      "PersistentVolumeClaim/journal-data": { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "2Gi" } },
    },
    events: [
      {
        about: "Pod/journal-54c8d7f9b6-5bqz9",
        reason: "BackOff",
        message: "Back-off restarting failed container postgres in pod journal-54c8d7f9b6-5bqz9_shop(f5f1f0cf-7d0d-4dd1-b1fc-1a1f0a7c3c0a)",
      },
    ],
    logs: {
      "journal-54c8d7f9b6-5bqz9/postgres/previous": [
        "2026-05-04 09:57:30.911 UTC [29] LOG:  database system was interrupted while in recovery at 2026-05-04 09:54:48 UTC",
        '2026-05-04 09:57:31.655 UTC [29] FATAL:  could not write to file "pg_wal/xlogtemp.29": No space left on device',
        "2026-05-04 09:57:31.662 UTC [1] LOG:  startup process (PID 29) exited with exit code 1",
        "2026-05-04 09:57:31.662 UTC [1] LOG:  aborting startup due to startup process failure",
        "2026-05-04 09:57:31.664 UTC [1] LOG:  database system is shut down",
      ],
    },
    cause: { object: "PersistentVolumeClaim/shop/journal-data", fields: ["spec.resources.requests.storage"] },
    right: [["storage: 2Gi", "storage: 20Gi"]],
    wrong: [
      ["storage: 2Gi", "storage: 1Gi"],
      ["storageClassName: standard", "storageClassName: fast"],
      ["persistentVolumeClaim: { claimName: journal-data }", "emptyDir: {}"],
      ["limits: { memory: 512Mi }", "limits: { memory: 1Gi }"],
    ],
  },
  {
    id: "a pod in its node's network asks the node's resolver for a name of the cluster",
    manifest: `apiVersion: apps/v1
kind: DaemonSet
metadata: { name: netmeter, namespace: shop }
spec:
  selector: { matchLabels: { app: netmeter } }
  template:
    metadata: { labels: { app: netmeter } }
    spec:
      # Counts the connections of the node itself.
      hostNetwork: true
      containers:
        - name: netmeter
          image: registry.acme.example/netmeter:1.12.0
          env: [{ name: PUSH_URL, value: "http://pushgateway.monitoring.svc.cluster.local:9091" }]
          resources: { requests: { cpu: 20m, memory: 32Mi }, limits: { memory: 64Mi } }
`,
    beside: `apiVersion: v1
kind: Namespace
metadata: { name: monitoring, labels: { kubernetes.io/metadata.name: monitoring } }
---
apiVersion: v1
kind: Service
metadata: { name: pushgateway, namespace: monitoring }
spec: { clusterIP: 10.96.88.3, selector: { app: pushgateway }, ports: [{ name: http, port: 9091, targetPort: 9091 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: pushgateway-0, namespace: monitoring, labels: { app: pushgateway } }
spec: { nodeName: node-1, containers: [{ name: pushgateway, image: "docker.io/prom/pushgateway:v1.9.0", ports: [{ containerPort: 9091 }] }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: ["c7mzp", "h2l8f", "x9gkt"].map((suffix, at) => ({
      of: "netmeter",
      name: `netmeter-${suffix}`,
      node: `node-${at + 1}`,
      states: { netmeter: looping(1) },
    })),
    statuses: {
      "DaemonSet/netmeter": {
        currentNumberScheduled: 3,
        desiredNumberScheduled: 3,
        numberAvailable: 0,
        numberMisscheduled: 0,
        numberReady: 0,
        numberUnavailable: 3,
        updatedNumberScheduled: 3,
        observedGeneration: 1,
      },
    },
    events: [
      {
        about: "Pod/netmeter-c7mzp",
        reason: "BackOff",
        message: "Back-off restarting failed container netmeter in pod netmeter-c7mzp_shop(ab6df1e0-6f4b-4f6b-8e39-0f2f2cc0e2f5)",
      },
    ],
    logs: {
      "netmeter-c7mzp/netmeter/previous": [
        "netmeter 1.12.0, host network",
        'push failed: Put "http://pushgateway.monitoring.svc.cluster.local:9091/metrics/job/netmeter": dial tcp: lookup pushgateway.monitoring.svc.cluster.local on 10.0.0.2:53: no such host',
        "giving up after 5 tries",
      ],
    },
    cause: { object: "DaemonSet/shop/netmeter", fields: ["spec.template.spec.dnsPolicy", "spec.template.spec.hostNetwork"] },
    right: [["hostNetwork: true", "hostNetwork: true\n      dnsPolicy: ClusterFirstWithHostNet"]],
    wrong: [
      ["hostNetwork: true", "hostNetwork: true\n      dnsPolicy: ClusterFirst"],
      ["hostNetwork: true", "hostNetwork: false"],
      ["pushgateway.monitoring.svc.cluster.local", "pushgateway.shop.svc.cluster.local"],
      ["pushgateway.monitoring.svc.cluster.local", "pushgateway.monitoring"],
    ],
  },
];
