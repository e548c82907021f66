import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnswerReader, type TimedAnswer, toolsOf } from "./messages-call.ts";

const schema = { type: "object", properties: { command: { type: "string" } }, required: ["command"] };
const tools = toolsOf({
  tools: [
    { name: "Bash", description: "Run.", input_schema: schema },
    { type: "web_search_20250305", name: "web" },
  ],
});

function sse(...events: object[]): string {
  return events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
}

/** Reads the text in pieces of so many characters; the clock ticks once a piece. */
function read(text: string, size = text.length, status = 200): TimedAnswer {
  let now = 0;
  const reader = createAnswerReader(tools, () => now);
  for (let at = 0; at < text.length; at += size) {
    now++;
    reader.push(text.slice(at, at + size));
  }
  return reader.end(status);
}

const call = (name: string, json: string): object[] => [
  { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "a", name, input: {} } },
  { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: json } },
  { type: "content_block_stop", index: 0 },
];
const ending = { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 5 } };

test("an answer reads the same wherever it is cut", () => {
  const text = sse(
    { type: "message_start", message: { usage: { input_tokens: 7, cache_read_input_tokens: 3 } } },
    { type: "ping" },
    ...call("Bash", '{"command":"ls"}'),
    ending,
  );
  const whole = read(text);
  assert.deepEqual(whole.calls, [{ name: "Bash", fault: undefined }]);
  assert.equal(whole.stopReason, "tool_use");
  assert.equal(whole.usagePromptTokens, 10);
  for (let size = 1; size < 40; size++) {
    const { calls, stopReason, usagePromptTokens, text: said } = read(text, size);
    assert.deepEqual(
      { calls, stopReason, usagePromptTokens, said },
      { calls: whole.calls, stopReason: "tool_use", usagePromptTokens: 10, said: "" },
    );
  }
});

test("a call counts when it is whole and valid: an unknown tool, broken JSON, a missing argument do not", () => {
  const fault = (name: string, json: string) => read(sse(...call(name, json))).calls[0]?.fault;
  assert.equal(fault("Bash", '{"command":"ls"}'), undefined);
  assert.match(fault("bash", '{"command":"ls"}') ?? "", /no tool bash/);
  assert.match(fault("Bash", '{"command":"l') ?? "", /no JSON/);
  assert.match(fault("Bash", "{}") ?? "", /command/);
  assert.equal(read(sse(...call("Bash", "{}"))).firstValidCallMs, undefined);
  const cut = read(sse(...call("Bash", '{"command":"ls"}').slice(0, 2)));
  assert.deepEqual(cut.calls, []);
});

test("the first valid call is timed, also after one that is not", () => {
  const text = sse(...call("Bash", "{}"), ...call("Bash", '{"command":"ls"}'), ...call("Bash", '{"command":"pwd"}'));
  const { firstValidCallMs, endMs } = read(text, 10);
  assert.ok(firstValidCallMs !== undefined && firstValidCallMs > 10 && firstValidCallMs < endMs - 5);
});

test("text is a word, a ping is none; an error is told, in a stream and as a status", () => {
  assert.equal(read(sse({ type: "ping" })).firstWordMs, undefined);
  const text = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hm." } };
  assert.equal(read(sse(text)).text, "Hm.");
  assert.equal(read(sse(text)).firstWordMs, 1);
  assert.equal(read(sse({ type: "error", error: { type: "overloaded_error", message: "later" } })).error, "later");
  assert.match(read('{"error":"too long"}', 5, 400).error ?? "", /^status 400: .*too long/);
  assert.equal(read("data: [DONE]\n\ndata: {broken\n\n").error, undefined);
});
