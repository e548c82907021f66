import assert from "node:assert/strict";
import { test } from "node:test";
import { unifiedDiff } from "./diff.ts";
import { writeCandidate } from "./fixes.ts";
import type { FieldStep } from "./kube-object.ts";

/** A value written where a finding points: all else of the file, comments and layout, stays byte for byte. */

const file = `# Owned by the shop team.
apiVersion: apps/v1
kind: Deployment
metadata: {name: web,   namespace: shop}   # odd layout, on purpose
spec:
  template:
    spec:
      containers:

        - name: web
          image: "registry.acme.example/web:1.l"   # set by the release
          args: [--port=8080, '--mode=fast']
          resources:
            limits:   # see runbook 12
              memory: 64Mi   # measured
          env:
            # Where carts are kept.
            - name: CART_HSOT   # not a typo of ours
              value: cart
          readinessProbe:
            httpGet: { path: '/ready', port: 8080 } # asked by the mesh
---
# The rights of web.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: web, namespace: shop }
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs:
      - get   # one
      - list  # many
    # nothing more
  - apiGroups: [batch]
    resources: [jobs]
    verbs: ["get"]
`;

const container: readonly FieldStep[] = ["spec", "template", "spec", "containers", { name: "web" }];
const deployment = { kind: "Deployment", namespace: "shop", name: "web" };
const role = { kind: "Role", namespace: "shop", name: "web" };

/** The lines that go and come when a value is written. */
function changed(text: string, object: typeof role, field: readonly FieldStep[], value: string, fault = "any"): readonly string[] {
  const files = new Map([
    ["deploy/other.yaml", "# nothing\n"],
    ["deploy/web.yaml", text],
  ]);
  const written = writeCandidate({ fault, object, field }, { value }, { files, namespace: "shop" });
  assert.equal(written?.path, "deploy/web.yaml");
  return unifiedDiff("f", text, written.text)
    .split("\n")
    .filter((line) => /^[-+](?![-+]{2})/.test(line));
}

const cases: readonly (readonly [string, object: typeof role, field: readonly FieldStep[], value: string, lines: readonly string[]])[] = [
  [
    "a quoted image",
    deployment,
    [...container, "image"],
    "registry.acme.example/web:1.1",
    [
      `-          image: "registry.acme.example/web:1.l"   # set by the release`,
      `+          image: "registry.acme.example/web:1.1"   # set by the release`,
    ],
  ],
  [
    "a quantity with a comment behind it",
    deployment,
    [...container, "resources", "limits", "memory"],
    "128Mi",
    ["-              memory: 64Mi   # measured", "+              memory: 128Mi   # measured"],
  ],
  [
    "a value in a mapping of one line, in its own quotation marks",
    deployment,
    [...container, "readinessProbe", "httpGet", "path"],
    "/healthz",
    [
      "-            httpGet: { path: '/ready', port: 8080 } # asked by the mesh",
      "+            httpGet: { path: '/healthz', port: 8080 } # asked by the mesh",
    ],
  ],
  [
    "a number stays a number",
    deployment,
    [...container, "readinessProbe", "httpGet", "port"],
    "9090",
    [
      "-            httpGet: { path: '/ready', port: 8080 } # asked by the mesh",
      "+            httpGet: { path: '/ready', port: 9090 } # asked by the mesh",
    ],
  ],
  [
    "a member of a list of one line",
    deployment,
    [...container, "args", 1],
    "--mode=slow",
    ["-          args: [--port=8080, '--mode=fast']", "+          args: [--port=8080, '--mode=slow']"],
  ],
  [
    "a key that is missing comes behind a neighbour of one line, as that is indented",
    deployment,
    [...container, "resources", "limits", "cpu"],
    "500m",
    ["+              cpu: 500m"],
  ],
  [
    "keys that are missing in a mapping of one line come inside it",
    deployment,
    [...container, "readinessProbe", "httpGet", "more", "deep"],
    "false",
    [
      "-            httpGet: { path: '/ready', port: 8080 } # asked by the mesh",
      "+            httpGet: { path: '/ready', port: 8080, more: { deep: false } } # asked by the mesh",
    ],
  ],
  ["one more member of a list", role, ["rules", 0, "verbs"], "watch", ["+      - watch"]],
  ["one more member of a list of one line", role, ["rules", 1, "verbs"], "watch", [`-    verbs: ["get"]`, `+    verbs: ["get", watch]`]],
];

for (const [name, object, field, value, lines] of cases)
  test(`${name}: nothing else of the file changes`, () => {
    assert.deepEqual(changed(file, object, field, value), lines);
    // The same where lines end in two characters.
    const twice = changed(file.replaceAll("\n", "\r\n"), object, field, value);
    assert.deepEqual(
      twice,
      lines.map((line) => `${line}\r`),
    );
  });

test("of a setting under a wrong name the name is written anew", () => {
  const text = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata:\n  # where\n  CART_HSOT: cart # here\n";
  const object = { kind: "ConfigMap", namespace: "shop", name: "web" };
  assert.deepEqual(changed(text, object, ["data", "CART_HSOT"], "CART_HOST", "setting-missing"), [
    "-  CART_HSOT: cart # here",
    "+  CART_HOST: cart # here",
  ]);
});

test("what is YAML by itself is written as it stands", () => {
  const tree = { files: new Map([["deploy/web.yaml", file]]), namespace: "shop" };
  const value = '{ apiGroups: [""], resources: [secrets], verbs: [get] }';
  const written = writeCandidate({ fault: "any", object: role, field: ["rules"] }, { value, yaml: true }, tree);
  assert.ok(written?.text.includes(`    verbs: ["get"]\n  - ${value}`), written?.text);
});

test("where no file has the object nothing is written", () => {
  const tree = { files: new Map([["deploy/web.yaml", file]]), namespace: "shop" };
  const finding = { fault: "any", object: { ...deployment, name: "cart" }, field: [...container, "image"] };
  assert.equal(writeCandidate(finding, { value: "x" }, tree), undefined);
});
