import assert from "node:assert/strict";
import { test } from "node:test";
import { createTokenText } from "./token-text.ts";

/** A vocabulary of 256 tokens, one for each byte: the worst case, in which every character is split. */
const bytes = (tokens: readonly number[]): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(tokens));

function stream(tokens: readonly number[], detokenize: (tokens: readonly number[]) => string): string[] {
  const text = createTokenText(detokenize);
  return [...tokens.map((token) => text.push(token)), text.end()];
}

test("characters come out whole, whatever their length", () => {
  const said = "aé€🌊z 한국 \u{10FFFF}";
  const pieces = stream([...Buffer.from(said)], bytes);
  assert.equal(pieces.join(""), said);
  assert.ok(pieces.every((piece) => !piece.includes("\uFFFD")));
  assert.deepEqual(pieces.slice(0, 8), ["a", "", "é", "", "", "€", "", ""]);
});

test("tokens that end in the middle of a character give at once what is complete", () => {
  const parts = [
    [0x78, 0xe2],
    [0x82, 0xac, 0x79, 0xf0, 0x9f],
    [0x8c, 0x8a, 0x7a],
  ];
  const pieces = stream([0, 1, 2], (tokens) => bytes(tokens.flatMap((token) => parts[token] ?? [])));
  assert.deepEqual(pieces, ["x", "€y", "🌊z", ""]);
});

test("every cut of a text into tokens gives the same text", () => {
  const whole = [...Buffer.from("é🌊€ö")];
  for (let cuts = 0; cuts < 1 << (whole.length - 1); cuts++) {
    const parts: number[][] = [[]];
    whole.forEach((byte, at) => {
      if (at > 0 && (cuts >> (at - 1)) & 1) parts.push([]);
      parts.at(-1)?.push(byte);
    });
    const pieces = stream([...parts.keys()], (tokens) => bytes(tokens.flatMap((token) => parts[token] ?? [])));
    assert.equal(pieces.join(""), "é🌊€ö");
  }
});

test("a replacement character that the model wrote is text like any other", () => {
  const pieces = stream([...Buffer.from("a\uFFFD\uFFFDb")], bytes);
  assert.equal(pieces.join(""), "a\uFFFD\uFFFDb");
});

test("bytes that never become a character come out at the end, and a flood of them is not held for ever", () => {
  assert.equal(stream([0x61, 0xe2, 0x82], bytes).join(""), "a\uFFFD");
  const flood = createTokenText(bytes);
  const shown = Array.from({ length: 100 }, () => flood.push(0xff)).join("");
  assert.ok(shown.length >= 80);
});

test("a space that a vocabulary writes only between words is kept", () => {
  const words = ["Hello", "world", "again"];
  assert.equal(stream([0, 1, 2], (tokens) => tokens.map((token) => words[token]).join(" ")).join(""), "Hello world again");
});
