import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import type { OutputParser } from "../prompt/output.ts";
import type { Prompt } from "../prompt/prompt.ts";
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

/** Capital words are calls, all else is text; it ends with an error where one is given. */
function parser(atEnd?: Error): OutputParser {
  return {
    push: (text) => [/^[A-Z]+$/.test(text) ? { type: "call", call: { id: "", name: text, input: {} } } : { type: "text", text }],
    end() {
      if (atEnd !== undefined) throw atEnd;
      return [];
    },
  };
}

test("an answer is known as the template will write it", () => {
  const reader = createAnswerReader(parser(), template, prompt);
  reader.push("let me ");
  reader.push("look");
  reader.push("BASH");
  reader.end("stop");
  assert.equal(reader.asRendered(), "let me look|BASH");
  assert.equal(reader.stopReason("stop"), "tool-use");
});

test("an answer that says nothing is not mistaken for an earlier one", () => {
  const reader = createAnswerReader(parser(), template, prompt);
  reader.end("stop");
  assert.equal(reader.asRendered(), undefined);
  assert.equal(reader.stopReason("stop"), "end-turn");
});

test("a call that the token bound cut is left out; a broken call of any other kind is an error", () => {
  const broken = new CloisterError("invalid-call", "half a call");
  assert.deepEqual(createAnswerReader(parser(broken), template, prompt).end("max-tokens"), []);
  assert.throws(() => createAnswerReader(parser(broken), template, prompt).end("stop"), /half a call/);
});
