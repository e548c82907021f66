import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, JsonValue } from "../messages/conversation.ts";
import { checkChange } from "./check.ts";
import { type KubeObject, readObjects } from "./kube-object.ts";
import { createSnapshot } from "./snapshot.ts";

/** Each edit here mends what is wrong (a memory limit that is too low) and makes something else worse: it is refused, whatever it mends. */

const image = "registry.acme.example/web:1.4";

function container(): JsonObject {
  return {
    name: "web",
    image,
    args: ["--port=8080"],
    env: [{ name: "MODE", value: "fast" }],
    ports: [{ containerPort: 8080 }],
    resources: { requests: { memory: "32Mi", cpu: "50m" }, limits: { memory: "64Mi", cpu: "500m" } },
    readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
    livenessProbe: { httpGet: { path: "/alive", port: 8080 }, periodSeconds: 10 },
  };
}

function manifests(): JsonObject[] {
  const metadata = (name: string): JsonObject => ({ name, namespace: "shop" });
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("web"),
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [container()] } },
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: metadata("cart"), spec: { selector: { app: "cart" }, ports: [{ port: 80 }] } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: metadata("settings"), data: { RATE: "7" } },
  ];
}

function snapshot() {
  const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", controller: true };
  const killed = { exitCode: 137, reason: "OOMKilled" };
  const pod = (name: string, labels: JsonObject, over: JsonObject): JsonObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels, ...(name.startsWith("web") ? { ownerReferences: [owner] } : {}) },
    spec: { nodeName: "node-1", containers: [{ name: "web", image, ports: [{ containerPort: 80 }] }] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }], ...over },
  });
  const status = {
    containerStatuses: [
      { name: "web", ready: false, restartCount: 9, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: killed } },
    ],
  };
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" }, status: {} };
  const all: readonly JsonObject[] = [...manifests(), pod("web-1", { app: "web" }, status), pod("cart-1", { app: "cart" }, {}), node];
  return createSnapshot({ now: 0, objects: all.flatMap((one) => readObjects(one)), covers: () => true, log: () => [] });
}

/** The rules that refuse an edit on top of the right one, and whether the door would let it out. */
function judge(edit: (web: Parts, all: JsonObject[]) => void): { ok: boolean; rules: readonly string[]; says: readonly string[] } {
  const read = (all: readonly JsonObject[]): readonly KubeObject[] => all.flatMap((one) => readObjects(one));
  const after = structuredClone(manifests()) as JsonObject[];
  const parts = partsOf(after);
  (parts.container["resources"] as Open)["limits"] = { memory: "256Mi", cpu: "500m" };
  edit(parts, after);
  const { ok, refused, gone } = checkChange(snapshot(), ["shop"], { before: read(manifests()), after: read(after) });
  assert.ok(gone.some(({ fault }) => fault === "out-of-memory") || refused.length > 0);
  return { ok, rules: [...new Set(refused.map(({ rule }) => rule))], says: refused.map(({ says }) => says) };
}

type Open = Record<string, JsonValue>;
interface Parts {
  readonly container: Open;
  readonly pod: Open;
  readonly deployment: Open;
  readonly service: Open;
  readonly settings: Open;
}

function partsOf([deployment, service, settings]: readonly JsonObject[]): Parts {
  const spec = deployment?.["spec"] as Open;
  const pod = (spec["template"] as Open)["spec"] as Open;
  const [first] = pod["containers"] as Open[];
  return { container: first ?? {}, pod, deployment: spec, service: service?.["spec"] as Open, settings: settings?.["data"] as Open };
}

test("the right edit alone is let out", () => {
  assert.deepEqual(
    judge(() => {}),
    { ok: true, rules: [], says: [] },
  );
});

