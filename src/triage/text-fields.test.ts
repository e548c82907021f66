import assert from "node:assert/strict";
import { test } from "node:test";
import { readManifests } from "./manifests.ts";
import type { ChangedObject } from "./overlay.ts";
import { findNoTexts } from "./text-fields.ts";

function changed(before: string, after: string): ChangedObject {
  const [was, is] = [before, after].map((text) => readManifests(new Map([["a.yaml", text]]), "shop").objects[0]);
  assert.ok(is !== undefined);
  return { object: is, before: was, after: is, changes: [] };
}

const service = (app: string): string => `apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  selector:\n    app: ${app}\n`;
const deployment = (value: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  template:\n    spec:\n      containers:\n        - name: web\n` +
  `          args: [serve, ${value}]\n          env:\n            - name: PORT\n              value: ${value}\n          ports:\n            - containerPort: 80\n`;

test("a number or a flag where text has to be is refused, with its place", () => {
  const says = (before: string, after: string): readonly string[] => findNoTexts(changed(before, after)).map((one) => one.says);
  assert.deepEqual(says(service("web"), service("true")), [
    'spec.selector.app of Service web has to be text: "true" has no quotation marks',
  ]);
  assert.deepEqual(says(service("web"), service("on")), ['spec.selector.app of Service web has to be text: "true" has no quotation marks']);
  assert.deepEqual(says(deployment('"80"'), deployment("8080")), [
    'spec.template.spec.containers[web].args[1] of Deployment web has to be text: "8080" has no quotation marks',
    'spec.template.spec.containers[web].env[PORT].value of Deployment web has to be text: "8080" has no quotation marks',
  ]);
});

test("texts pass, numbers where numbers belong too, and what stood there before", () => {
  assert.deepEqual(findNoTexts(changed(service("web"), service("'true'"))), []);
  assert.deepEqual(findNoTexts(changed(deployment('"80"'), deployment('"8080"'))), []);
  assert.deepEqual(findNoTexts(changed(service("true"), service("false"))), []);
});

test("kinds that are not Kubernetes' own have their own fields", () => {
  const own = (flag: string): string => `apiVersion: acme.dev/v1\nkind: Rule\nmetadata: { name: r }\nspec:\n  labels:\n    on: ${flag}\n`;
  assert.deepEqual(findNoTexts(changed(own("a"), own("true"))), []);
});
