import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedObject } from "../cluster/recorded-object.ts";
import { builtInTypes } from "../cluster/resource-types.ts";
import type { CapturedKind } from "./captured.ts";
import type { AnnouncedType } from "./discovery.ts";
import { redactCapture } from "./redact-capture.ts";

const password = "correct-horse-battery";
const metadata = (name: string, more: object = {}) => ({
  name,
  namespace: "shop",
  uid: `uid-${name}`,
  creationTimestamp: "2026-01-01T00:00:00Z",
  ...more,
});
const kind = (resource: string, ...objects: object[]): CapturedKind => {
  const type = builtInTypes.find((one) => one.resource === resource && one.group !== "events.k8s.io");
  assert.ok(type);
  return { type: { ...type, verbs: ["list"] }, objects: objects as RecordedObject[] };
};
const custom: AnnouncedType = {
  group: "example.org",
  version: "v1",
  resource: "databases",
  singular: "database",
  kind: "Database",
  namespaced: true,
  shortNames: [],
  categories: [],
  builtIn: false,
  verbs: ["list"],
};

const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: metadata("db", {
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "db" },
        stringData: { password },
      }),
    },
  }),
  type: "Opaque",
  data: { password: Buffer.from(password).toString("base64"), host: Buffer.from("db.shop.svc").toString("base64") },
};
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: metadata("api", {
    annotations: {
      "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "api", namespace: "shop" },
        spec: { template: { spec: { containers: [{ name: "api", env: [{ name: "API_TOKEN", value: "another0ne" }] }] } } },
      }),
    },
  }),
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: "api",
            args: ["--cookie-secret", "qwertz", `--dsn=postgres://api:${password}@db.shop.svc/api`],
            env: [
              { name: "API_TOKEN", value: "another0ne" },
              { name: "KEY_PREFIX", value: "api" },
              { name: "DB_HOST", value: "db.shop.svc" },
              { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            ],
          },
        ],
      },
    },
  },
};
const settings = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: metadata("settings"),
  data: { "app.yaml": "host: db.shop.svc\ndb:\n  password: geheim\n  timeout: 5s\n", SESSION_KEY: "0123456789abcdef" },
};
const database = {
  apiVersion: "example.org/v1",
  kind: "Database",
  metadata: metadata("main"),
  spec: { adminPassword: "hunter", secret: "db", size: 3 },
};

const capture = () =>
  redactCapture({
    kinds: [
      kind("secrets", secret),
      kind("configmaps", settings),
      kind("deployments", deployment),
      { type: custom, objects: [database as RecordedObject] },
    ],
    logs: new Map([
      [
        "shop/api-1/api",
        [
          `2026-01-01T00:00:00.1Z login with ${password}`,
          "2026-01-01T00:00:00.2Z -----BEGIN PRIVATE KEY-----",
          "2026-01-01T00:00:00.3Z MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
          "2026-01-01T00:00:00.4Z -----END PRIVATE KEY-----",
          "2026-01-01T00:00:00.5Z listening",
        ],
      ],
    ]),
    repo: new Map(
      Object.entries({
        "deploy/api.yaml": `# the api\napiVersion: v1\nkind: Secret\nmetadata: { name: db }\nstringData:\n  # keep\n  password: ${password}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: api }\nspec: { template: { spec: { containers: [{ name: api, env: [{ name: API_TOKEN, value: another0ne }] }] } } }\n`,
        "src/main.js": "const password = read();\n",
        ".env": "DB_PASSWORD=geheim2\nPORT=8080\n",
        "store.jks": "binary",
      }).map(([path, text]) => [path, { bytes: Buffer.from(text), executable: false }]),
    ),
  });

test("no secret of an object, a log or a file is in what is kept, and all that is no secret is", () => {
  const { kinds, logs, repo } = capture();
  const all = JSON.stringify([kinds, [...logs], [...(repo ?? [])].map(([path, { bytes }]) => [path, bytes.toString()])]);
  for (const gone of [
    password,
    Buffer.from(password).toString("base64"),
    "another0ne",
    "qwertz",
    "geheim",
    "0123456789abcdef",
    "hunter",
    "MIIEvQ",
  ])
    assert.ok(!all.includes(gone), `${gone} is still there`);
  for (const kept of [
    "db.shop.svc",
    "KEY_PREFIX",
    '"secret":"db"',
    '"key":"password"',
    "timeout: 5s",
    "listening",
    "PORT=8080",
    "# keep",
    "read()",
  ])
    assert.ok(all.includes(JSON.stringify(kept).slice(1, -1)) || all.includes(kept), `${kept} is gone`);
});

test("a Secret keeps its keys with values of valid form", () => {
  const [found] = capture().kinds[0]?.objects ?? [];
  assert.deepEqual(found?.["data"], {
    password: Buffer.from("REDACTED").toString("base64"),
    host: Buffer.from("REDACTED").toString("base64"),
  });
});

test("what was taken out is told by its place and reason, never by its value", () => {
  const { redacted, leftOut } = capture();
  const places = redacted.objects.map(({ kind, name, field, why }) => `${kind}/${name} ${field}: ${why}`);
  for (const place of [
    "Secret/db data.password: Secret",
    "Deployment/api spec.template.spec.containers.0.env.0.value: named as a secret",
    "Deployment/api spec.template.spec.containers.0.args.1: named as a secret",
    "ConfigMap/settings data.SESSION_KEY: named as a secret",
    "Database/main spec.adminPassword: named as a secret",
  ])
    assert.ok(places.includes(place), `${place} is not among\n${places.join("\n")}`);
  assert.deepEqual(redacted.logs, [
    { log: "shop/api-1/api", why: "value of a Secret", lines: 1 },
    { log: "shop/api-1/api", why: "private key", lines: 3 },
  ]);
  assert.deepEqual(leftOut, [{ what: "file store.jks", why: "such a file holds nothing but credentials" }]);
  assert.ok(!JSON.stringify([redacted, leftOut]).includes(password));
});

test("an object that holds a Secret's value as a key is left out", () => {
  const odd = { ...settings, metadata: metadata("odd"), data: { "a-key": "x" }, status: { [`${password}-x`]: "1" } };
  const { kinds, leftOut } = redactCapture({ kinds: [kind("secrets", secret), kind("configmaps", odd)], logs: new Map(), repo: undefined });
  assert.deepEqual(kinds[1]?.objects, []);
  assert.deepEqual(leftOut, [{ what: "ConfigMap shop/odd", why: "a Secret's value stands in it where it cannot be taken out" }]);
});
