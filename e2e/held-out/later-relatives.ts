import { deployment, type HeldOutFault, looping, waiting } from "./stage.ts";
import { down, held, refused, up } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const backOff = (container: string, pod: string, uid: string) => ({
  about: `Pod/${pod}`,
  reason: "BackOff",
  message: `Back-off restarting failed container ${container} in pod ${pod}_shop(${uid})`,
  count: 24,
});

const sandbox = refused("playground", 'pods "playground-54c8d7f9b6-" is forbidden: pod rejected: RuntimeClass "runsc" not found');

const segment = 'could not resize shared memory segment "/PostgreSQL.2953194310" to 67145056 bytes: No space left on device';
const notAllowed =
  'pods "catalog-54c8d7f9b6-4xk2p" is forbidden: User "system:serviceaccount:shop:tailer" cannot get resource "pods/log" in API group "" in the namespace "shop"';

/** Of the kinds of `unseen`, with other programs, other words and other fields. */
export const laterRelatives: readonly HeldOutFault[] = [
  {
    // A relative of "a Java heap may grow beyond what the container may have".
    id: "Redis may keep more than its container may have",
    manifest: deployment(
      "sessions",
      `containers:
  - name: redis
    image: docker.io/library/redis:7.2.5
    # Sessions may be lost: the oldest go first, nothing is saved.
    args: [--maxmemory, 3gb, --maxmemory-policy, allkeys-lru, --save, ""]
    ports: [{ name: redis, containerPort: 6379 }]
    readinessProbe: { tcpSocket: { port: redis } }
    resources: { requests: { cpu: 200m, memory: 1Gi }, limits: { memory: 1Gi } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    ),
    was: ["3gb", "768mb"],
    repositoryText: "Redis gets 768mb of the 1Gi of its container: the rest is for the buffers of its clients and for fragmentation.\n",
    pods: [
      {
        of: "sessions",
        name: "sessions-7b9f6c5d48-jt5mw",
        node: "node-2",
        states: { redis: looping(137, { reason: "OOMKilled", startedAt: "2026-05-04T09:44:10Z", finishedAt: "2026-05-04T09:57:32Z" }, 3) },
      },
    ],
    statuses: down("sessions", 1, "sessions-7b9f6c5d48"),
    events: [backOff("redis", "sessions-7b9f6c5d48-jt5mw", "b0f8a1ce-5a3a-4d0c-9a53-1d6c7be2f410")],
    logs: {
      "sessions-7b9f6c5d48-jt5mw/redis/previous": [
        "1:C 04 May 2026 09:44:10.201 * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo",
        "1:C 04 May 2026 09:44:10.201 * Redis version=7.2.5, bits=64, commit=00000000, modified=0, pid=1, just started",
        "1:C 04 May 2026 09:44:10.201 * Configuration loaded",
        "1:M 04 May 2026 09:44:10.203 * Running mode=standalone, port=6379.",
        "1:M 04 May 2026 09:44:10.204 * Server initialized",
        "1:M 04 May 2026 09:44:10.204 * Ready to accept connections tcp",
      ],
    },
    cause: { object: "Deployment/shop/sessions", fields: ["", "[1]"].map((one) => `spec.template.spec.containers[redis].args${one}`) },
    right: [["3gb", "768mb"]],
    wrong: [
      ["3gb", "1gb"],
      ["limits: { memory: 1Gi }", "limits: { memory: 1280Mi }"],
      [", limits: { memory: 1Gi }", ""],
      ["allkeys-lru", "noeviction"],
    ],
  },
  {
    // A relative of "a program that is not root may not write to the disk it is given".
    id: "Jenkins may not write to its home",
    manifest: `${deployment(
      "ci",
      `containers:
  - name: jenkins
    image: docker.io/jenkins/jenkins:2.452.3-lts
    ports: [{ name: http, containerPort: 8080 }]
    # User and group jenkins of the image are 1000.
    securityContext: { runAsUser: 1000, runAsGroup: 1000, allowPrivilegeEscalation: false }
    volumeMounts: [{ name: home, mountPath: /var/jenkins_home }]
    resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { memory: 2Gi } }
volumes:
  - { name: home, persistentVolumeClaim: { claimName: ci-home } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ci-home, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: block, resources: { requests: { storage: 30Gi } } }
`,
    beside: "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: block }\nprovisioner: csi.acme.example\n",
    pods: [{ of: "ci", name: "ci-54c8d7f9b6-xq2bn", node: "node-1", states: { jenkins: looping(1) } }],
    statuses: {
      ...down("ci", 1),
      "PersistentVolumeClaim/ci-home": { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "30Gi" } },
    },
    events: [backOff("jenkins", "ci-54c8d7f9b6-xq2bn", "7f0d4a0e-62a4-4c3d-8f6b-98a30a3f7d55")],
    logs: {
      "ci-54c8d7f9b6-xq2bn/jenkins/previous": [
        "touch: cannot touch '/var/jenkins_home/copy_reference_file.log': Permission denied",
        "Can not write to /var/jenkins_home/copy_reference_file.log. Wrong volume permissions?",
      ],
    },
    cause: { object: "Deployment/shop/ci", fields: ["", ".fsGroup"].map((one) => `spec.template.spec.securityContext${one}`) },
    right: [["    spec:\n      containers:", "    spec:\n      securityContext: { fsGroup: 1000 }\n      containers:"]],
    wrong: [
      ["runAsUser: 1000", "runAsUser: 0"],
      // The API server knows no such field of a container.
      ["runAsGroup: 1000,", "runAsGroup: 1000, fsGroup: 1000,"],
      ["persistentVolumeClaim: { claimName: ci-home }", "emptyDir: {}"],
      ["mountPath: /var/jenkins_home", "mountPath: /var/jenkins_home, readOnly: true"],
    ],
  },
  {
    // A relative of "two containers of a pod want the same port".
    id: "a program binds the port of the proxy that stands before it",
    manifest: `${deployment(
      "backoffice",
      `containers:
  # Nobody gets to the program but through the proxy.
  - name: oauth2-proxy
    image: quay.io/oauth2-proxy/oauth2-proxy:v7.6.0
    args: ["--http-address=0.0.0.0:4180", "--upstream=http://127.0.0.1:8000/", "--provider=oidc", "--oidc-issuer-url=https://login.acme.example"]
    envFrom: [{ secretRef: { name: backoffice-oauth } }]
    ports: [{ name: proxy, containerPort: 4180 }]
    readinessProbe: { httpGet: { path: /ping, port: proxy } }
    resources: { requests: { cpu: 20m, memory: 32Mi }, limits: { memory: 64Mi } }
  - name: backoffice
    image: registry.acme.example/backoffice:24.4.1
    command: [gunicorn]
    args: ["--bind=0.0.0.0:4180", "--workers=2", "backoffice.wsgi:application"]
    ports: [{ name: app, containerPort: 8000 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: Service
metadata: { name: backoffice, namespace: shop }
spec: { selector: { app: backoffice }, ports: [{ name: http, port: 80, targetPort: proxy }] }
`,
    beside: `apiVersion: v1
kind: Secret
metadata: { name: backoffice-oauth, namespace: shop }
type: Opaque
data: { OAUTH2_PROXY_CLIENT_ID: "", OAUTH2_PROXY_CLIENT_SECRET: "", OAUTH2_PROXY_COOKIE_SECRET: "" }
`,
    pods: ["hq7fn", "zl3vk"].map((suffix, at) => ({
      of: "backoffice",
      name: `backoffice-54c8d7f9b6-${suffix}`,
      node: `node-${at + 1}`,
      states: { backoffice: looping(1) },
    })),
    statuses: down("backoffice", 2),
    events: [backOff("backoffice", "backoffice-54c8d7f9b6-hq7fn", "2f2bd6d2-0a8e-4c36-9a09-0b3b27b7c0e8")],
    logs: {
      "backoffice-54c8d7f9b6-hq7fn/oauth2-proxy": [
        '[2026/05/04 09:30:03] [proxy.go:77] mapping path "/" => upstream "http://127.0.0.1:8000/"',
        "[2026/05/04 09:30:03] [oauthproxy.go:172] OAuthProxy configured for OpenID Connect Client ID: backoffice",
      ],
      "backoffice-54c8d7f9b6-hq7fn/backoffice/previous": [
        "[2026-05-04 09:57:27 +0000] [1] [INFO] Starting gunicorn 22.0.0",
        "[2026-05-04 09:57:27 +0000] [1] [ERROR] Connection in use: ('0.0.0.0', 4180)",
        "[2026-05-04 09:57:27 +0000] [1] [ERROR] Retrying in 1 second.",
        "[2026-05-04 09:57:31 +0000] [1] [ERROR] Connection in use: ('0.0.0.0', 4180)",
        "[2026-05-04 09:57:31 +0000] [1] [ERROR] Retrying in 1 second.",
        "[2026-05-04 09:57:32 +0000] [1] [ERROR] Can't connect to ('0.0.0.0', 4180)",
      ],
    },
    cause: {
      object: "Deployment/shop/backoffice",
      fields: ["", "[0]"].map((one) => `spec.template.spec.containers[backoffice].args${one}`),
    },
    right: [
      ["--bind=0.0.0.0:4180", "--bind=0.0.0.0:8000"],
      ["--bind=0.0.0.0:4180", "--bind=127.0.0.1:8000"],
    ],
    wrong: [
      ["--bind=0.0.0.0:4180", "--bind=0.0.0.0:8080"],
      ["--http-address=0.0.0.0:4180", "--http-address=0.0.0.0:8000"],
      ["--upstream=http://127.0.0.1:8000/", "--upstream=http://127.0.0.1:4180/"],
      ["containerPort: 8000", "containerPort: 4180"],
    ],
  },
  {
    // A relative of "a setting has another name in the new release, and the log says which".
    id: "a Rails release reads a key that its config map calls otherwise",
    manifest: `${deployment(
      "newsletter",
      `containers:
  - name: newsletter
    image: registry.acme.example/newsletter:5.0.0
    envFrom:
      - configMapRef: { name: newsletter-settings }
    ports: [{ name: http, containerPort: 3000 }]
    ${limits}`,
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: newsletter-settings, namespace: shop }
data:
  RAILS_ENV: production
  SMTP_HOST: mail.platform.svc
  SMTP_PORT: "25"
`,
    was: ["newsletter:5.0.0", "newsletter:4.9.2"],
    repositoryText: "## 5.0.0\n\n- `SMTP_HOST` is called `SMTP_ADDRESS`, as Action Mailer calls it. There is no default any more.\n",
    beside: `apiVersion: v1
kind: Namespace
metadata: { name: platform, labels: { kubernetes.io/metadata.name: platform } }
---
apiVersion: v1
kind: Service
metadata: { name: mail, namespace: platform }
spec: { clusterIP: 10.96.71.4, selector: { app: mail }, ports: [{ name: smtp, port: 25, targetPort: 25 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: mail-0, namespace: platform, labels: { app: mail } }
spec: { nodeName: node-3, containers: [{ name: postfix, image: "registry.acme.example/postfix:3.8.6", ports: [{ containerPort: 25 }] }] }
status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }
`,
    pods: [
      { of: "newsletter", name: "newsletter-54c8d7f9b6-84dqx", node: "node-1", old: true },
      { of: "newsletter", name: "newsletter-54c8d7f9b6-kw6pz", node: "node-3", old: true },
      { of: "newsletter", name: "newsletter-7b9f6c5d48-n5t2c", node: "node-2", states: { newsletter: looping(1) } },
    ],
    statuses: held("newsletter", 2),
    events: [backOff("newsletter", "newsletter-7b9f6c5d48-n5t2c", "d9a5a4f1-3cbb-4d2c-8c3b-51c5bb3f9cf0")],
    logs: {
      "newsletter-7b9f6c5d48-n5t2c/newsletter/previous": [
        "=> Booting Puma",
        "=> Rails 7.1.3.4 application starting in production ",
        "Exiting",
        '/app/config/environments/production.rb:41:in `fetch\': key not found: "SMTP_ADDRESS" (KeyError)',
        "\tfrom /app/config/environments/production.rb:41:in `block in <main>'",
      ],
    },
    cause: { object: "ConfigMap/shop/newsletter-settings", fields: ["data", "data.SMTP_HOST", "data.SMTP_ADDRESS"] },
    right: [
      ["SMTP_HOST: mail.platform.svc", "SMTP_ADDRESS: mail.platform.svc"],
      ["SMTP_HOST: mail.platform.svc", "SMTP_HOST: mail.platform.svc\n  SMTP_ADDRESS: mail.platform.svc"],
      ["          envFrom:\n", "          env: [{ name: SMTP_ADDRESS, value: mail.platform.svc }]\n          envFrom:\n"],
    ],
    wrong: [
      ["SMTP_HOST: mail.platform.svc", "SMTP_SERVER: mail.platform.svc"],
      ["SMTP_HOST: mail.platform.svc", "SMTP_HOST: mail.platform.svc\n  SMTP_ADDRESS: localhost"],
      ["RAILS_ENV: production", "RAILS_ENV: development"],
      ["newsletter:5.0.0", "newsletter:5.0.1"],
    ],
  },
  {
    // A relative of "a database's disk is full": another place is, and it is another program that fails of it.
    id: "a database's shared memory is full, and its client ends of that",
    manifest: `${deployment(
      "warehouse",
      `containers:
  - name: postgres
    image: docker.io/library/postgres:16.3
    env: [{ name: PGDATA, value: /var/lib/postgresql/data/pgdata }]
    ports: [{ name: sql, containerPort: 5432 }]
    volumeMounts:
      - { name: data, mountPath: /var/lib/postgresql/data }
      - { name: shm, mountPath: /dev/shm }
    resources: { requests: { cpu: 500m, memory: 1Gi }, limits: { memory: 1Gi } }
volumes:
  - { name: data, persistentVolumeClaim: { claimName: warehouse-data } }
  - { name: shm, emptyDir: { medium: Memory, sizeLimit: 64Mi } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    )}---
apiVersion: v1
kind: Service
metadata: { name: warehouse, namespace: shop }
spec: { selector: { app: warehouse }, ports: [{ name: sql, port: 5432, targetPort: sql }] }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: warehouse-data, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: standard, resources: { requests: { storage: 80Gi } } }
---
${deployment(
  "reports",
  `containers:
  - name: reports
    image: registry.acme.example/reports:1.9.0
    env: [{ name: WAREHOUSE_DSN, value: "postgres://reports@warehouse:5432/warehouse?sslmode=disable" }]
    ${limits}`,
  "replicas: 1",
)}`,
    repositoryText:
      "Reports join in parallel: with two workers of 64 MB each the warehouse needs 256Mi of shared memory. They count to its 1Gi.\n",
    beside:
      "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: standard }\nprovisioner: csi.acme.example\nallowVolumeExpansion: true\n",
    pods: [
      { of: "warehouse", name: "warehouse-54c8d7f9b6-tm4lk", node: "node-3" },
      { of: "reports", name: "reports-54c8d7f9b6-9hbrs", node: "node-1", states: { reports: looping(1) } },
    ],
    statuses: {
      ...up("warehouse", 1),
      ...down("reports", 1),
      "PersistentVolumeClaim/warehouse-data": { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "80Gi" } },
    },
    events: [backOff("reports", "reports-54c8d7f9b6-9hbrs", "4c5b41a3-cf0e-47e7-8d5e-b6a6de8af2d9")],
    logs: {
      "warehouse-54c8d7f9b6-tm4lk/postgres": [
        "2026-05-04 09:30:06.118 UTC [1] LOG:  database system is ready to accept connections",
        `2026-05-04 09:57:31.655 UTC [412] ERROR:  ${segment}`,
        "2026-05-04 09:57:31.655 UTC [412] STATEMENT:  SELECT c.region, sum(l.amount) FROM lines l JOIN customers c USING (customer_id) GROUP BY 1",
      ],
      "reports-54c8d7f9b6-9hbrs/reports/previous": [
        "2026/05/04 09:57:30 reports 1.9.0",
        `2026/05/04 09:57:31 revenue by region: pq: ${segment}`,
      ],
    },
    cause: {
      object: "Deployment/shop/warehouse",
      fields: ["", ".emptyDir", ".emptyDir.sizeLimit"].map((one) => `spec.template.spec.volumes[shm]${one}`),
    },
    right: [["sizeLimit: 64Mi", "sizeLimit: 256Mi"]],
    wrong: [
      ["storage: 80Gi", "storage: 160Gi"],
      ["sizeLimit: 64Mi", "sizeLimit: 32Mi"],
      // On the node's disk, and the pod is evicted as soon as there are more than 64Mi.
      ["medium: Memory, ", ""],
      ["limits: { memory: 1Gi }", "limits: { memory: 2Gi }"],
    ],
  },
  {
    // A relative of "a certificate is to come from an issuer that there is not".
    id: "an external secret asks a store of the namespace, and the store is the cluster's",
    manifest: `${deployment(
      "invoices",
      `containers:
  - name: invoices
    image: registry.acme.example/invoices:7.0.3
    env:
      - name: DATABASE_URL
        valueFrom: { secretKeyRef: { name: invoices-db, key: url } }
    ${limits}`,
    )}---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: invoices-db, namespace: shop }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: SecretStore, name: vault }
  target: { name: invoices-db }
  data: [{ secretKey: url, remoteRef: { key: shop/invoices, property: database-url } }]
---
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: { name: mailgun, namespace: shop }
spec:
  refreshInterval: 1h
  secretStoreRef: { kind: ClusterSecretStore, name: vault }
  target: { name: mailgun }
  data: [{ secretKey: token, remoteRef: { key: shop/mailgun, property: token } }]
`,
    beside: `apiVersion: external-secrets.io/v1beta1
kind: ClusterSecretStore
metadata: { name: vault }
spec:
  provider:
    vault:
      server: https://vault.acme.example
      path: secret
      version: v2
      auth: { kubernetes: { mountPath: kubernetes, role: external-secrets } }
status:
  capabilities: ReadWrite
  conditions: [{ type: Ready, status: "True", reason: Valid, message: store validated }]
---
apiVersion: v1
kind: Secret
metadata:
  name: mailgun
  namespace: shop
  ownerReferences: [{ apiVersion: external-secrets.io/v1beta1, kind: ExternalSecret, name: mailgun, controller: true, blockOwnerDeletion: true }]
type: Opaque
data: { token: "" }
`,
    pods: ["5jv8w", "mzc4t"].map((suffix, at) => ({
      of: "invoices",
      name: `invoices-54c8d7f9b6-${suffix}`,
      node: `node-${at + 2}`,
      states: { invoices: waiting("CreateContainerConfigError", 'secret "invoices-db" not found') },
    })),
    statuses: {
      ...down("invoices", 2),
      "ExternalSecret/invoices-db": {
        binding: { name: "" },
        refreshTime: null,
        conditions: [
          {
            type: "Ready",
            status: "False",
            reason: "SecretSyncedError",
            message: "could not get secret data from provider",
            lastTransitionTime: "2026-05-04T09:30:01Z",
          },
        ],
      },
      "ExternalSecret/mailgun": {
        binding: { name: "mailgun" },
        refreshTime: "2026-05-04T09:31:12Z",
        conditions: [
          {
            type: "Ready",
            status: "True",
            reason: "SecretSynced",
            message: "Secret was synced",
            lastTransitionTime: "2026-04-11T12:02:40Z",
          },
        ],
      },
    },
    events: [
      {
        about: "ExternalSecret/invoices-db",
        reason: "UpdateFailed",
        message: 'could not get SecretStore "vault", SecretStore.external-secrets.io "vault" not found',
        count: 15,
      },
      { about: "Pod/invoices-54c8d7f9b6-5jv8w", reason: "Failed", message: 'Error: secret "invoices-db" not found', count: 130 },
    ],
    cause: { object: "ExternalSecret/shop/invoices-db", fields: ["", ".kind", ".name"].map((one) => `spec.secretStoreRef${one}`) },
    right: [["kind: SecretStore, name: vault", "kind: ClusterSecretStore, name: vault"]],
    wrong: [
      ["kind: SecretStore, name: vault", "kind: SecretStore, name: vault-backend"],
      ["target: { name: invoices-db }", "target: { name: invoices-database }"],
      ["secretKeyRef: { name: invoices-db, key: url }", "secretKeyRef: { name: mailgun, key: token }"],
      ["secretKeyRef: { name: invoices-db, key: url }", "secretKeyRef: { name: invoices-db, key: url, optional: true }"],
    ],
  },
  {
    // A relative of "a role grants deployments of the core group, where there are none".
    id: "a role grants pods, and their logs are a resource of their own",
    manifest: `${deployment(
      "tailer",
      `serviceAccountName: tailer
containers:
  - name: tailer
    image: registry.acme.example/tailer:2.1.0
    env: [{ name: FOLLOW, value: app=catalog }]
    ${limits}`,
      "replicas: 1",
    )}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: tailer, namespace: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: tailer, namespace: shop }
rules:
  # It reads, and it changes nothing.
  - apiGroups: [""]
    resources: [pods]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: tailer, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: tailer }
