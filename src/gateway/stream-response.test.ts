import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { linkAbort } from "../abort.ts";
import { CloisterError } from "../error.ts";
import type { StreamEvent } from "../messages/stream.ts";
import { messageStart, saidEvents } from "./answer-events.ts";
import { streamResponse } from "./stream-response.ts";

const start = messageStart("msg_1", "m");
const limits = { pingMs: 5, headersMs: 20 };
const kinds = (text: string): string[] => [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1] ?? "");

function respond(events: AsyncGenerator<StreamEvent>, work = linkAbort()): Promise<Response> {
  return streamResponse({ start, events, requestId: "req_1", limits, work });
}

test("the answer's events follow message_start", async () => {
  const response = await respond(
    (async function* () {
      yield* saidEvents("closed", "end_turn");
    })(),
  );
  assert.equal(response.headers.get("request-id"), "req_1");
  assert.deepEqual(kinds(await response.text()), [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
});

test("a failure before anything was sent is thrown; a later one is the last event", async () => {
  const dies = async function* (after: number): AsyncGenerator<StreamEvent> {
    for (let sent = 0; sent < after; sent++) yield { type: "ping" };
    throw new CloisterError("engine-lost", "gone");
  };
  await assert.rejects(respond(dies(0)), (thrown) => thrown instanceof CloisterError && thrown.code === "engine-lost");
  const text = await (await respond(dies(1))).text();
  assert.deepEqual(kinds(text), ["message_start", "ping", "error"]);
  assert.match(text, /"overloaded_error"/);
});

test("events that are ready together share a write, and none waits for one that is not", async () => {
  const response = await respond(
    (async function* () {
      yield* saidEvents("at once", "end_turn");
      await sleep(2);
      yield { type: "ping" };
    })(),
  );
  const writes: string[][] = [];
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) writes.push(kinds(part));
  assert.deepEqual(
    writes.map((write) => [write[0], write.at(-1), write.length]),
    [
      ["message_start", "message_stop", 6],
      ["ping", "ping", 1],
    ],
  );
});

test("headers do not wait for ever, and silence is filled with pings", async () => {
  let release = (): void => undefined;
  const silent = new Promise<void>((resolve) => (release = resolve));
  const response = await respond(
    (async function* (): AsyncGenerator<StreamEvent> {
      await silent;
      yield* saidEvents("late", "end_turn");
    })(),
  );
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (kinds(text).length < 4) text += (await reader?.read())?.value ?? "";
  assert.deepEqual(kinds(text), ["message_start", "ping", "ping", "ping"]);
  release();
});

for (const reads of [0, 1, 3]) {
  test(`a reader who goes after ${reads} events aborts the work and lets its end run`, async () => {
    const work = linkAbort();
    let ended = false;
    const events = (async function* (): AsyncGenerator<StreamEvent> {
      try {
        for (;;) {
          if (work.signal.aborted) return;
          yield { type: "ping" };
        }
      } finally {
        ended = true;
      }
    })();
    const reader = (await respond(events, work)).body?.getReader();
    for (let read = 0; read < reads; read++) await reader?.read();
    await reader?.cancel();
    assert.ok(work.signal.aborted);
    assert.ok(ended);
  });
}
