import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../messages/answer.ts";
import type { Conversation } from "../messages/conversation.ts";
import type { Guidance } from "../runbook/guidance.ts";
import { adviseConversation, chooseAnswer } from "./advise.ts";
import { fitAnswer } from "./fit.ts";

const bash = { name: "Bash", description: "", inputSchema: { type: "object" } };
const conversation: Conversation = {
  system: "s",
  tools: [bash],
  turns: [
    { role: "system", text: "env" },
    { role: "user", text: "fix" },
    { role: "assistant", text: "", calls: [{ id: "a", name: "Bash", input: {} }] },
    { role: "tool", callId: "a", text: "out", failed: false },
    { role: "user", text: "more" },
  ],
};
const guidance: Guidance = { opening: "Begin so.", notes: new Map([["a", "Next: read."]]), answer: { kind: "call" }, step: undefined };

test("the opening stands in the first user turn, a note under its result, and the longer conversation begins like the shorter one", () => {
  const advised = adviseConversation(conversation, guidance);
  assert.deepEqual(
    advised.turns.map((turn) => turn.text),
    ["env", "fix\n\n[cloister] Begin so.", "", "out\n\n[cloister] Next: read.", "more"],
  );
  const shorter = adviseConversation({ ...conversation, turns: conversation.turns.slice(0, 3) }, { ...guidance, notes: new Map() });
  assert.deepEqual(advised.turns.slice(0, 3), shorter.turns);
});

test("what may come next: no tools, the client's choice, the guide, and what the runtime can hold", () => {
  const forms: Answer = { kind: "forms", forms: [{ id: "f", tool: "Bash", arguments: [] }] };
  const said: Answer = { kind: "said", text: "closed" };
  const none = { ...conversation, tools: [] };
  assert.deepEqual(chooseAnswer(conversation, undefined, undefined, true), { kind: "anything" });
  assert.deepEqual(chooseAnswer(none, undefined, undefined, true), { kind: "words" });
  assert.deepEqual(chooseAnswer(conversation, { type: "none" }, forms, true), { kind: "words" });
  assert.deepEqual(chooseAnswer(conversation, { type: "any" }, undefined, true), { kind: "call" });
  assert.deepEqual(chooseAnswer(conversation, { type: "any" }, forms, true), forms);
  assert.deepEqual(chooseAnswer(conversation, undefined, forms, true), forms);
  assert.deepEqual(chooseAnswer(conversation, undefined, forms, false), { kind: "call" });
  assert.deepEqual(chooseAnswer(none, undefined, said, true), said);
});

test("an answer fits the wish, the session's bound and the window; a prompt without room for one is too long", () => {
  assert.equal(fitAnswer(1000, 4096, 32_000, 2000), 2000);
  assert.equal(fitAnswer(1000, 4096, 10, 2000), 10);
  assert.equal(fitAnswer(3840, 4096, 32_000, 2000), 256);
  assert.throws(() => fitAnswer(3841, 4096, 32_000, 2000), /^CloisterError: prompt is too long: 3841 tokens > 3840 maximum$/);
  assert.equal(fitAnswer(4095, 4096, 1, 2000), 1);
});
