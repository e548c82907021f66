import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { httpStatus, CloisterError } from "../error.ts";
import { errorBody } from "./error-body.ts";
import { assembleMessage, encodeEvent, type StreamEvent } from "./stream.ts";

const usage = { input_tokens: 3, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 5 };
const input = { command: 'echo "a\\b"\n\u2028 ünï 🙂', n: [1, null, true] };
const json = JSON.stringify(input);
const events: readonly StreamEvent[] = [
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 },
    },
  },
  { type: "ping" },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "data: héllo\n\n" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "event: ping\r\n🙂" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "toolu_1", name: "Bash", input: {} } },
  { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: json.slice(0, 9) } },
  { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: json.slice(9) } },
  { type: "content_block_stop", index: 1 },
  { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage },
  { type: "message_stop" },
];

test("the events fold to the whole message", () => {
  assert.deepEqual(assembleMessage(events), {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "m",
    content: [
      { type: "text", text: "data: héllo\n\nevent: ping\r\n🙂" },
      { type: "tool_use", id: "toolu_1", name: "Bash", input },
    ],
    stop_reason: "tool_use",
    stop_sequence: null,
    usage,
  });
});

test("events out of order, unfinished or failed do not fold", () => {
  assert.throws(() => assembleMessage([]));
  assert.throws(() => assembleMessage(events.slice(1)), /before message_start/);
  assert.throws(() => assembleMessage(events.slice(0, 9)), /not complete/);
  assert.throws(() => assembleMessage([events[0] as StreamEvent, errorBody(new CloisterError("timeout", "late"), "r")]), /late/);
});

test("an encoded event is its type and its JSON, whichever way it was spelled", () => {
  const awkward: StreamEvent = { type: "content_block_delta", index: 3, delta: { type: "text_delta", text: 'a "b"\\\n\u2028ü' } };
  for (const event of [...events, awkward]) assert.equal(encodeEvent(event), `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
});

test("the official client reads the encoded events, split at every byte", async () => {
  const bytes = new TextEncoder().encode(events.map(encodeEvent).join(""));
  const whole = assembleMessage(events);
  for (let split = 1; split < bytes.length; split += 1) {
    const read = await readWithClient([bytes.slice(0, split), bytes.slice(split)]);
    assert.deepEqual(read.content.map(essence), whole.content, `split at byte ${split}`);
  }
  const single = await readWithClient(Array.from(bytes, (byte) => new Uint8Array([byte])));
  assert.deepEqual(single.content.map(essence), whole.content);
  assert.equal(single.usage.cache_read_input_tokens, 4);
});

function essence(block: Anthropic.ContentBlock): unknown {
  if (block.type === "text") return { type: "text", text: block.text };
  return block.type === "tool_use" ? { type: "tool_use", id: block.id, name: block.name, input: block.input } : block;
}

function readWithClient(chunks: readonly Uint8Array[]): Promise<Anthropic.Message> {
  const client = new Anthropic({
    apiKey: "none",
    maxRetries: 0,
    fetch: () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    },
  });
  return client.messages.stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "x" }] }).finalMessage();
}

test("what can be tried again is called overloaded, with the status that clients try again", () => {
  const error = new CloisterError("engine-lost", "The engine died.", { hint: "Try again." });
  assert.deepEqual(errorBody(error, "req_1"), {
    type: "error",
    error: { type: "overloaded_error", message: "The engine died. Try again." },
    request_id: "req_1",
  });
  assert.equal(httpStatus("engine-lost"), 529);
});
