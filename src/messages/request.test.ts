import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { parseCountRequest, parseRequest } from "./request.ts";

const base = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hi" }] };
const parse = (change: object): ReturnType<typeof parseRequest> => parseRequest(JSON.stringify({ ...base, ...change }));

function fieldOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (thrown) {
    assert.ok(thrown instanceof CloisterError);
    assert.equal(thrown.code, "bad-request");
    return thrown.field;
  }
  return "(nothing was thrown)";
}

test("what clients send beside the conversation is let pass", () => {
  const request = parse({
    system: [{ type: "text", text: "s", cache_control: { type: "ephemeral" } }],
    metadata: { user_id: "u" },
    thinking: { type: "adaptive", display: "updates" },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    output_config: { effort: "high" },
    betas: ["x"],
    messages: [
      { role: "user", content: "hi" },
      { role: "system", content: "# Environment" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "t", signature: "s" },
          { type: "tool_use", id: "t1", name: "Gone", input: {} },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: [{ type: "image", source: {} }], is_error: null }] },
    ],
    tools: [{ type: "web_search_20250305", name: "web_search", max_uses: 8 }],
  });
  assert.deepEqual(request.system, [{ type: "text", text: "s" }]);
  assert.deepEqual(request.messages[0], { role: "user", content: [{ type: "text", text: "hi" }] });
  assert.deepEqual(request.messages[3]?.content, [
    { type: "tool_result", tool_use_id: "t1", content: [{ type: "image" }], is_error: null },
  ]);
});

test("an error names the field, down to the block", () => {
  const user = (content: unknown): object => ({ messages: [{ role: "user", content }] });
  const call = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Bash", input: {} }] };
  const result = { type: "tool_result", tool_use_id: "t1", content: "x" };
  const cases: [object, string][] = [
    [{ messages: [] }, "messages"],
    [{ model: "" }, "model"],
    [{ max_tokens: 1.5 }, "max_tokens"],
    [{ max_tokens: 1e12 }, "max_tokens"],
    [{ temperature: -1 }, "temperature"],
    [user(5), "messages.0.content"],
    [user([{ type: "text" }]), "messages.0.content.0.text"],
    [user([{ type: "hologram" }]), "messages.0.content.0.type"],
    [{ messages: [{ role: "robot", content: "x" }] }, "messages.0.role"],
    [
      { messages: [...base.messages, call, { role: "user", content: [{ ...result, content: [{ type: "x" }] }] }] },
      "messages.2.content.0.content.0.type",
    ],
    [{ messages: [...base.messages, call, { role: "user", content: [result, result] }] }, "messages.2.content.1.tool_use_id"],
    [{ messages: [...base.messages, call, call, { role: "user", content: "x" }] }, "messages.2.content.0.id"],
    [{ messages: [{ role: "user", content: [{ type: "tool_use", id: "t", name: "n", input: {} }] }] }, "messages.0.content.0"],
    [{ messages: [...base.messages, { role: "assistant", content: "{" }] }, "messages.1.role"],
    [{ messages: [{ role: "assistant", content: "x" }, ...base.messages] }, "messages.0.role"],
    [{ messages: [{ role: "system", content: "x" }] }, "messages"],
    [{ tools: [{ name: "a b", input_schema: { type: "object" } }] }, "tools.0.name"],
    [{ tools: [{ name: "a", input_schema: { type: "string" } }] }, "tools.0.input_schema"],
    [{ tools: [1, 2].map(() => ({ name: "a", input_schema: { type: "object" } })) }, "tools.1.name"],
    [{ tool_choice: { type: "any" } }, "tool_choice"],
    [{ tool_choice: { type: "maybe" } }, "tool_choice.type"],
    [{ tool_choice: { type: "tool", name: "x" } }, "tool_choice.name"],
  ];
  for (const [change, field] of cases)
    assert.equal(
      fieldOf(() => parse(change)),
      field,
      JSON.stringify(change),
    );
  assert.equal(
    fieldOf(() => parseRequest("{")),
    "(body)",
  );
  assert.equal(
    fieldOf(() => parseRequest(new Uint8Array([0xc3, 0x28]))),
    "(body)",
  );
  assert.equal(
    fieldOf(() => parseRequest('{"a":'.repeat(100_000))),
    "(body)",
  );
});

test("the message about bad JSON does not repeat the body", () => {
  assert.throws(
    () => parseRequest('{"secret-token-123": oops'),
    (thrown) => thrown instanceof CloisterError && !thrown.message.includes("secret"),
  );
});

test("what real clients are sloppy about is let pass", () => {
  const call = { role: "assistant", content: [{ type: "tool_use", id: "t1", name: "Bash", input: {} }] };
  parse({ messages: [...base.messages, { role: "user", content: "two in a row" }] });
  parse({ messages: [...base.messages, call, { role: "user", content: "interrupted" }] });
  parse({ messages: [{ role: "user", content: [{ type: "text", text: "" }] }] });
});

test("a conversation that ends with an answer can be counted, and not be answered", () => {
  const counted = { ...base, messages: [...base.messages, { role: "assistant", content: "done" }] };
  assert.equal(
    fieldOf(() => parse(counted)),
    `messages.${counted.messages.length - 1}.role`,
  );
  parse({ ...counted, max_tokens: 1 });
  parseCountRequest(JSON.stringify({ ...counted, max_tokens: undefined }));
});

test("a count needs no max_tokens", () => {
  const { max_tokens: _, ...count } = base;
  assert.equal(parseCountRequest(JSON.stringify(count)).messages.length, 1);
  assert.equal(
    fieldOf(() => parseRequest(JSON.stringify(count))),
    "max_tokens",
  );
});
