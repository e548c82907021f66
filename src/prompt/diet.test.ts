import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, JsonObject, Tool } from "../messages/conversation.ts";
import { applyDiet, dietOf } from "./diet.ts";

const tool = (name: string, properties: JsonObject, required: string[]): Tool => ({
  name,
  description: "long ".repeat(1000),
  inputSchema: { type: "object", properties, required },
});
const s = { type: "string" };
const theirs: readonly Tool[] = [
  tool("Agent", { prompt: s }, ["prompt"]),
  tool("Bash", { command: s, timeout: { type: "number" }, description: s }, ["command"]),
  tool("Edit", { file_path: s, old_string: s, new_string: s, replace_all: { type: "boolean" } }, ["file_path", "old_string", "new_string"]),
  tool("Read", { file_path: s, offset: { type: "number" } }, ["file_path"]),
];
const conversation: Conversation = { system: "theirs", tools: theirs, turns: [{ role: "user", text: "x" }] };
const names = (given: Conversation): string[] => given.tools.map((one) => one.name);

test("only what profile and client both have is offered, in our order and words", () => {
  const fed = applyDiet(conversation, dietOf("incident", "ours"));
  assert.deepEqual(names(fed), ["Bash", "Read", "Edit"]);
  assert.equal(fed.system, "ours");
  assert.deepEqual(fed.turns, conversation.turns);
  assert.ok(JSON.stringify(fed.tools).length < 1200);
  assert.deepEqual(names(applyDiet({ ...conversation, tools: theirs.slice(0, 2) }, dietOf("code"))), ["Bash"]);
});

test("arguments are held to the client's schema", () => {
  const read = applyDiet(conversation, dietOf("code")).tools[1];
  assert.deepEqual(Object.keys(read?.inputSchema["properties"] ?? {}), ["file_path", "offset"], "this client's Read has no limit");
  const strange = tool("Bash", { command: s, reason: s }, ["command", "reason"]);
  assert.deepEqual(applyDiet({ ...conversation, tools: [strange] }, dietOf("incident")).tools, [strange], "a demand that we do not know");
  const other = tool("Edit", { path: s }, ["path"]);
  assert.deepEqual(applyDiet({ ...conversation, tools: [other] }, dietOf("incident")).tools, [other]);
});

test("full is what the client sent", () => {
  assert.deepEqual(applyDiet(conversation, dietOf("full")), conversation);
});
