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
