import assert from "node:assert/strict";
import { test } from "node:test";
import { answerReserve, chooseWindow, longestPrompt } from "./window-size.ts";

const bytesFor = async (window: number): Promise<number> => window * 1000;
const plenty = Number.MAX_SAFE_INTEGER;

test("unasked, the window is the trained one, at most 32,768", async () => {
  assert.equal(await chooseWindow({ trained: 8192, memory: plenty, bytesFor }), 8192);
  assert.equal(await chooseWindow({ trained: 131_072, memory: plenty, bytesFor }), 32_768);
});

test("unasked, the window shrinks until it fits the memory, but not to nothing", async () => {
  const window = await chooseWindow({ trained: 32_768, memory: 10_000_000, bytesFor });
  assert.ok(window * 1000 <= 10_000_000 && window >= 7500, String(window));
  assert.equal(window % 256, 0);
  assert.equal(await chooseWindow({ trained: 32_768, memory: 1, bytesFor }), 512);
});

test("a window that was asked for is bounded by the training alone", async () => {
  assert.equal(await chooseWindow({ wanted: 4096, trained: 8192, memory: 1, bytesFor }), 4096);
  assert.equal(await chooseWindow({ wanted: 99_999, trained: 8192, memory: plenty, bytesFor }), 8192);
  assert.equal(await chooseWindow({ wanted: 3, trained: 8192, memory: plenty, bytesFor }), 512);
});

test("room is left for the answer, and a client's large bound does not eat the window", () => {
  assert.equal(longestPrompt(100, 8192), 8092);
  assert.equal(longestPrompt(32_000, 32_768), 31_744);
  assert.equal(answerReserve(32_000, 1024), 256);
});
