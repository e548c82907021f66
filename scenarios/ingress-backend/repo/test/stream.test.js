import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { DelayStream } from "../src/stream.js";

test("whoever is there hears of a delay, whoever has gone does not", () => {
  const stream = new DelayStream();
  const written = [];
  const response = Object.assign(new EventEmitter(), { writeHead() {}, write: (text) => written.push(text) });
  stream.open(response);
  stream.tell({ line: "4", minutes: 6 });
  response.emit("close");
  stream.tell({ line: "4", minutes: 9 });
  assert.deepEqual(written, [": hello\n\n", 'data: {"line":"4","minutes":6}\n\n']);
  assert.equal(stream.size, 0);
});
