import assert from "node:assert/strict";
import { deserialize, serialize } from "node:v8";
import { test } from "node:test";
import { type FromEngine, parseFromEngine, parseToEngine, type ToEngine } from "./wire.ts";

const segments = [
  { text: "hello \uD83C\uDF0A", special: true, assistant: true },
  { text: "x", special: false },
];
const timing = { promptTokens: 3, cachedTokens: 1, outputTokens: 2, prefillMs: 1.5, decodeMs: 2.5 };

const toEngine: ToEngine[] = [
  { type: "load", modelPath: "/m.gguf", window: 4096, threads: 2, memory: 2 ** 31 },
  { type: "load", modelPath: "/m.gguf", window: undefined, threads: undefined, memory: 1 },
  {
    type: "load",
    modelPath: "/m.gguf",
    memory: 1,
    laneMemory: 2 ** 30,
    lanes: 2,
    state: { folder: "/s", bytes: 1e9, model: "m", modelDigest: "d", template: "t" },
  },
  { type: "count", id: 1, segments },
  { type: "count-texts", id: 1, texts: ["", "a"] },
  {
    type: "run",
    id: 2,
    lane: { id: "a", kind: "sub-agent" },
    segments,
    base: 1,
    stop: ["<|im_end|>"],
    grammar: { gbnf: "root ::= [a-z]", from: "tool-call" },
    maxTokens: 10,
    temperature: 0,
  },
  { type: "run", id: 3, segments: [], stop: [], grammar: undefined, maxTokens: 1, temperature: 0.7 },
  { type: "cancel", id: 2 },
  { type: "remember", id: 2, text: "so it is" },
  { type: "remember", id: 3, text: undefined },
  { type: "close" },
];

const fromEngine: FromEngine[] = [
  { type: "log", text: "loading" },
  { type: "loading", fraction: 0.5 },
  { type: "loaded", window: 4096, trainedWindow: 8192, threads: 2, engine: "e 1", lanes: 4, laneBytes: 1e8 },
  { type: "load-failed", code: "damaged", message: "not a model", hint: "pull it again" },
  { type: "counted", id: 1, tokens: 0 },
  { type: "counted-texts", id: 1, tokens: [0, 3] },
  { type: "prefill", id: 2, done: 256, total: 300, cached: 0 },
  { type: "text", id: 2, text: "\uD83C\uDF0A" },
  { type: "ended", id: 2, reason: "max-tokens", timing },
  { type: "ended", id: 2, reason: "stop", timing: { ...timing, restoredTokens: 1 } },
  { type: "failed", id: 2, code: "cancelled", message: "cancelled" },
];

test("every message survives the way between the processes", () => {
  for (const message of toEngine) assert.deepEqual(parseToEngine(deserialize(serialize(message))), message);
  for (const message of fromEngine) assert.deepEqual(parseFromEngine(deserialize(serialize(message))), message);
});

test("what is no message is refused", () => {
  const wrong: unknown[] = [
    undefined,
    "run",
    {},
    { type: "sing" },
    { type: "cancel" },
    { type: "cancel", id: -1 },
    { type: "count", id: 1, segments: [{ text: 1, special: true }] },
    { type: "run", id: 1, segments: [], stop: [], maxTokens: 0, temperature: 0 },
    { type: "run", id: 1, segments: [], stop: [], maxTokens: 1, temperature: Number.NaN },
  ];
  for (const message of wrong) assert.throws(() => parseToEngine(message), { name: "ZodError" });
  assert.throws(() => parseFromEngine({ type: "text", id: 1 }), { name: "ZodError" });
  assert.throws(() => parseFromEngine({ type: "failed", id: 1, code: "usage", message: "" }), { name: "ZodError" });
});
