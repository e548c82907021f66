import assert from "node:assert/strict";
import { test } from "node:test";
import type { Turn } from "../messages/conversation.ts";
import { firstLookGuide } from "./first-look.ts";

test("the first answer is a call, after a result anything goes", () => {
  const task: Turn = { role: "user", text: "What is here?" };
  const call: Turn = { role: "assistant", text: "", calls: [{ id: "a", name: "Bash", input: { command: "ls" } }] };
  const result: Turn = { role: "tool", callId: "a", text: "price.js", failed: false };
  const answer = (...turns: Turn[]) => firstLookGuide({ system: "", tools: [], turns }).answer.kind;
  assert.equal(answer(task), "call");
  assert.equal(answer(task, call, result), "anything");
});
