import { deployment, type HeldOutFault, looping, waiting } from "./stage.ts";
import { down, held, up } from "./statuses.ts";

const limits = "resources: { requests: { cpu: 100m, memory: 128Mi }, limits: { memory: 256Mi } }";
const unready = { ready: false, started: true, restartCount: 0, state: { running: { startedAt: "2026-05-04T09:31:00Z" } }, lastState: {} };

const runc =
  "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";
const subPath = `${runc}error during container init: error mounting "/var/lib/kubelet/pods/3d7c1f0e-6a52-4a0f-9a37-5e7b0c4fd1b2/volume-subpaths/conf/static/0" to rootfs at "/etc/nginx/nginx.conf": mount /var/lib/kubelet/pods/3d7c1f0e-6a52-4a0f-9a37-5e7b0c4fd1b2/volume-subpaths/conf/static/0:/etc/nginx/nginx.conf (via /proc/self/fd/6), flags: 0x5001: not a directory: unknown`;
const notExecutable = `${runc}exec: "/scripts/start.sh": permission denied: unknown`;
const denied =
  'Failed to pull image "registry.acme.example/private/loyalty:1.8.0": failed to pull and unpack image "registry.acme.example/private/loyalty:1.8.0": failed to resolve reference "registry.acme.example/private/loyalty:1.8.0": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';

/** A container that the runtime could not start at all. */
const unstarted = (message: string) => looping(128, { reason: "StartError", message, startedAt: "1970-01-01T00:00:00Z" });

