import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRequest } from "../messages/request.ts";
import { countsToolsAlone, type SideRequest, sideRequest } from "./side-request.ts";

const side = (change: object): SideRequest | undefined =>
  sideRequest(
    parseRequest(
      JSON.stringify({
        model: "m",
        max_tokens: 100,
        messages: [{ role: "user", content: "fix the crashing web pod in the shop namespace" }],
        ...change,
      }),
    ),
  );
const format = (properties: object): object => ({
  output_config: { effort: "high", format: { type: "json_schema", schema: { type: "object", properties } } },
});
const title = { title: { type: "string" } };

test("a title is made of the task's own words, in the form that is asked for", () => {
  assert.deepEqual(side(format(title)), { kind: "said", text: '{"title":"Fix the crashing web pod in the"}' });
  const tagged = { messages: [{ role: "user", content: "<session>\n</session>\nname it" }] };
  assert.deepEqual(side({ ...format(title), ...tagged }), { kind: "said", text: '{"title":"Session"}' });
  const both = side({ system: "Decide isNewTopic and a title." });
  assert.deepEqual(both, { kind: "said", text: '{"isNewTopic":true,"title":"Fix the crashing web pod in the"}' });
});

test("a probe is one token; everything else is the model's", () => {
  assert.deepEqual(side({ max_tokens: 1 }), { kind: "probe" });
  assert.equal(side({}), undefined);
  assert.equal(side(format({ answer: { type: "string" } })), undefined);
  assert.equal(side({ ...format(title), tools: [{ name: "Bash", input_schema: { type: "object" } }] }), undefined);
});

test("a name is made of the task's words, no suggestion is made, and no prefix of commands is allowed", () => {
  const named = { ...format({ name: { type: "string" } }), system: "Generate a short kebab-case name." };
  assert.deepEqual(side(named), { kind: "said", text: '{"name":"crashing-shop-namespace"}' });
  assert.equal(side(format({ name: { type: "string" } })), undefined, "another name is the model's");
  const tools = [{ name: "Bash", input_schema: { type: "object" } }];
  const suggest = { tools, messages: [{ role: "user", content: "[SUGGESTION MODE: Suggest what the user might type next]" }] };
  assert.deepEqual(side(suggest), { kind: "said", text: "" });
  assert.deepEqual(side({ system: "… return command_injection_detected …" }), { kind: "said", text: "none" });
  assert.equal(side({ tools }), undefined);
});

test("a count of tools alone is known by its shape", () => {
  const request = (change: object): boolean =>
    countsToolsAlone(parseRequest(JSON.stringify({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "foo" }], ...change })));
  const tools = [{ name: "Bash", input_schema: { type: "object" } }];
  assert.ok(request({ tools }));
  assert.ok(!request({}));
  assert.ok(!request({ tools, system: "You help." }));
  assert.ok(!request({ tools, messages: [{ role: "user", content: "food" }] }));
});