const worse: readonly (readonly [rule: string, what: string, edit: (parts: Parts, all: JsonObject[]) => void])[] = [
  ["probe-removed", "the readiness probe goes", ({ container: own }) => delete own["readinessProbe"]],
  ["probe-removed", "the liveness probe goes", ({ container: own }) => delete own["livenessProbe"]],
  ["limit-removed", "the limit goes", ({ container: own }) => (own["resources"] = { requests: { memory: "32Mi", cpu: "50m" } })],
  [
    "limit-removed",
    "the limit of processor time goes",
    ({ container: own }) => (own["resources"] = { requests: { memory: "32Mi", cpu: "50m" }, limits: { memory: "256Mi" } }),
  ],
  ["request-removed", "the requests go", ({ container: own }) => (own["resources"] = { limits: { memory: "256Mi", cpu: "500m" } })],
  ["replicas-zero", "no replicas", ({ deployment }) => (deployment["replicas"] = 0)],
  ["image-floating", "tag latest", ({ container: own }) => (own["image"] = "registry.acme.example/web:latest")],
  ["image-floating", "no tag", ({ container: own }) => (own["image"] = "registry.acme.example/web")],
  ["image-floating", "no tag behind a port", ({ container: own }) => (own["image"] = "registry.acme.example:5000/web")],
  ["privileged", "privileged", ({ container: own }) => (own["securityContext"] = { privileged: true })],
  ["privileged", "a capability", ({ container: own }) => (own["securityContext"] = { capabilities: { add: ["SYS_ADMIN"] } })],
  ["privileged", "as root", ({ container: own }) => (own["securityContext"] = { runAsUser: 0 })],
  ["privileged", "the node's network", ({ pod }) => (pod["hostNetwork"] = true)],
  ["privileged", "the node's files", ({ pod }) => (pod["volumes"] = [{ name: "host", hostPath: { path: "/" } }])],
  [
    "privileged",
    "an init container that is privileged",
    ({ pod }) => (pod["initContainers"] = [{ name: "init", image, securityContext: { privileged: true } }]),
  ],
  ["secret-in-clear", "a password in a variable", variable("DB_PASSWORD", "hunter2")],
  ["secret-in-clear", "a password in a variable of another spelling", variable("dbPassword", "hunter2")],
  ["secret-in-clear", "a password in an address", variable("DATABASE_URL", "postgres://web:hunter2@db.shop.svc/web")],
  ["secret-in-clear", "a token known by its look", variable("EXTRA", `ghp_${"a1".repeat(18)}`)],
  ["secret-in-clear", "a password in an argument", ({ container: own }) => (own["args"] = ["--port=8080", "--db-password=hunter2"])],
  ["secret-in-clear", "a password in two arguments", ({ container: own }) => (own["args"] = ["--port=8080", "--db-password", "hunter2"])],
  ["secret-in-clear", "a password in a config map", ({ settings }) => (settings["DB_PASSWORD"] = "hunter2")],
  ["secret-in-clear", "a private key in a config map", ({ settings }) => (settings["tls"] = "-----BEGIN PRIVATE KEY-----\nMIIE\n")],
  [
    "secret-in-clear",
    "a Secret in the repository",
    (_, all) =>
      all.push({ apiVersion: "v1", kind: "Secret", metadata: { name: "db", namespace: "shop" }, stringData: { password: "hunter2" } }),
  ],
  ["not-asked-for", "the selector of another's service", ({ service }) => (service["selector"] = { app: "web" })],
  ["selector-removed", "no selector at all", ({ service }) => delete service["selector"]],
  ["selector-changed", "the deployment's own selector", ({ deployment }) => (deployment["selector"] = { matchLabels: { app: "shop" } })],
  ["object-removed", "an object goes", (_, all) => all.splice(1, 1)],
  ["container-removed", "another container in its place", ({ container: own }) => (own["name"] = "web2")],
  ["variable-removed", "a variable goes", ({ container: own }) => delete own["env"]],
  ["image-never-pulled", "an image that is never pulled", ({ container: own }) => (own["imagePullPolicy"] = "Never")],
  ["tolerates-too-much", "any node", ({ pod }) => (pod["tolerations"] = [{ operator: "Exists" }])],
  [
    "limit-too-high",
    "a hundred times the memory",
    ({ container: own }) => (own["resources"] = { requests: { memory: "32Mi", cpu: "50m" }, limits: { memory: "6400Mi", cpu: "500m" } }),
  ],
];

function variable(name: string, value: string): (parts: Parts) => void {
  return ({ container: own }) => (own["env"] as JsonValue[]).push({ name, value });
}

for (const [rule, what, edit] of worse)
  test(`refused whatever it mends: ${what}`, () => {
    const { ok, rules, says } = judge(edit);
    assert.equal(ok, false);
    assert.ok(rules.includes(rule), `${rule} is not among ${rules.join(", ")}`);
    for (const line of says) assert.doesNotMatch(line, /hunter2|ghp_/, "what is said of a secret is not the secret");
  });

test("what only looks like a secret is none: a path, a reference, a key, a value that stood there under another name", () => {
  const none = (edit: (parts: Parts) => void): void => assert.ok(!judge(edit).rules.includes("secret-in-clear"));
  none(variable("DB_PASSWORD_FILE", "/run/secrets/db"));
  none(variable("TOKEN_TTL", "3600s"));
  none(variable("CACHE_KEY", "carts"));
  none(variable("DATABASE_URL", "postgres://web:$(DB_PASSWORD)@db.shop.svc/web"));
  none(({ container: own }) => (own["args"] = ["--port=8080", "--token-file=/run/token", "--secret-name", "/x"]));
  none(({ container: own }) =>
    (own["env"] as JsonValue[]).push({ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }),
  );
});
