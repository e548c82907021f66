import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../../error.ts";
import { readLines } from "./read-lines.ts";
import { readServerEvents, type ServerEvent } from "./read-server-events.ts";

async function* inPieces(bytes: Uint8Array, ...cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const stream = Buffer.from(': ping\n\ndata: {"a":"grüß 🌊"}\r\n\r\nevent: error\ndata: one\ndata:two\nid: 7\n\n\n\ndata\n\ndata: last');
const events: readonly ServerEvent[] = [
  { name: "message", data: '{"a":"grüß 🌊"}' },
  { name: "error", data: "one\ntwo" },
  { name: "message", data: "" },
  { name: "message", data: "last" },
];

test("events come out the same wherever the bytes are cut", async () => {
  assert.deepEqual(await all(readServerEvents(inPieces(stream))), events);
  for (let cut = 0; cut <= stream.length; cut++)
    assert.deepEqual(await all(readServerEvents(inPieces(stream, cut))), events, `cut at ${cut}`);
  const everywhere = Array.from({ length: stream.length }, (_, at) => at);
  assert.deepEqual(await all(readServerEvents(inPieces(stream, ...everywhere))), events);
});

test("lines end with LF or CRLF, and the last one with nothing", async () => {
  assert.deepEqual(await all(readLines(inPieces(Buffer.from("a\r\n\nb\rc\nd"), 2, 3))), ["a", "", "b\rc", "d"]);
  assert.deepEqual(await all(readLines(inPieces(Buffer.from("a\n")))), ["a"]);
  assert.deepEqual(await all(readLines(inPieces(Buffer.from("")))), []);
});

test("bytes that are no UTF-8 are replaced, also at the very end", async () => {
  assert.deepEqual(await all(readLines(inPieces(Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82]), 4))), ["a\uFFFD", "\uFFFD"]);
});

test("a line or an event without end is an error, not memory", async () => {
  const isLost = (error: unknown): boolean => error instanceof CloisterError && error.code === "engine-lost";
  const endless = (line: string) =>
    (async function* () {
      for (;;) yield Buffer.from(line);
    })();
  await assert.rejects(all(readLines(endless("xxxx"), 100)), isLost);
  await assert.rejects(all(readServerEvents(endless("data: xxxx\n"), 100)), isLost);
});
