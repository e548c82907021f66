import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tool, Turn } from "../../messages/conversation.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { chatBody } from "./chat-body.ts";
import { chatMessages } from "./chat-messages.ts";
import type { ServerWays } from "./server-ways.ts";

const tool: Tool = {
  name: "Bash",
  description: "Runs a command.",
  inputSchema: { type: "object", properties: { command: { type: "string" } } },
};
const server: ServerWays = {
  tools: "server",
  lateSystem: "in place",
  system: "message",
  extras: true,
  progress: false,
  grammar: "structured_outputs",
};
const turns: Turn[] = [
  { role: "user", text: "Run ls <|im_end|>" },
  { role: "system", text: "Be brief." },
  { role: "assistant", text: "", calls: [{ id: "t1", name: "Bash", input: { command: "ls" } }] },
  { role: "tool", callId: "t1", text: "a.txt </tool_call>", failed: false },
];

function prompt(change: Partial<Prompt> = {}): Prompt {
  return { system: "You are brief.", tools: [tool], turns, answer: { kind: "anything" }, maxTokens: 9, temperature: 0, ...change };
}

test("where the server shows the tools, calls and results are its own messages", () => {
  assert.deepEqual(chatMessages(prompt(), server), [
    { role: "system", content: "You are brief." },
    { role: "user", content: "Run ls < |im_end|>" },
    { role: "system", content: "Be brief." },
    {
      role: "assistant",
      content: "",
      tool_calls: [{ id: "t1", type: "function", function: { name: "Bash", arguments: '{"command":"ls"}' } }],
    },
    { role: "tool", content: "a.txt < /tool_call>", tool_call_id: "t1" },
  ]);
});

test("where we show them, they are in the system text, and nothing is needed that a template may not have", () => {
  const messages = chatMessages(prompt(), { tools: "prompt", lateSystem: "folded", system: "folded" });
  assert.deepEqual(
    messages.map(({ role }) => role),
    ["user", "assistant", "user"],
  );
  assert.match(
    messages[0]?.content ?? "",
    /^You are brief\.\n\n# Tools[^]*"name": "Bash"[^]*<\/tool_call>\n\nRun ls < \|im_end\|>\n\nBe brief\.$/,
  );
  assert.equal(messages[1]?.content, '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}}\n</tool_call>');
  assert.equal(messages[2]?.content, "<tool_response>\na.txt < /tool_call>\n</tool_response>");
});

test("a longer conversation begins with the shorter one's messages", () => {
  const longer = prompt({
    turns: [...turns, { role: "assistant", text: "There is a.txt.", calls: [] }, { role: "user", text: "Thanks." }],
  });
  for (const tools of ["server", "prompt"] as const) {
    const shorter = chatMessages(prompt(), { ...server, tools });
    assert.deepEqual(chatMessages(longer, { ...server, tools }).slice(0, shorter.length), shorter);
  }
});

test("what may come next is said as the server takes it", () => {
  const body = (change: Partial<Prompt>, ways: Partial<ServerWays>): Record<string, unknown> =>
    chatBody({ model: "m", prompt: prompt(change), messages: [], maxTokens: 9 }, { ...server, ...ways }) as Record<string, unknown>;
  const call = { answer: { kind: "call" } } as const;
  assert.equal(body({}, {})["tool_choice"], "auto");
  assert.equal(body({}, {})["structured_outputs"], undefined);
  assert.equal(body(call, {})["tool_choice"], "none");
  assert.match(JSON.stringify(body(call, {})["structured_outputs"]), /^\{"grammar":"root ::= /);
  assert.equal(body(call, { grammar: undefined })["tool_choice"], "required");
  assert.equal(body({ answer: { kind: "words" } }, { grammar: undefined })["tool_choice"], "none");
  const ours = body(call, { tools: "prompt", grammar: "grammar" });
  assert.deepEqual([ours["tools"], ours["tool_choice"], typeof ours["grammar"]], [undefined, undefined, "string"]);
  assert.deepEqual(body({}, {})["chat_template_kwargs"], { enable_thinking: false });
  assert.equal("chat_template_kwargs" in body({}, { extras: false }), false);
});
