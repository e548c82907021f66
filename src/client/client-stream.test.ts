import assert from "node:assert/strict";
import { test } from "node:test";
import { readClientStream, type ClientEvent } from "./client-stream.ts";

/** Lines as the two versions write them, cut to what matters and with kinds that mean nothing to us. */
const lines = [
  { type: "system", subtype: "ui_invalidate", event: "ui.render" },
  { type: "system", subtype: "init", cwd: "/w", tools: ["Bash"], model: "m", claude_code_version: "2.1.84" },
  {
    type: "assistant",
    message: {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "…" },
        { type: "text", text: "Looking: ä€😀" },
      ],
    },
  },
  { type: "assistant", message: { content: [{ type: "tool_use", id: "t1", name: "Bash", input: { command: "ls" } }] } },
  { type: "user", message: { role: "user", content: [{ tool_use_id: "t1", type: "tool_result", content: "a\nb", is_error: false }] } },
  {
    type: "user",
    message: {
      content: [{ tool_use_id: "t2", type: "tool_result", content: [{ type: "text", text: "x" }, { type: "image" }], is_error: true }],
    },
  },
  { type: "user", message: { role: "user", content: "the task" } },
  { type: "rate_limit_event" },
  { duration_ms: 5, subtype: "success", is_error: false, num_turns: 2, result: "done", type: "result" },
];
const expected: ClientEvent[] = [
  { type: "start", version: "2.1.84", model: "m", tools: ["Bash"] },
  { type: "said", text: "Looking: ä€😀" },
  { type: "call", id: "t1", name: "Bash", input: { command: "ls" } },
  { type: "result", callId: "t1", failed: false, text: "a\nb" },
  { type: "result", callId: "t2", failed: true, text: "x" },
  { type: "end", failed: false, reason: "success", turns: 2, text: "done" },
];
const bytes = Buffer.from(`not json\n\n${lines.map((line) => JSON.stringify(line)).join("\n")}`);

async function* pieces(size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(output: AsyncIterable<Uint8Array | string>): Promise<ClientEvent[]> {
  const events: ClientEvent[] = [];
  for await (const event of readClientStream(output)) events.push(event);
  return events;
}

test("the same events wherever the bytes are cut, unknown kinds passed over", async () => {
  for (const size of [1, 2, 3, 7, 64, bytes.length]) assert.deepEqual(await read(pieces(size)), expected);
});

test("a failed end says why; a stream that is cut off has no end", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield `{"type":"result","subtype":"error_during_execution","is_error":true,"num_turns":1}\n`;
  }
  assert.deepEqual(await read(failing()), [{ type: "end", failed: true, reason: "error_during_execution", turns: 1, text: "" }]);
  async function* cut(): AsyncGenerator<string> {
    yield `{"type":"result","subty`;
  }
  assert.deepEqual(await read(cut()), []);
});

test("a line over the bound is passed over, the next one is read", async () => {
  async function* long(): AsyncGenerator<string> {
    for (let i = 0; i < 17; i++) yield "x".repeat(1024 * 1024);
    yield `x\n{"type":"system","subtype":"init"}\n`;
  }
  assert.deepEqual(await read(long()), [{ type: "start", version: "", model: "", tools: [] }]);
});
