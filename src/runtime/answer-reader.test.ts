import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tool } from "../messages/conversation.ts";
import { createOutputParser } from "../prompt/output.ts";
import type { Prompt } from "../prompt/prompt.ts";
import { spellCall } from "../prompt/spelling.ts";
import type { PromptTemplate } from "../prompt/template.ts";
import { createAnswerReader } from "./answer-reader.ts";

const prompt: Prompt = {
  system: "",
  tools: [],
  turns: [
    { role: "user", text: "hi" },
    { role: "assistant", text: "earlier", calls: [] },
  ],
  answer: { kind: "anything" },
  maxTokens: 10,
  temperature: 0,
};

const template: PromptTemplate = {
  description: "of the test",
  stop: [],
  render: ({ turns }) =>
    turns.flatMap((turn) =>
      turn.role === "assistant"
        ? [{ text: `${turn.text}|${turn.calls.map((call) => call.name).join()}`, special: true, assistant: true }]
        : [],
    ),
};

const bash: Tool = {
  name: "Bash",
  description: "",
  inputSchema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
};

test("an answer is known as the template will write it, if that is what the model wrote", () => {
  const call = spellCall({ name: "Bash", input: { command: "ls" } });
  const read = (text: string): string | undefined => {
    const reader = createAnswerReader(createOutputParser([bash]), template, { ...prompt, tools: [bash] });
    for (const piece of text.match(/[^]{1,5}/g) ?? []) reader.push(piece);
    reader.end("stop");
    assert.equal(reader.stopReason("stop"), "tool-use");
    return reader.asRendered();
  };
  assert.equal(read(`let me look\n${call}`), "let me look|Bash");
  assert.equal(read(`\n\n${call}\n`), "|Bash");
  assert.equal(read('{"name": "Bash", "arguments": {"command": "ls"}}'), undefined);
  assert.equal(read(`<think>\nhm\n</think>\n\n${call}`), undefined);
  assert.equal(read(`${call}\nand so on`), undefined);
});

test("an answer that says nothing is not mistaken for an earlier one", () => {
  const reader = createAnswerReader(createOutputParser([bash]), template, prompt);
  reader.end("stop");
  assert.equal(reader.asRendered(), undefined);
  assert.equal(reader.stopReason("stop"), "end-turn");
});

test("a call that the token bound cut is left out; a broken call of any other kind is an error", () => {
  for (const text of ['<tool_call>\n{"name": "Bash", "arg', '{"name": "Bash", "arguments": {"command": "ls"']) {
    const cut = createAnswerReader(createOutputParser([bash]), template, prompt);
    assert.deepEqual([...cut.push(`I look.\n${text}`), ...cut.end("max-tokens")], [{ type: "text", text: "I look." }]);
    assert.equal(cut.stopReason("max-tokens"), "max-tokens");
    assert.equal(cut.asRendered(), undefined);
  }
  const broken = createAnswerReader(createOutputParser([bash]), template, prompt);
  broken.push('<tool_call>\n{"name": "Bash", "arg');
  assert.throws(() => broken.end("stop"), /in the middle of a tool call/);
});
