import assert from "node:assert/strict";
import { test } from "node:test";
import { checkChange } from "../src/triage/check.ts";
import { readManifests } from "../src/triage/manifests.ts";
import { triage } from "../src/triage/triage.ts";
import { change, deployment, type Edit, type HeldOutFault, looping, snapshotOfFault, waiting } from "./held-out/stage.ts";

/** Kinds of faults beside the held-out ones, in other words and places: what a rule finds, what it must not take for its own, and what it lets out. */

type Staged = Pick<HeldOutFault, "manifest" | "was" | "pods" | "beside" | "statuses" | "events" | "logs" | "repositoryText">;

interface Kind extends Staged {
  readonly says: string;
  /** What triage calls it; what it must not be called stands behind `not`. */
  readonly fault?: string;
  readonly not?: string;
  readonly passes?: readonly Edit[];
  readonly refused?: readonly Edit[];
}

const one = (name: string, container: string, spec = "", more = "replicas: 1"): string =>
  deployment(
    name,
    `${spec}containers:\n  - name: ${name}\n    image: registry.acme.example/${name}:1.0.0\n${container.replaceAll(/^/gm, "    ")}`,
    more,
  );
const pod = (of: string, state = looping(1)) => [{ of, name: `${of}-54c8d7f9b6-abcde`, node: "node-1", states: { [of]: state } }];
const said = (of: string, ...lines: string[]) => ({ [`${of}-54c8d7f9b6-abcde/${of}/previous`]: lines });
const killed = looping(137, { reason: "OOMKilled" });

