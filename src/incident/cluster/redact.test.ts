import assert from "node:assert/strict";
import { test } from "node:test";
import { redactSecret } from "./redact.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

function secret(annotations: Record<string, string>) {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", uid: "u", creationTimestamp: "2026-03-04T12:00:00Z", annotations },
    data: { password: base64("open sesame"), pin: base64("42") },
    stringData: { user: "scheherazade" },
  };
}

test("values go, keys stay", () => {
  const { data, stringData } = redactSecret(secret({}));
  assert.deepEqual(data, { password: base64("REDACTED"), pin: base64("REDACTED") });
  assert.deepEqual(stringData, { user: "REDACTED" });
});

test("the last applied configuration is redacted too, copies of it in its own annotations as well", () => {
  const inner = JSON.stringify({ data: { password: base64("open sesame") } });
  const applied = {
    kind: "Secret",
    metadata: { name: "s", annotations: { [lastApplied]: inner } },
    data: { password: base64("older secret") },
    stringData: { a: "b" },
  };
  const text = redactSecret(secret({ [lastApplied]: JSON.stringify(applied) })).metadata.annotations?.[lastApplied] ?? "";
  assert.deepEqual(JSON.parse(text), {
    kind: "Secret",
    metadata: { name: "s", annotations: {} },
    data: { password: base64("REDACTED") },
    stringData: { a: "REDACTED" },
  });
});

test("an annotation that repeats a value, plain or encoded, is dropped whole; others stay", () => {
  const annotations = {
    plain: "it is open sesame",
    encoded: base64("open sesame"),
    user: base64("scheherazade"),
    owner: "team 42",
    [lastApplied]: "{broken",
  };
  assert.deepEqual(redactSecret(secret(annotations)).metadata.annotations, {
    plain: "REDACTED",
    encoded: "REDACTED",
    user: "REDACTED",
    owner: "team 42",
    [lastApplied]: "REDACTED",
  });
});
