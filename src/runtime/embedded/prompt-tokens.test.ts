import assert from "node:assert/strict";
import { test } from "node:test";
import { promptTokens, type Tokenizer } from "./prompt-tokens.ts";
import { createRecentMap } from "./recent-map.ts";

/** One token for each character; `<x>` is a control token, 1000, where control tokens are allowed. */
const tokenizer: Tokenizer = {
  special: (text) => text.split(/(<x>)/).flatMap((part) => (part === "<x>" ? [1000] : [...Buffer.from(part)])),
  plain: (text) => [...Buffer.from(text)],
};

test("control tokens come only from segments that may hold them", () => {
  const segments = [
    { text: "<x>", special: true },
    { text: "<x>", special: false },
  ];
  assert.deepEqual(promptTokens(segments, tokenizer, createRecentMap(1)), [1000, ...Buffer.from("<x>")]);
});

test("an earlier answer takes the tokens that were generated, any other text its own", () => {
  const answers = createRecentMap<readonly number[]>(4);
  answers.set("yes", [7, 8]);
  const segments = [
    { text: "yes", special: false },
    { text: "yes", special: true, assistant: true },
    { text: "no", special: true, assistant: true },
  ];
  assert.deepEqual(promptTokens(segments, tokenizer, answers), [...Buffer.from("yes"), 7, 8, ...Buffer.from("no")]);
});

test("the opening token comes first, and only once", () => {
  const opened = { ...tokenizer, opening: 1000 };
  assert.deepEqual(promptTokens([{ text: "a", special: true }], opened, createRecentMap(1)), [1000, 97]);
  assert.deepEqual(promptTokens([{ text: "<x>a", special: true }], opened, createRecentMap(1)), [1000, 97]);
});

test("a prompt of very many tokens does not overflow the stack", () => {
  assert.equal(promptTokens([{ text: "a".repeat(500_000), special: false }], tokenizer, createRecentMap(1)).length, 500_000);
});
