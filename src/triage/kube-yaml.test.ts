import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "./kube-yaml.ts";

test("values are what kubectl reads", () => {
  const text = [
    "mode: 0644",
    "quoted: '0644'",
    "plain: 644",
    "zero: 0",
    "eight: 0800",
    "debug: on",
    "said: 'on'",
    "answer: No",
    "version: 1.10",
    "date: 2026-01-02",
    "memory: 1e3",
  ].join("\n");
  const [document] = parseAllDocuments(text);
  assert.deepEqual(document?.toJS(), {
    mode: 420,
    quoted: "0644",
    plain: 644,
    zero: 0,
    eight: 800,
    debug: true,
    said: "on",
    answer: false,
    version: 1.1,
    date: "2026-01-02",
    memory: 1000,
  });
});

test("a merged mapping is its members", () => {
  const [document] = parseAllDocuments("base: &base { cpu: 1 }\nuse:\n  <<: *base\n  memory: 2\n");
  assert.deepEqual(document?.toJS(), { base: { cpu: 1 }, use: { cpu: 1, memory: 2 } });
});