const kinds: readonly Kind[] = [
  {
    says: "a Node heap on the command line, with its size in the repository's text",
    manifest: one("api", 'command: [node, "--max-old-space-size=1024", server.js]\nresources: { limits: { memory: 512Mi } }'),
    pods: pod("api", killed),
    repositoryText: "The heap needs 300 MB at most.\nThe page cache has 200 entries.\n",
    fault: "heap-over-limit",
    passes: [["size=1024", "size=300"]],
    refused: [
      ["size=1024", "size=200"],
      ["size=1024", "size=500"],
      ["memory: 512Mi", "memory: 600Mi"],
      ['"--max-old-space-size=1024"', '"--max-old-space-size=300", "--inspect"'],
    ],
  },
  {
    says: "a heap that fits is not what kills a container",
    manifest: one("api", 'env: [{ name: JAVA_TOOL_OPTIONS, value: "-Xmx300m" }]\nresources: { limits: { memory: 512Mi } }'),
    pods: pod("api", killed),
    fault: "out-of-memory",
    passes: [["memory: 512Mi", "memory: 1Gi"]],
  },
  {
    says: "a heap that had its room until the limit came down",
    manifest: one("api", 'env: [{ name: JAVA_TOOL_OPTIONS, value: "-Xmx1g" }]\nresources: { limits: { memory: 512Mi } }'),
    was: ["memory: 512Mi", "memory: 2Gi"],
    pods: [{ ...pod("api", killed)[0], of: "api", name: "api-7b9f6c5d48-abcde" }],
    fault: "out-of-memory",
    passes: [["memory: 512Mi", "memory: 2Gi"]],
  },
  {
    says: "a port that the program itself has twice",
    manifest: one("web", 'env: [{ name: PORT, value: "8080" }, { name: ADMIN_PORT, value: "8080" }]\nports: [{ containerPort: 8080 }]'),
    pods: pod("web"),
    logs: said("web", "listen tcp :8080: bind: address already in use"),
    fault: "crash",
    refused: [['PORT, value: "8080" }, {', 'PORT, value: "8081" }, {']],
  },
  {
    says: "a privileged port to which a service sends, a probe asks and a neighbour in the pod goes",
    manifest: `${one(
      "edge",
      'env: [{ name: LISTEN, value: "0.0.0.0:443" }]\nports: [{ name: https, containerPort: 443 }]\nreadinessProbe: { tcpSocket: { port: https } }\nsecurityContext: { runAsUser: 1000 }',
    )}---
apiVersion: v1
kind: Service
metadata: { name: edge, namespace: shop }
spec: { selector: { app: edge }, ports: [{ port: 443, targetPort: https }] }
`,
    pods: pod("edge"),
    logs: said("edge", "listen tcp 0.0.0.0:443: bind: permission denied"),
    fault: "port-privileged",
    refused: [
      // The service and the probe go where the container declares the port.
      ['"0.0.0.0:443"', '"0.0.0.0:8443"'],
      ['"0.0.0.0:443"', '"0.0.0.0:444"'],
      ["name: https, containerPort: 443", "name: https, containerPort: 8443"],
      ["targetPort: https", "targetPort: 8443"],
      ["runAsUser: 1000", "runAsUser: 0"],
    ],
    passes: [
      [
        'env: [{ name: LISTEN, value: "0.0.0.0:443" }]\n          ports: [{ name: https, containerPort: 443 }]',
        'env: [{ name: LISTEN, value: "0.0.0.0:8443" }]\n          ports: [{ name: https, containerPort: 8443 }]',
      ],
    ],
  },
  {
    says: "a setting that is not given, and another that only looks like it",
    manifest: one("mail", "env: [{ name: DB_HOST, value: db }]"),
    beside: "apiVersion: v1\nkind: Secret\nmetadata: { name: mail-db, namespace: shop }\ndata: { host: '', DB_PORT: '' }\n",
    pods: pod("mail"),
    logs: said("mail", "Error: environment variable DB_PORT is required"),
    repositoryText:
      'const host = env("DB_HOST");\nconst port = env("DB_PORT"); // 5432 in every place\nconst workers = env("WORKERS", "4");\n',
    refused: [
      ["name: DB_HOST,", "name: DB_PORT,"],
      ["value: db }", 'value: db }, { name: DB_PORT, value: "4" }'],
      ["value: db }", "value: db }, { name: DB_PORT, valueFrom: { secretKeyRef: { name: mail-db, key: host } } }"],
      ["value: db }", 'value: db }, { name: DB_PORT, value: "" }'],
    ],
    passes: [
      ["value: db }", 'value: db }, { name: DB_PORT, value: "5432" }'],
      ["value: db }", "value: db }, { name: DB_PORT, valueFrom: { secretKeyRef: { name: mail-db, key: DB_PORT } } }"],
    ],
  },
  {
    says: "a variable of the kubelet whose default nothing shows",
    manifest: one("carts", "env: [{ name: REDIS_HOST, value: redis }]"),
    beside:
      "apiVersion: v1\nkind: Service\nmetadata: { name: redis, namespace: shop }\nspec: { clusterIP: 10.96.31.8, selector: { app: catalog }, ports: [{ port: 6379, targetPort: 8080 }] }\n",
    pods: pod("carts"),
    logs: said("carts", 'invalid REDIS_PORT "tcp://10.96.31.8:6379"'),
    repositoryText: "docker run -e REDIS_PORT=6379 carts\n",
    fault: "service-link",
    passes: [["value: redis }", 'value: redis }, { name: REDIS_PORT, value: "6379" }']],
    refused: [
      ["    spec:\n      containers", "    spec:\n      enableServiceLinks: false\n      containers"],
      ["value: redis }", 'value: catalog }, { name: REDIS_PORT, value: "6379" }'],
    ],
  },
  {
    says: "a volume that several nodes share is given to no group",
    manifest: `${one(
      "media",
      "volumeMounts: [{ name: data, mountPath: /srv/media }]",
      "securityContext: { runAsUser: 1000 }\nvolumes: [{ name: data, persistentVolumeClaim: { claimName: media } }]\n",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: media, namespace: shop }
spec: { accessModes: [ReadWriteMany], resources: { requests: { storage: 1Gi } } }
`,
    pods: pod("media"),
    statuses: { "PersistentVolumeClaim/media": { phase: "Bound" } },
    logs: said("media", "open /srv/media/index: permission denied"),
    not: "volume-not-its-own",
    refused: [["runAsUser: 1000 }", "runAsUser: 1000, fsGroup: 1000 }"]],
  },
  {
    says: "the node lets nobody watch more files, and no disk is full",
    manifest: `${one("sync", "volumeMounts: [{ name: data, mountPath: /data }]", "volumes: [{ name: data, persistentVolumeClaim: { claimName: sync } }]\n")}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: sync, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: standard, resources: { requests: { storage: 1Gi } } }
`,
    beside:
      "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: standard }\nprovisioner: csi.acme.example\nallowVolumeExpansion: true\n",
    statuses: { "PersistentVolumeClaim/sync": { phase: "Bound" } },
    pods: pod("sync"),
    logs: said("sync", "inotify_add_watch(/data): No space left on device"),
    not: "disk-full",
    refused: [["storage: 1Gi", "storage: 2Gi"]],
  },
  {
    says: "an image that nodes hold in another version, and that is never pulled",
    manifest: one("tick", "imagePullPolicy: Never"),
    beside:
      "apiVersion: v1\nkind: Node\nmetadata: { name: node-9 }\nspec: {}\nstatus: { images: [{ names: ['registry.acme.example/tick:1.0.1'] }] }\n",
    pods: pod(
      "tick",
      waiting("ErrImageNeverPull", 'Container image "registry.acme.example/tick:1.0.0" is not present with pull policy of Never'),
    ),
    not: "image-never-pulled",
  },
  {
    says: "a name that is in no cluster is not the resolver's fault",
    manifest: one("ship", "env: [{ name: API, value: 'http://api.carrier.example' }]", "hostNetwork: true\n"),
    pods: pod("ship"),
    logs: said("ship", "dial tcp: lookup api.carrier.example on 10.0.0.2:53: no such host"),
    not: "node-resolver",
    refused: [["hostNetwork: true", "hostNetwork: true\n      dnsPolicy: ClusterFirstWithHostNet"]],
  },
  {
    says: "memcached may keep more megabytes than its container may have",
    manifest: one("cache", 'args: ["-m", "1024", "-c", "2048"]\nresources: { limits: { memory: 1Gi } }').replace(
      "registry.acme.example/cache:1.0.0",
      "docker.io/library/memcached:1.6.28",
    ),
    pods: pod("cache", killed),
    repositoryText: "memcached gets 512 MB; it has 2048 connections at most.\n",
    fault: "heap-over-limit",
    passes: [['"1024"', '"512"']],
    refused: [
      ['"1024"', '"256"'],
      ['"1024"', '"1000"'],
      ['"2048"', '"512"'],
      ["memory: 1Gi", "memory: 2Gi"],
    ],
  },
  {
    says: "an option of that name that bounds another program's memory",
    manifest: one("importer", 'args: ["--maxmemory", "2gb"]\nresources: { limits: { memory: 1Gi } }'),
    pods: pod("importer", killed),
    fault: "out-of-memory",
  },
  {
    says: "a program that others ask must not keep to the pod's loopback",
    manifest: `${one(
      "gate",
      'env: [{ name: LISTEN, value: "0.0.0.0:9000" }]\nports: [{ containerPort: 9001 }]\nreadinessProbe: { tcpSocket: { port: 9001 } }',
    ).replace(
      "      containers:\n",
      '      containers:\n        - { name: front, image: "registry.acme.example/front:1.0.0", args: ["--to=http://127.0.0.1:9001/"], ports: [{ containerPort: 9000 }] }\n',
    )}`,
    pods: pod("gate"),
    logs: said("gate", "listen tcp 0.0.0.0:9000: bind: address already in use"),
    fault: "port-taken",
    passes: [["0.0.0.0:9000", "0.0.0.0:9001"]],
    refused: [
      ["0.0.0.0:9000", "127.0.0.1:9001"],
      ["0.0.0.0:9000", "127.0.0.1:9002"],
    ],
  },
  {
    says: "two runtime classes have the handler by which one is called",
    manifest: one("sandbox", "args: [run]", "runtimeClassName: kata\n"),
    beside: ["kata-qemu", "kata-clh"]
      .map((name) => `apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: ${name} }\nhandler: kata\n`)
      .join("---\n"),
    fault: "reference-missing",
    refused: [["runtimeClassName: kata", "runtimeClassName: gvisor"]],
  },
  {
    says: "a store that is misspelt, where one of its name keeps to other namespaces",
    manifest: `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: mail, namespace: shop }
spec: { secretStoreRef: { name: aws-secret }, target: { name: mail }, data: [{ secretKey: token, remoteRef: { key: mail } }] }
`,
    beside: `apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: aws-secrets, namespace: shop }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: aws-secret }
spec: { conditions: [{ namespaces: [billing] }] }
`,
    statuses: {
      "ExternalSecret/mail": {
        conditions: [
          { type: "Ready", status: "False", message: 'could not get SecretStore "aws-secret": SecretStore "aws-secret" not found' },
        ],
      },
    },
    fault: "secret-store",
    passes: [["name: aws-secret }", "name: aws-secrets }"]],
    refused: [
      ["name: aws-secret }", "name: aws-secret, kind: ClusterSecretStore }"],
      ["name: aws-secret }", "name: aws-sec }"],
      ["target: { name: mail }", "target: { name: mail2 }"],
    ],
  },
  {
    says: "a program's own shared memory is full, within a limit that leaves it little",
    manifest: one(
      "train",
      "volumeMounts: [{ name: fast, mountPath: /dev/shm/ }]\nresources: { limits: { memory: 512Mi } }",
      "volumes: [{ name: fast, emptyDir: { medium: Memory, sizeLimit: 100Mi } }]\n",
    ),
    pods: pod("train"),
    logs: said("train", "OSError: [Errno 28] No space left on device: '/dev/shm/torch_7_3'"),
    fault: "shared-memory-full",
    passes: [["sizeLimit: 100Mi", "sizeLimit: 200Mi"]],
    refused: [
      ["sizeLimit: 100Mi", "sizeLimit: 120Mi"],
      ["sizeLimit: 100Mi", "sizeLimit: 400Mi"],
      [", sizeLimit: 100Mi", ""],
      ["medium: Memory, ", ""],
    ],
  },
  {
    says: "an account gives its token to nobody, and has no right",
    manifest: `${one("watch", "args: [jobs]", "serviceAccountName: watch\n")}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: watch, namespace: shop }
automountServiceAccountToken: false
`,
    pods: pod("watch"),
    logs: said("watch", "open /var/run/secrets/kubernetes.io/serviceaccount/token: no such file or directory"),
    fault: "token-withheld",
    refused: [
      ["serviceAccountName: watch", "serviceAccountName: watch\n      automountServiceAccountToken: true"],
      ["serviceAccountName: watch\n", ""],
    ],
  },
  {
    says: "an account gives its token to nobody, and one of its programs is to have it",
    manifest: `${one("watch", "args: [jobs]", "serviceAccountName: watch\n")}---
apiVersion: v1
kind: ServiceAccount
metadata: { name: watch, namespace: shop }
automountServiceAccountToken: false
`,
    beside: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: watch, namespace: shop }
rules: [{ apiGroups: [batch], resources: [jobs], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: watch, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: watch }
subjects: [{ kind: ServiceAccount, name: watch, namespace: shop }]
`,
    pods: pod("watch"),
    logs: said("watch", "Error: ENOENT: no such file or directory, open '/var/run/secrets/kubernetes.io/serviceaccount/token'"),
    fault: "token-withheld",
    passes: [["serviceAccountName: watch", "serviceAccountName: watch\n      automountServiceAccountToken: true"]],
    refused: [
      ["serviceAccountName: watch", 'serviceAccountName: watch\n      automountServiceAccountToken: "true"'],
      ["serviceAccountName: watch", "serviceAccountName: default"],
    ],
  },
  {
    says: "a service of a daemon set keeps to its node, and the node's pod is the one that is missing",
    manifest: `${one("agent", "ports: [{ containerPort: 8125 }]").replace("kind: Deployment", "kind: DaemonSet").replace("  replicas: 1\n", "")}---
apiVersion: v1
kind: Service
metadata: { name: agent, namespace: shop }
spec: { clusterIP: 10.96.9.9, internalTrafficPolicy: Local, selector: { app: agent }, ports: [{ port: 8125 }] }
---
${one("bill", "args: [serve]")}`,
    pods: [{ of: "agent", name: "agent-x", node: "node-2" }, ...pod("bill")],
    logs: said("bill", "connect ETIMEDOUT 10.96.9.9:8125"),
    not: "service-kept-to-node",
    refused: [["internalTrafficPolicy: Local", "internalTrafficPolicy: Cluster"]],
  },
  {
    says: "a service by its name keeps to its node",
    manifest: `${one("queue", "ports: [{ containerPort: 5672 }]")}---
apiVersion: v1
kind: Service
metadata: { name: queue, namespace: shop }
spec: { clusterIP: 10.96.9.9, internalTrafficPolicy: Local, selector: { app: queue }, ports: [{ port: 5672 }] }
---
${one("bill", "args: [serve]")}`,
    pods: [{ of: "queue", name: "queue-54c8d7f9b6-abcde", node: "node-2" }, ...pod("bill")],
    logs: said("bill", "amqp: queue.shop.svc:5672: connection refused"),
    fault: "service-kept-to-node",
    passes: [["internalTrafficPolicy: Local, ", ""]],
    refused: [
      ["internalTrafficPolicy: Local", "internalTrafficPolicy: Global"],
      ["internalTrafficPolicy: Local", "internalTrafficPolicy: Local, externalTrafficPolicy: Local"],
    ],
  },
  {
    says: "a certificate with a star is for another name of the service",
    manifest: one("shopfront", 'env: [{ name: STOCK, value: "https://catalog/v2" }]'),
    pods: pod("shopfront"),
    logs: said(
      "shopfront",
      "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: catalog. is not in the cert's altnames: DNS:*.shop.svc",
    ),
    fault: "certificate-names",
    passes: [["https://catalog/v2", "https://catalog.shop.svc/v2"]],
    refused: [
      ["https://catalog/v2", "https://catalog.shop.svc.cluster.local/v2"],
      ["https://catalog/v2", "https://catalog.shop.svc/v1"],
      ["https://catalog/v2", "http://catalog.shop.svc/v2"],
      ["https://catalog/v2", "https://stock.shop.svc/v2"],
    ],
  },
  {
    says: "a key that another program reads by its old name",
    manifest: `${one("intake", "envFrom: [{ configMapRef: { name: shared } }]")}---
${one("outlet", "envFrom: [{ configMapRef: { name: shared } }]")}---
apiVersion: v1
kind: ConfigMap
metadata: { name: shared, namespace: shop }
data:
  BROKER_DSN: "amqp://queue:5672"
`,
    pods: [...pod("intake"), { of: "outlet", name: "outlet-54c8d7f9b6-abcde", node: "node-2" }],
    logs: said("intake", "Traceback (most recent call last):", "KeyError: 'BROKER_URL'"),
    repositoryText: "`BROKER_DSN` was renamed to `BROKER_URL` in intake 1.0.\n",
    fault: "key-renamed",
    passes: [["  BROKER_DSN: ", '  BROKER_URL: "amqp://queue:5672"\n  BROKER_DSN: ']],
    refused: [
      ["  BROKER_DSN: ", "  BROKER_URL: "],
      ["  BROKER_DSN: ", '  BROKER_URL: "amqp://other:5672"\n  BROKER_DSN: '],
    ],
  },
];

for (const { says, fault, not, passes = [], refused = [], ...staged } of kinds)
  test(says, () => {
    const snapshot = snapshotOfFault(staged);
    const found = triage(snapshot, "shop").map((finding) => finding.fault);
    if (fault !== undefined) assert.ok(found.slice(0, 3).includes(fault), found.join(", "));
    if (not !== undefined) assert.ok(!found.includes(not), found.join(", "));
    const read = (text: string) => readManifests(new Map([["deploy/all.yaml", text]]), "shop").objects;
    for (const [edits, wanted] of [
      [passes, true],
      [refused, false],
    ] as const)
      for (const edit of edits) {
        const {
          ok,
          stays,
          refused: told,
          appears,
        } = checkChange(snapshot, ["shop"], {
          before: read(staged.manifest),
          after: read(change(staged.manifest, edit)),
          repositoryText: staged.repositoryText,
        });
        const why = [...stays.map((one) => `${one.fault}: ${one.why}`), ...told.map((one) => one.says), ...appears.map((one) => one.says)];
        assert.equal(ok, wanted, `${JSON.stringify(edit)}: ${why.join("; ")}`);
      }
  });
