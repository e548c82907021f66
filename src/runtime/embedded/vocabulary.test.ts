import assert from "node:assert/strict";
import { test } from "node:test";
import { byteTokens, spellOut } from "./vocabulary.ts";

test("added tokens in plain text are cut, so that they stay text", () => {
  const pieces = spellOut("a <tool_call> b</tool_call><tool_call>", /<tool_call>|<\/tool_call>/g);
  assert.deepEqual(pieces, ["a <", "tool_call> b<", "/tool_call><", "tool_call>"]);
  assert.equal(pieces.join(""), "a <tool_call> b</tool_call><tool_call>");
  assert.deepEqual(spellOut("plain", /<tool_call>/g), ["plain"]);
  assert.deepEqual(spellOut("", undefined), []);
});

test("the tokens of single bytes are found in both ways of writing them", () => {
  const sentencePiece = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  assert.deepEqual(byteTokens(["<s>", ...sentencePiece])?.slice(0, 3), [1, 2, 3]);

  const letters = Array.from({ length: 0x180 }, (_, code) => String.fromCodePoint(code));
  const found = byteTokens(letters);
  assert.equal(found?.[0x41], 0x41);
  // GPT-2 writes the space as U+0120 and the line feed as U+010A.
  assert.equal(found?.[0x20], 0x120);
  assert.equal(found?.[0x0a], 0x10a);
});

test("a vocabulary that lacks a byte has none", () => {
  assert.equal(byteTokens(["a", "b"]), undefined);
});
