import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, cutRecording, describeRecording, forContender, readRecording, type Recording } from "./recording.ts";
import { syntheticRequest } from "./synthetic-request.ts";

const recording: Recording = {
  kind: "recipe",
  client: "2.1.84",
  workDir: "/w",
  namespace: "shop",
  requests: [{ ...syntheticRequest(60_000, 1), thinking: { type: "adaptive" } }],
};
const [request = {}] = recording.requests;

test("every contender is asked the same but for the model's name, with one bound on the answer and no thinking", () => {
  const asked = forContender(request, "bench", 64);
  assert.equal(asked["model"], "bench");
  assert.equal(asked["max_tokens"], 64);
  assert.equal("thinking" in asked, false);
  assert.deepEqual(asked["messages"], request["messages"]);
  assert.deepEqual(asked["tools"], request["tools"]);
});

test("a cut recording is about as short as asked, and keeps Bash", () => {
  const bash = { name: "Bash", description: "b".repeat(9000), input_schema: { type: "object" } };
  const tools = [...(request["tools"] as object[]), bash] as never;
  const cut = cutRecording({ ...recording, requests: [{ ...request, tools }] }, 1000);
  const [first = {}] = cut.requests;
  assert.ok(bytesOf(first) < 6000, `${bytesOf(first)} bytes`);
  assert.ok((first["tools"] as { name: string }[]).some(({ name }) => name === "Bash"));
});

test("a recording from the disk is read or it is none", () => {
  assert.deepEqual(readRecording(JSON.parse(JSON.stringify(recording))), recording);
  for (const wrong of [undefined, {}, { ...recording, requests: [] }, { ...recording, kind: "other" }])
    assert.equal(readRecording(wrong), undefined);
  assert.equal(describeRecording(recording)["firstRequestTools"], 22);
});

test("a synthetic request has the size that is asked for, and shares nothing with the next one", () => {
  for (const bytes of [24_000, 98_304]) assert.ok(Math.abs(bytesOf(syntheticRequest(bytes, 3)) / bytes - 1) < 0.02);
  const [one, two] = [1, 2].map((seed) => JSON.stringify(syntheticRequest(24_000, seed)["tools"]));
  assert.notEqual(one?.slice(0, 120), two?.slice(0, 120));
});
