import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "../../messages/conversation.ts";
import { spellJson } from "../spelling.ts";
import { readLenientJson } from "./lenient-json.ts";

const cases: [name: string, text: string, value: JsonValue][] = [
  ["single quotes", "{'a': 'it is'}", { a: "it is" }],
  ["an apostrophe within double quotes", '{"a": "it\'s"}', { a: "it's" }],
  ["names without quotes", "{a: 1, b_c: true}", { a: 1, b_c: true }],
  ["trailing commas", '{"a": [1, 2,], }', { a: [1, 2] }],
  ["comments", '{"a": 1, // one\n# two\n/* three */ "b": 2}', { a: 1, b: 2 }],
  ["Python's literals", "{'a': True, 'b': False, 'c': None}", { a: true, b: false, c: null }],
  ["line feeds within a string", '{"a": "x\ny"}', { a: "x\ny" }],
  ["unescaped quotes within a string", '{"command": "echo "hi" > a"}', { command: 'echo "hi" > a' }],
  ["unescaped quotes before a comma", '{"command": "echo "a", "b"", "n": 1}', { command: 'echo "a", "b"', n: 1 }],
  ["unescaped quotes before a brace", `{"command": "awk '{print "x"}' f"}`, { command: `awk '{print "x"}' f` }],
  ["escapes that are none of JSON's", String.raw`{"command": "sed 's/a\.b/\$c/' \'d\'"}`, { command: String.raw`sed 's/a\.b/\$c/' 'd'` }],
  ["an apostrophe within single quotes", "{'command': 'echo it's'}", { command: "echo it's" }],
  ["doubled braces", '{{"a": {{"b": 1}}}}', { a: { b: 1 } }],
  ["braces doubled at the beginning only", '{{"a": {"b": 1}}', { a: { b: 1 } }],
  ["three quotes", '{"a": """x\n"y" z"""}', { a: 'x\n"y" z' }],
  ["backticks", '{"a": `x "y"`}', { a: 'x "y"' }],
  ["missing closing brackets", '{"a": {"b": ["c"', { a: { b: ["c"] } }],
  ["a missing bracket before a fence", '{"a": {"b": 1}\n```\nThis', { a: { b: 1 } }],
  ["a missing bracket before other words", '{"a": {"b": 1}\n\nThis is', { a: { b: 1 } }],
  ["words behind the value", '{"a": "b"} This says "c".', { a: "b" }],
];

for (const [name, text, value] of cases) {
  test(`${name} are read`, () => {
    assert.deepEqual(readLenientJson(text)?.value, value);
  });
}

test("a quote within a string that does not open or close anything makes it unreadable", () => {
  for (const text of ['{"command": "get pods n", "json=n", "name": "x"}', '{"command": "git commit -m "Raise"}', '{"a": "b" c"}'])
    assert.equal(readLenientJson(text), undefined, text);
});

test("half a string, half a word and what is no JSON are not read", () => {
  for (const text of [
    '{"a": "b',
    '{"a": tru',
    '{"a": 12',
    '{"a"',
    "{a b}",
    "ls -l",
    "",
    "}",
    '{"a": "b" "c": 1}',
    `${"[".repeat(100)}${"]".repeat(100)}`,
  ]) {
    const read = readLenientJson(text);
    assert.ok(read === undefined || typeof read.value === "string", `${text}: ${JSON.stringify(read)}`);
  }
});

test("brackets that the text did not close are told from those that it did", () => {
  assert.equal(readLenientJson('{"a": {"b": 1}}')?.closed, true);
  assert.equal(readLenientJson('{"a": {"b": 1}')?.closed, false);
});

/** A generator with a seed, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const alphabet = ['"', "'", "`", "\\", "{", "}", "[", "]", ",", ":", "\n", "\t", " ", "#", "/", "<", "a", "é", "🙂", "0", "null", "\u0001"];

function randomValue(next: () => number, depth: number): JsonValue {
  const pick = Math.floor(next() * (depth > 3 ? 4 : 6));
  const text = (): string =>
    Array.from({ length: Math.floor(next() * 8) }, () => alphabet[Math.floor(next() * alphabet.length)] ?? "").join("");
  if (pick === 0) return next() < 0.5;
  if (pick === 1) return Math.round((next() - 0.5) * 1e6) / 100;
  if (pick === 2) return null;
  if (pick === 3) return text();
  const length = Math.floor(next() * 4);
  if (pick === 4) return Array.from({ length }, () => randomValue(next, depth + 1));
  return Object.fromEntries(Array.from({ length }, () => [text(), randomValue(next, depth + 1)]));
}

test("what is JSON is read as JSON: 2,000 random values, in two spellings, whole and with something behind them", () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const value = [randomValue(random(seed), 0)];
    for (const text of [JSON.stringify(value), spellJson(value), JSON.stringify(value, null, 2)]) {
      assert.deepEqual(readLenientJson(text)?.value, value, `seed ${seed}: ${text}`);
      assert.deepEqual(readLenientJson(`${text}\nand so on`)?.value, value, `seed ${seed}, with words behind: ${text}`);
    }
  }
});

test("no beginning of a text, and no text with a character changed, makes it fail or hang", () => {
  const text = spellJson({ name: "Bash", arguments: { command: "a 'b' \"c\" {d} \\ e", list: [1, { x: null }] } });
  const next = random(7);
  for (let cut = 0; cut <= text.length; cut++) readLenientJson(text.slice(0, cut));
  for (let round = 0; round < 2000; round++) {
    const at = Math.floor(next() * text.length);
    readLenientJson(text.slice(0, at) + (alphabet[Math.floor(next() * alphabet.length)] ?? "") + text.slice(at + 1));
  }
});
