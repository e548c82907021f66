import assert from "node:assert/strict";
import { test } from "node:test";
import { createThoughtSplitter } from "./thought.ts";

function split(pieces: readonly string[], inside = false): { text: string; thinking: string } {
  const splitter = createThoughtSplitter(inside);
  const parts = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.end()];
  const join = (type: string): string => parts.map((part) => (part.type === type ? part.text : "")).join("");
  return { text: join("text"), thinking: join("thinking") };
}

const cases: [name: string, written: string, text: string, thinking: string][] = [
  ["a thought before the answer", "<think>\nLet me see.\n</think>\n\nDone.", "Done.", "\nLet me see.\n"],
  ["blanks and another case before it", " \n<Thinking>hm</THINKING>ok", "ok", "hm"],
  ["an empty one", "<think>\n\n</think>\n\nok", "ok", "\n\n"],
  ["one that is never closed", "<reasoning>on and on <b>", "", "on and on <b>"],
  ["one in the middle", "I look.\n<think>hm</think>\nThere.", "I look.\nThere.", "hm"],
  ["a closing tag alone", "</think>\n\nok", "ok", ""],
  ["a call within one that nobody closed", '<think>so:\n<tool_call>\n{"a": 1}', '<tool_call>\n{"a": 1}', "so:\n"],
  ["channels", "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>ok", "ok", "hm"],
  ["brackets", "[THINK]hm[/THINK]ok", "ok", "hm"],
  ["a tag that somebody speaks of", "Put it in <think> tags.", "Put it in <think> tags.", ""],
  ["a tag in a fence", "```xml\n<think>\nhm\n</think>\n```\nok", "```xml\n<think>\nhm\n</think>\n```\nok", ""],
  ["words that only begin as a tag does", "<thin air>\n<th>\na < b\n", "<thin air>\n<th>\na < b\n", ""],
];

for (const [name, written, text, thinking] of cases) {
  test(`${name}: cut anywhere, thought and words are told apart`, () => {
    for (let cut = 0; cut <= written.length; cut++)
      assert.deepEqual(split([written.slice(0, cut), written.slice(cut)]), { text, thinking }, `cut at ${cut}`);
    assert.deepEqual(split(written.split("")), { text, thinking });
  });
}

test("where the prompt has opened the thought, all is thought until it is closed", () => {
  for (const pieces of [["Let me see.</think>\nok"], "Let me see.</think>\nok".split("")])
    assert.deepEqual(split(pieces, true), { text: "ok", thinking: "Let me see." });
  assert.deepEqual(split(["on and on"], true), { text: "", thinking: "on and on" });
});

test("words go out as they come, and so does a thought", () => {
  const splitter = createThoughtSplitter();
  assert.deepEqual(splitter.push("Hel"), [{ type: "text", text: "Hel" }]);
  assert.deepEqual(splitter.push("lo\n<thi"), [{ type: "text", text: "lo\n" }]);
  assert.deepEqual(splitter.push("nk>a b"), [{ type: "thinking", text: "a b" }]);
  assert.deepEqual(splitter.push("</thi"), []);
  assert.deepEqual(splitter.push("nk>\n"), []);
  assert.deepEqual(splitter.push("c"), [{ type: "text", text: "c" }]);
});