subjects: [{ kind: ServiceAccount, name: tailer, namespace: shop }]
`,
    pods: [{ of: "tailer", name: "tailer-54c8d7f9b6-vd9g6", node: "node-2", states: { tailer: looping(1) } }],
    statuses: down("tailer", 1),
    events: [backOff("tailer", "tailer-54c8d7f9b6-vd9g6", "a5f6a6d9-17b8-4c5f-93b4-2c7b8b6b1f0e")],
    logs: {
      "tailer-54c8d7f9b6-vd9g6/tailer/previous": [
        "09:57:30.870 [main] INFO  com.acme.tailer.Main - 2 pods with app=catalog",
        `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: GET at: https://10.96.0.1:443/api/v1/namespaces/shop/pods/catalog-54c8d7f9b6-4xk2p/log?pretty=false&follow=true. Message: ${notAllowed}. Received status: Status(apiVersion=v1, code=403, details=StatusDetails(causes=[], group=null, kind=pods, name=catalog-54c8d7f9b6-4xk2p, retryAfterSeconds=null, uid=null, additionalProperties={}), kind=Status, message=${notAllowed}, metadata=ListMeta(_continue=null, remainingItemCount=null, resourceVersion=null, selfLink=null, additionalProperties={}), reason=Forbidden, status=Failure, additionalProperties={}).`,
        "\tat io.fabric8.kubernetes.client.KubernetesClientException.copyAsCause(KubernetesClientException.java:238)",
      ],
    },
    cause: {
      object: "Role/shop/tailer",
      fields: ["rules", "rules[0]", "rules[0].resources", "rules[0].resources[0]", "rules[0].resources[1]"],
    },
    right: [
      ["resources: [pods]", "resources: [pods, pods/log]"],
      ["verbs: [get, list, watch]", 'verbs: [get, list, watch]\n  - { apiGroups: [""], resources: [pods/log], verbs: [get] }'],
    ],
    wrong: [
      ["resources: [pods]", "resources: [pods, pods/logs]"],
      ["resources: [pods]", 'resources: ["*"]'],
      ["verbs: [get, list, watch]", 'verbs: ["*"]'],
      // It does not see the pods any more.
      ["resources: [pods]", "resources: [pods/log]"],
    ],
  },
  {
    // A relative of "a priority class that there is not".
    id: "a runtime class is called by the name of its handler",
    manifest: deployment(
      "playground",
      `# Runs what customers write.
runtimeClassName: runsc
containers:
  - name: playground
    image: registry.acme.example/playground:0.9.2
    ${limits}`,
    ),
    repositoryText: "Code of customers never runs but in gVisor.\n",
    beside: `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: gvisor }
handler: runsc
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: { name: nvidia }
handler: nvidia
`,
    ...sandbox,
    cause: { object: "Deployment/shop/playground", fields: ["spec.template.spec.runtimeClassName"] },
    right: [["runtimeClassName: runsc", "runtimeClassName: gvisor"]],
    wrong: [
      ["runtimeClassName: runsc", "runtimeClassName: nvidia"],
      ["runtimeClassName: runsc", "runtimeClassName: runc"],
      ["runtimeClassName: runsc\n      ", ""],
    ],
  },
];
