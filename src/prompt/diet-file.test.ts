import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation, Tool } from "../messages/conversation.ts";
import { applyDiet } from "./diet.ts";
import { dietFile, dietFromFile } from "./diet-file.ts";
import { codeSystem } from "./system-text.ts";

const client = (name: string, ...args: readonly string[]): Tool => ({
  name,
  description: `the client's ${name}`,
  inputSchema: {
    type: "object",
    properties: Object.fromEntries(args.map((argument) => [argument, { type: "string", description: "long", maxLength: 9 }])),
    required: args.slice(0, 1),
  },
});
const conversation: Conversation = {
  system: "theirs",
  tools: [
    client("Agent", "prompt", "model"),
    client("Bash", "command", "timeout"),
    client("Edit", "file_path"),
    client("Read", "file_path", "offset"),
  ],
  turns: [{ role: "user", text: "x" }],
};
const fed = (file: unknown): Conversation => applyDiet(conversation, dietFromFile(dietFile.parse(file), "mine"));

test("what a profile does not say is the extended one's", () => {
  const { system, tools } = fed({});
  assert.equal(system, codeSystem);
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["Bash", "Read", "Edit"],
  );
});

test("tools are left out, added, described and cut to the arguments that are kept", () => {
  const { system, tools } = fed({
    extends: "incident",
    system: "You look.",
    tools: { Edit: false, Read: "as-sent", Bash: { description: "One command." }, Agent: { arguments: { prompt: "the task" } } },
  });
  assert.equal(system, "You look.");
  assert.deepEqual(
    tools.map(({ name, description }) => [name, description]),
    [
      ["Bash", "One command."],
      ["Read", "the client's Read"],
      ["Agent", "the client's Agent"],
    ],
  );
  assert.deepEqual(tools[0]?.inputSchema["properties"], { command: { type: "string" } });
  assert.deepEqual(tools[1]?.inputSchema, conversation.tools[3]?.inputSchema);
  assert.deepEqual(tools[2]?.inputSchema["properties"], { prompt: { type: "string", maxLength: 9, description: "the task" } });
});

test("a profile that extends full drops what it names and keeps the rest", () => {
  const { system, tools } = fed({ extends: "full", tools: { Agent: false, Read: { description: "Look." } } });
  assert.equal(system, "theirs");
  assert.deepEqual(
    tools.map(({ name, description }) => [name, description]),
    [
      ["Bash", "the client's Bash"],
      ["Edit", "the client's Edit"],
      ["Read", "Look."],
    ],
  );
});

test("what a profile must not say is named", () => {
  const wrong: [unknown, RegExp][] = [
    [{ extends: "big" }, /must be incident, code or full/],
    [{ tool: {} }, /tool/],
    [{ tools: { Bash: true } }, /must be false, as-sent/],
    [{ tools: { "no tool": false } }, /name of a tool/],
    [{ tools: { Bash: { descripton: "x" } } }, /descripton/],
    [{ tools: { Bash: { arguments: 1 } } }, /list of names/],
    [{ system: " " }, /empty/],
  ];
  for (const [file, message] of wrong) assert.throws(() => dietFile.parse(file), message);
});
