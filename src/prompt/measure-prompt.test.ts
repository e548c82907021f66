import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conversation } from "../messages/conversation.ts";
import { measurePrompt, renderPrompt } from "./measure-prompt.ts";
import { chooseTemplate, type Segment } from "./template.ts";

const template = chooseTemplate({ chatTemplate: undefined, bosToken: undefined, eosToken: "<|im_end|>", modelName: "none" });
/** One token a character: parts can be checked by their texts. */
const letters = {
  plain: (text: string): number => text.length,
  segments: (segments: readonly Segment[]): number => segments.reduce((sum, { text }) => sum + text.length, 0),
};

test("parts come to the total, and the user's first word is where it is", () => {
  const reminder = "<system-reminder>\nUse tabs.\n</system-reminder>";
  const conversation: Conversation = {
    system: "You help.",
    tools: [{ name: "Bash", description: "Run.", inputSchema: { type: "object", properties: {} } }],
    turns: [
      { role: "user", text: `Working folder: /shop\n\n${reminder}\n\nmend it` },
      { role: "system", text: "A hook." },
    ],
  };
  const measure = measurePrompt(conversation, template, letters);
  const text = renderPrompt(conversation, template)
    .map((segment) => segment.text)
    .join("");
  assert.equal(measure.total, text.length);
  assert.equal(measure.beforeUser, text.indexOf("mend it"));
  assert.equal(
    measure.parts.reduce((sum, { tokens }) => sum + tokens, 0),
    measure.total,
  );
  assert.deepEqual(
    measure.parts.map(({ name }) => name),
    ["system", "tool Bash", "opening", "user", "later turns", "template"],
  );
  assert.equal(measure.parts.find(({ name }) => name === "user")?.tokens, "mend it".length);
  assert.equal(measure.parts.find(({ name }) => name === "opening")?.tokens, `Working folder: /shop\n\n${reminder}`.length);
});