/** Pods that do not come up: a probe's program, mounts, rights, images. */
export const unseenStarting: readonly HeldOutFault[] = [
  {
    id: "a readiness probe runs a program that the new image does not have",
    manifest: deployment(
      "tariffs",
      `containers:
  - name: tariffs
    image: registry.acme.example/tariffs:3.2.0
    ports: [{ name: http, containerPort: 8080 }]
    # Ready once the tables are read.
    readinessProbe:
      exec: { command: [curl, -sf, "http://localhost:8080/ready"] }
      periodSeconds: 5
    ${limits}`,
    ),
    was: ["tariffs:3.2.0", "tariffs:3.1.4"],
    repositoryText:
      "FROM gcr.io/distroless/static-debian12:nonroot\nCOPY tariffs /tariffs\n3.2.0: the image has nothing in it but the program. `GET /ready` at port 8080 answers 200 once the tables are read, 503 before.\n",
    pods: [
      { of: "tariffs", name: "tariffs-54c8d7f9b6-h6w2k", node: "node-1", old: true },
      { of: "tariffs", name: "tariffs-54c8d7f9b6-pl9xv", node: "node-2", old: true },
      { of: "tariffs", name: "tariffs-7b9f6c5d48-d8z4m", node: "node-3", states: { tariffs: unready }, status: { phase: "Running" } },
    ],
    statuses: held("tariffs", 2),
    events: [
      {
        about: "Pod/tariffs-7b9f6c5d48-d8z4m",
        reason: "Unhealthy",
        message:
          'Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "e1f3a09c55d2": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
        count: 340,
      },
    ],
    logs: { "tariffs-7b9f6c5d48-d8z4m/tariffs": ["tariffs 3.2.0", "listening on :8080", "read 48 tables in 2.1 s"] },
    cause: {
      object: "Deployment/shop/tariffs",
      fields: ["readinessProbe", "readinessProbe.exec", "readinessProbe.exec.command", "readinessProbe.exec.command[0]"].map(
        (one) => `spec.template.spec.containers[tariffs].${one}`,
      ),
    },
    right: [
      ['exec: { command: [curl, -sf, "http://localhost:8080/ready"] }', "httpGet: { path: /ready, port: http }"],
      ['exec: { command: [curl, -sf, "http://localhost:8080/ready"] }', "httpGet: { path: /ready, port: 8080 }"],
    ],
    wrong: [
      ["[curl, -sf,", "[wget, -qO-,"],
      ["[curl, -sf,", "[/usr/bin/curl, -sf,"],
      ["periodSeconds: 5", "periodSeconds: 5\n            initialDelaySeconds: 60"],
      ['[curl, -sf, "http://localhost:8080/ready"]', "[/bin/true]"],
    ],
  },
  {
    id: "one file is mounted by a key that the config map does not have",
    manifest: `${deployment(
      "static",
      `containers:
  - name: static
    image: docker.io/library/nginx:1.27.0-alpine
    ports: [{ name: http, containerPort: 80 }]
    volumeMounts:
      - { name: conf, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf, readOnly: true }
    ${limits}
volumes:
  - { name: conf, configMap: { name: static-conf } }`,
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: static-conf, namespace: shop }
data:
  nginx-main.conf: |
    worker_processes auto;
    events { worker_connections 1024; }
    http { include /etc/nginx/mime.types; server { listen 80; root /usr/share/nginx/html; } }
  robots.txt: |
    User-agent: *
`,
    pods: [
      { of: "static", name: "static-54c8d7f9b6-b2c7n", node: "node-1", states: { static: unstarted(subPath) } },
      { of: "static", name: "static-54c8d7f9b6-qk5wt", node: "node-2", states: { static: unstarted(subPath) } },
    ],
    statuses: down("static", 2),
    events: [{ about: "Pod/static-54c8d7f9b6-b2c7n", reason: "Failed", message: `Error: ${subPath}` }],
    cause: {
      object: "Deployment/shop/static",
      fields: ["[conf].subPath", "[0].subPath", "[conf]", "[0]"].map((one) => `spec.template.spec.containers[static].volumeMounts${one}`),
    },
    right: [
      ["subPath: nginx.conf", "subPath: nginx-main.conf"],
      ["configMap: { name: static-conf }", "configMap: { name: static-conf, items: [{ key: nginx-main.conf, path: nginx.conf }] }"],
    ],
    wrong: [
      ["subPath: nginx.conf", "subPath: robots.txt"],
      ["subPath: nginx.conf, ", ""],
      ["mountPath: /etc/nginx/nginx.conf", "mountPath: /etc/nginx/conf.d/nginx.conf"],
      ["nginx:1.27.0-alpine", "nginx:1.27.0"],
    ],
  },
  {
    id: "a program that is not root may not write to the disk it is given",
    manifest: `${deployment(
      "grafana",
      `# As the image has it: user grafana.
securityContext: { runAsNonRoot: true, runAsUser: 472, runAsGroup: 472 }
containers:
  - name: grafana
    image: docker.io/grafana/grafana:11.1.0
    ports: [{ name: http, containerPort: 3000 }]
    volumeMounts: [{ name: data, mountPath: /var/lib/grafana }]
    ${limits}
volumes:
  - { name: data, persistentVolumeClaim: { claimName: grafana-data } }`,
      "replicas: 1\nstrategy: { type: Recreate }",
    )}---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: grafana-data, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: standard, resources: { requests: { storage: 5Gi } } }
`,
    pods: [{ of: "grafana", name: "grafana-54c8d7f9b6-7mfzd", node: "node-2", states: { grafana: looping(1) } }],
    statuses: {
      ...down("grafana", 1),
      "PersistentVolumeClaim/grafana-data": { phase: "Bound", accessModes: ["ReadWriteOnce"], capacity: { storage: "5Gi" } },
    },
    beside: "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: standard }\nprovisioner: csi.acme.example\n",
    events: [
      {
        about: "Pod/grafana-54c8d7f9b6-7mfzd",
        reason: "BackOff",
        message: "Back-off restarting failed container grafana in pod grafana-54c8d7f9b6-7mfzd_shop(51b0c1c4-3fb2-4f51-a0b6-6d3f7f3c9e10)",
      },
    ],
    logs: {
      "grafana-54c8d7f9b6-7mfzd/grafana/previous": [
        "GF_PATHS_DATA='/var/lib/grafana' is not writable.",
        "You may have issues with file permissions, more information here: http://docs.grafana.org/installation/docker/#migrate-to-v51-or-later",
        "mkdir: can't create directory '/var/lib/grafana/plugins': Permission denied",
      ],
    },
    cause: {
      object: "Deployment/shop/grafana",
      fields: ["spec.template.spec.securityContext.fsGroup", "spec.template.spec.securityContext"],
    },
    right: [["runAsGroup: 472 }", "runAsGroup: 472, fsGroup: 472 }"]],
    wrong: [
      ["runAsUser: 472", "runAsUser: 0"],
      ["runAsNonRoot: true", "runAsNonRoot: false"],
      ["mountPath: /var/lib/grafana", "mountPath: /var/lib/grafana/plugins"],
      ["persistentVolumeClaim: { claimName: grafana-data }", "emptyDir: {}"],
    ],
  },
  {
    id: "a pull secret that only another namespace has",
    manifest: `${deployment(
      "loyalty",
      `imagePullSecrets: [{ name: regcred }]
containers:
  - name: loyalty
    image: registry.acme.example/private/loyalty:1.8.0
    ${limits}`,
    )}---
${deployment(
  "coupons",
  `imagePullSecrets: [{ name: acme-registry }]
containers:
  - name: coupons
    image: registry.acme.example/private/coupons:4.1.0
    ${limits}`,
  "replicas: 1",
)}`,
    beside: `apiVersion: v1
kind: Namespace
metadata: { name: platform, labels: { kubernetes.io/metadata.name: platform } }
---
apiVersion: v1
kind: Secret
metadata: { name: regcred, namespace: platform }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: acme-registry, namespace: shop }
type: kubernetes.io/dockerconfigjson
data: { .dockerconfigjson: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: loyalty-api, namespace: shop }
type: Opaque
data: { token: "" }
`,
    pods: [
      ...["2vnbs", "n7d9x"].map((suffix, at) => ({
        of: "loyalty",
        name: `loyalty-54c8d7f9b6-${suffix}`,
        node: `node-${at + 1}`,
        states: { loyalty: waiting("ImagePullBackOff", 'Back-off pulling image "registry.acme.example/private/loyalty:1.8.0"') },
      })),
      { of: "coupons", name: "coupons-54c8d7f9b6-6g4jr", node: "node-1" },
    ],
    statuses: { ...down("loyalty", 2), ...up("coupons", 1) },
    events: [
      {
        about: "Pod/loyalty-54c8d7f9b6-2vnbs",
        reason: "FailedToRetrieveImagePullSecret",
        message: "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
        count: 31,
      },
      { about: "Pod/loyalty-54c8d7f9b6-2vnbs", reason: "Failed", message: denied },
    ],
    cause: {
      object: "Deployment/shop/loyalty",
      fields: ["", "[regcred]", "[regcred].name", "[0]", "[0].name"].map((one) => `spec.template.spec.imagePullSecrets${one}`),
    },
    right: [["name: regcred", "name: acme-registry"]],
    wrong: [
      ["name: regcred", "name: registry-credentials"],
      ["name: regcred", "name: loyalty-api"],
      ["imagePullSecrets: [{ name: regcred }]\n      ", ""],
      ["private/loyalty:1.8.0", "private/loyalty:latest"],
    ],
  },
  {
    id: "a script from a config map is run, and may not be",
    manifest: `${deployment(
      "preview",
      `containers:
  - name: preview
    image: registry.acme.example/preview:0.14.0
    command: ["/scripts/start.sh"]
    ports: [{ name: http, containerPort: 8080 }]
    volumeMounts: [{ name: scripts, mountPath: /scripts }]
    ${limits}
volumes:
  - { name: scripts, configMap: { name: preview-scripts } }`,
      "replicas: 1",
    )}---
apiVersion: v1
kind: ConfigMap
metadata: { name: preview-scripts, namespace: shop }
data:
  start.sh: |
    #!/bin/sh
    exec /app/preview --port 8080 --cache "$(mktemp -d)"
`,
    pods: [{ of: "preview", name: "preview-54c8d7f9b6-w3kdf", node: "node-3", states: { preview: unstarted(notExecutable) } }],
    statuses: down("preview", 1),
    events: [{ about: "Pod/preview-54c8d7f9b6-w3kdf", reason: "Failed", message: `Error: ${notExecutable}` }],
    cause: {
      object: "Deployment/shop/preview",
      fields: [
        ...["", ".configMap", ".configMap.defaultMode"].map((one) => `spec.template.spec.volumes[scripts]${one}`),
        ...["", "[0]"].map((one) => `spec.template.spec.containers[preview].command${one}`),
      ],
    },
    right: [
      ["configMap: { name: preview-scripts }", "configMap: { name: preview-scripts, defaultMode: 0755 }"],
      ['command: ["/scripts/start.sh"]', 'command: ["/bin/sh", "/scripts/start.sh"]'],
    ],
    wrong: [
      // Not octal, and more than 0777: the API server refuses it.
      ["configMap: { name: preview-scripts }", "configMap: { name: preview-scripts, defaultMode: 755 }"],
      ["configMap: { name: preview-scripts }", "configMap: { name: preview-scripts, defaultMode: 0644 }"],
      ['command: ["/scripts/start.sh"]', 'command: ["/scripts/run.sh"]'],
      ["    spec:\n      containers:", "    spec:\n      securityContext: { runAsUser: 0 }\n      containers:"],
    ],
  },
];
