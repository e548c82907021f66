import assert from "node:assert/strict";
import { test } from "node:test";
import { spellAnswer, spellCall, spellJson, spellTool } from "./spelling.ts";

test("JSON has blanks after commas and colons, JSON.stringify's escapes, and its members' order", () => {
  const value = { b: [1, 'a\n"\u2028🙂', null, true, -0.5], a: {}, c: [] };
  assert.equal(spellJson(value), '{"b": [1, "a\\n\\"\u2028🙂", null, true, -0.5], "a": {}, "c": []}');
  assert.deepEqual(JSON.parse(spellJson(value)), value);
});

test("an answer is its words and its calls, each on a line of its own", () => {
  const call = { name: "Bash", input: { command: "ls" } };
  assert.equal(spellCall(call), '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}\n</tool_call>');
  assert.equal(spellAnswer("", [call]), spellCall(call));
  assert.equal(spellAnswer("Look:", [call, call]), `Look:\n${spellCall(call)}\n${spellCall(call)}`);
  assert.equal(spellAnswer("Done.", []), "Done.");
});

test("a tool is one line without what the grammar enforces anyway", () => {
  const inputSchema = { $schema: "x", type: "object", properties: { $schema: { type: "null" } }, additionalProperties: false };
  assert.equal(
    spellTool({ name: "T", description: "d\ne", inputSchema }),
    '{"type": "function", "function": {"name": "T", "description": "d\\ne", "parameters": {"type": "object", "properties": {"$schema": {"type": "null"}}}}}',
  );
});
