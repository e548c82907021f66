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

test("our system text keeps the folder, what the user appended and what hooks say, and drops the client's account of the machine", () => {
  const environment =
    "# Environment\nYou have been invoked in the following environment:\n - Primary working directory: /shop\n - Platform: linux";
  const turns = [
    { role: "user", text: "mend it" },
    { role: "system", text: `${environment}\n\nAvailable agent types for the Agent tool:\n- claude: all\n\nA hook says so.` },
  ] as const;
  const fed = applyDiet({ ...conversation, turns }, dietOf("code", "ours"));
  assert.deepEqual(fed.turns, [
    { role: "user", text: "Working folder: /shop\n\nmend it" },
    { role: "system", text: "A hook says so." },
  ]);
  const started = { ...conversation, system: "You are Claude.\n\nours\n\nWorking folder: /shop\n\nSpeak Latin." };
  const spoken = applyDiet(started, dietOf("code", "ours"));
  assert.equal(spoken.system, "ours\n\nSpeak Latin.");
  assert.deepEqual(spoken.turns, [{ role: "user", text: "Working folder: /shop\n\nx" }]);
});

test("a sub-agent has the main conversation's system text and tools, and its own purpose before its task; a question aside stays as it is", () => {
  const main = applyDiet(conversation, dietOf("code"));
  const stock = "You are an agent for Claude Code, the official CLI.\n\nNotes:\n- Agent threads …\n\nWorking directory: /shop";
  const agent = applyDiet({ ...conversation, system: stock }, dietOf("code"), "sub-agent");
  assert.equal(JSON.stringify([agent.system, agent.tools]), JSON.stringify([main.system, main.tools]));
  assert.match(agent.turns[0]?.role === "user" ? agent.turns[0].text : "", /^Working folder: \/shop\n\nYou do this part .*\n\nx$/);
  const own = applyDiet({ ...conversation, system: "You review SQL.\n\nNotes:\n- Agent threads …" }, dietOf("code"), "sub-agent");
  assert.deepEqual(own.turns, [{ role: "user", text: "You review SQL.\n\nx" }]);
  const aside: Conversation = { system: "Summarise.", tools: [], turns: conversation.turns };
  assert.equal(applyDiet(aside, dietOf("code")), aside);
});
