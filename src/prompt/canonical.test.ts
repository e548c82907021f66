import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRequest } from "../messages/request.ts";
import type { Conversation } from "../messages/conversation.ts";
import { canonicalise } from "./canonical.ts";

const canonical = (request: object): Conversation => canonicalise(parseRequest(JSON.stringify({ model: "m", max_tokens: 10, ...request })));
const edit = {
  name: "Edit",
  description: "edits",
  input_schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      replace_all: { default: false, type: "boolean", description: "all" },
      new_string: { type: "string" },
      old_string: { type: "string" },
      file_path: { type: "string" },
    },
    required: ["file_path", "old_string", "new_string"],
    additionalProperties: false,
  },
};
const bash = { name: "Bash", input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] } };
const use = (id: string, name: string, input: object): object => ({ type: "tool_use", id, name, input });
const result = (id: string, content: unknown, more: object = {}): object => ({ type: "tool_result", tool_use_id: id, content, ...more });

test("billing header and cache markers go, texts are joined in one way", () => {
  const conversation = canonical({
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.84.c8e; cch=00000;" },
      { type: "text", text: "You fix.", cache_control: { type: "ephemeral" } },
      { type: "text", text: "\nIncidents.\n" },
    ],
    messages: [
      {
        role: "user",
        content: [
          { type: "text", text: "a\n" },
          { type: "text", text: "" },
          { type: "text", text: "b", cache_control: { type: "ephemeral" } },
        ],
      },
    ],
  });
  assert.equal(conversation.system, "You fix.\n\nIncidents.");
  assert.deepEqual(conversation.turns, [{ role: "user", text: "a\n\nb" }]);
  assert.deepEqual(canonical({ messages: [{ role: "user", content: "a\n\nb" }] }).turns, conversation.turns);
});

test("tools come in one order with one JSON, whatever the client's", () => {
  const messages = [{ role: "user", content: "x" }];
  const reversed = { ...edit, input_schema: Object.fromEntries(Object.entries(edit.input_schema).toReversed()) };
  const one = canonical({ messages, tools: [edit, bash] });
  const two = canonical({ messages, tools: [bash, { ...reversed, cache_control: { type: "ephemeral" } }] });
  assert.equal(JSON.stringify(two), JSON.stringify(one));
  assert.deepEqual(
    one.tools.map((tool) => tool.name),
    ["Bash", "Edit"],
  );
  assert.deepEqual(Object.keys(one.tools[1]?.inputSchema["properties"] ?? {}), ["file_path", "old_string", "new_string", "replace_all"]);
});

test("tools of the vendor's servers, deferred ones and the search for them are not offered", () => {
  const { tools } = canonical({
    messages: [{ role: "user", content: "x" }],
    tools: [bash, { ...edit, defer_loading: true }, { ...edit, name: "ToolSearch" }, { type: "web_search_20250305", name: "web_search" }],
  });
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["Bash"],
  );
});

test("calls are as the model wrote them, and results stand in their order", () => {
  const { turns } = canonical({
    tools: [edit, bash],
    messages: [
      { role: "user", content: "x" },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm" },
          { type: "text", text: "Two. " },
          use("a", "Bash", { command: "ls" }),
          use("b", "Edit", { replace_all: false, new_string: "2", old_string: "1", file_path: "/f", odd: 1 }),
        ],
      },
      {
        role: "user",
        content: [
          result("b", "done"),
          { type: "text", text: "and then?" },
          result("a", [{ type: "text", text: "f\n" }], { is_error: true }),
        ],
      },
      { role: "system", content: "later" },
    ],
  });
  assert.deepEqual(turns, [
    { role: "user", text: "x" },
    {
      role: "assistant",
      text: "Two. ",
      calls: [
        { id: "a", name: "Bash", input: { command: "ls" } },
        { id: "b", name: "Edit", input: { file_path: "/f", old_string: "1", new_string: "2", odd: 1 } },
      ],
    },
    { role: "tool", callId: "a", text: "f", failed: true },
    { role: "tool", callId: "b", text: "done", failed: false },
    { role: "user", text: "and then?" },
    { role: "system", text: "later" },
  ]);
  const call = turns[1];
  assert.ok(call?.role === "assistant");
  assert.deepEqual(Object.keys(call.calls[1]?.input ?? {}), ["file_path", "old_string", "new_string", "odd"]);
});

test("images say that they were left out; half characters become whole ones; empty answers vanish", () => {
  const { turns } = canonical({
    messages: [
      { role: "user", content: [{ type: "image", source: { type: "base64", data: "AAAA" } }] },
      { role: "assistant", content: [{ type: "text", text: "(no content)" }] },
      { role: "user", content: "cut \uD83D" },
    ],
  });
  assert.deepEqual(turns, [
    { role: "user", text: "[an image was left out: this model reads text only]" },
    { role: "user", text: "cut \u{FFFD}" },
  ]);
});

test("reminders beside results and within them come to the same, wherever the client puts them", () => {
  const remind = (text: string): string => `<system-reminder>\n${text}\n</system-reminder>`;
  const [one, two] = [remind("PostToolUse:Bash hook additional context: one"), remind("PostToolUse:Read hook additional context: two")];
  const nudge = remind("The TodoWrite tool hasn't been used recently.");
  const turns = (...content: readonly object[]): unknown =>
    canonical({
      tools: [edit, bash],
      messages: [
        { role: "user", content: "x" },
        { role: "assistant", content: [use("a", "Bash", { command: "ls" }), use("b", "Bash", { command: "ls" })] },
        { role: "user", content },
      ],
    }).turns;
  const text = (words: string): object => ({ type: "text", text: words });
  const beside = turns(result("a", "  f"), result("b", "  g\n"), text(one), text(two), text(nudge), text("and then?"));
  const within = turns(result("a", `f\n\n${one}`), result("b", `g\n\n${two}\n\n${nudge}`), text("and then?"));
  assert.deepEqual(within, beside);
  assert.deepEqual((beside as unknown[]).slice(-3), [
    { role: "tool", callId: "a", text: "f", failed: false },
    { role: "tool", callId: "b", text: `g\n\n${one}\n\n${two}`, failed: false },
    { role: "user", text: "and then?" },
  ]);
  assert.deepEqual((turns(result("a", "  f"), result("b", "g")) as unknown[]).at(-2), {
    role: "tool",
    callId: "a",
    text: "  f",
    failed: false,
  });
});

test("an answer that was stopped before its first word stands where it began", () => {
  const said = (...texts: readonly string[]): unknown =>
    canonical({ messages: [{ role: "user", content: texts.map((text) => ({ type: "text", text })) }] }).turns;
  assert.deepEqual(said("mend it", "[Request interrupted by user]", "no, this"), [
    { role: "user", text: "mend it" },
    { role: "assistant", text: "", calls: [] },
    { role: "user", text: "[Request interrupted by user]\n\nno, this" },
  ]);
  assert.deepEqual(said("[Request interrupted by user for tool use]", "no, this"), [
    { role: "user", text: "[Request interrupted by user for tool use]\n\nno, this" },
  ]);
});
