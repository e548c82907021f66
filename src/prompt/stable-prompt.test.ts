import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../messages/conversation.ts";
import { parseRequest } from "../messages/request.ts";
import { canonicalise } from "./canonical.ts";
import { applyDiet, dietOf, type DietProfile } from "./diet.ts";
import { renderPrompt } from "./measure-prompt.ts";
import { chooseTemplate } from "./template.ts";
import { harmless, seeded, telling } from "./vary-request.test.data.ts";

/** What may vary changes no byte that the model reads, what says something does; `e2e/recorded-sessions.test.ts` does the same to real requests. */

const template = chooseTemplate({ chatTemplate: undefined, bosToken: undefined, eosToken: "<|im_end|>", modelName: "none" });
const rendered = (request: JsonObject, profile: DietProfile, spaces?: number): string =>
  renderPrompt(applyDiet(canonicalise(parseRequest(JSON.stringify(request, undefined, spaces))), dietOf(profile)), template)
    .map((segment) => segment.text)
    .join("");

const remind = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>`;
const tools = ["Edit", "Bash", "Read", "Agent"].map((name) => ({
  name,
  description: `Does ${name}.`,
  input_schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      command: { type: "string", description: "what" },
      replace_all: { type: "boolean", default: false },
      file_path: { type: "string" },
    },
    required: ["command"],
  },
}));
const request: JsonObject = {
  model: "m",
  max_tokens: 100,
  system: [
    { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.84.c8e; cc_entrypoint=cli; cch=00000;" },
    {
      type: "text",
      text: "You help.\n\ngitStatus: This is the git status at the start of the conversation.\nRecent commits:\n1234567 begin",
    },
  ],
  tools,
  messages: [
    {
      role: "user",
      content: [
        {
          type: "text",
          text: remind(
            "As you answer the user's questions, you can use the following context:\n# claudeMd\nUse tabs.\n# currentDate\nToday's date is 2026-11-23.\n\n      IMPORTANT: this context may or may not be relevant to your tasks.",
          ),
        },
        { type: "text", text: "mend it" },
      ],
    },
    {
      role: "system",
      content:
        "# Environment\nYou have been invoked in the following environment:\n - Primary working directory: /shop\n\nToday's date is 2026-11-23.",
    },
    {
      role: "assistant",
      content: [
        { type: "text", text: "Two at once." },
        { type: "tool_use", id: "toolu_1", name: "Bash", input: { command: "ls", replace_all: true, file_path: "/a" } },
        { type: "tool_use", id: "toolu_2", name: "Read", input: { command: "/b" } },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_1", content: "a.txt" },
        { type: "tool_result", tool_use_id: "toolu_2", content: "one", is_error: true },
      ],
    },
    { role: "assistant", content: "I see." },
    { role: "user", content: "go on and mend it" },
    { role: "assistant", content: [{ type: "tool_use", id: "toolu_3", name: "Read", input: { command: "/b" } }] },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_3", content: `1→one\n\n${remind("PostToolUse:Read hook additional context: fine")}` },
      ],
    },
  ],
};

for (const profile of ["code", "full"] as const) {
  const before = rendered(request, profile);

  test(`${profile}: what may vary changes no byte, alone and together, in any spelling of the JSON`, () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      let all = request;
      for (const { name, apply } of harmless) {
        const alone = apply(request, random);
        assert.ok(alone !== undefined, name);
        assert.equal(rendered(alone, profile, seed % 3), before, `${name}, seed ${seed}`);
        all = apply(all, random) ?? all;
      }
      assert.equal(rendered(all, profile), before, `all together, seed ${seed}`);
    }
  });

  test(`${profile}: what says something does change it`, () => {
    for (const { name, apply } of telling) {
      const changed = apply(request, seeded(1));
      assert.ok(changed !== undefined, name);
      assert.notEqual(rendered(changed, profile), before, name);
    }
  });
}
