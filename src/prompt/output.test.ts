import assert from "node:assert/strict";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import type { Tool } from "../messages/conversation.ts";
import { createOutputParser, type OutputEvent } from "./output.ts";
import { spellAnswer, spellCall } from "./spelling.ts";

const bash: Tool = {
  name: "Bash",
  description: "",
  inputSchema: {
    type: "object",
    properties: { command: { type: "string", minLength: 1 } },
    required: ["command"],
    additionalProperties: false,
  },
};

function read(pieces: readonly string[], tools: readonly Tool[] = [bash]): OutputEvent[] {
  const parser = createOutputParser(tools);
  const events = [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  // Words that came in pieces, joined.
  return events.reduce<OutputEvent[]>((joined, event) => {
    const last = joined.at(-1);
    if (event.type === "text" && last?.type === "text") joined[joined.length - 1] = { type: "text", text: last.text + event.text };
    else joined.push(event);
    return joined;
  }, []);
}

test("an answer cut anywhere is read alike, and renders to the bytes that it came as", () => {
  const input = { command: 'echo "</tool_call>" \\ {"a": ["🙂' };
  for (const words of ["", "Let me look.", "a < b <tool\n", "ü🙂\n\n"]) {
    const text = spellAnswer(words, [{ name: "Bash", input }]);
    const expected = [...(words === "" ? [] : [{ type: "text", text: words }]), { type: "call", call: { id: "", name: "Bash", input } }];
    for (let cut = 0; cut <= text.length; cut++)
      assert.deepEqual(read([text.slice(0, cut), text.slice(cut)]), expected, `${words}, cut at ${cut}`);
    assert.deepEqual(read(text.split("")), expected);
  }
});

test("words come out as they come; only a possible beginning of a call waits", () => {
  const parser = createOutputParser([bash]);
  assert.deepEqual(parser.push("\n"), []);
  assert.deepEqual(parser.push("\nI see <"), [{ type: "text", text: "\n\nI see " }]);
  assert.deepEqual(parser.push("tool"), []);
  assert.deepEqual(parser.push("box>"), [{ type: "text", text: "<toolbox>" }]);
  assert.deepEqual(parser.push(" and\n<tool_"), [{ type: "text", text: " and" }]);
  assert.deepEqual(parser.end(), [{ type: "text", text: "\n<tool_" }]);
});

test("a call comes as soon as its last brace; what follows is dropped, and so are blanks before it", () => {
  const parser = createOutputParser([bash]);
  assert.deepEqual(parser.push(' \n\n<tool_call>\n{"name": "Bash", "arguments": {"command": "ls"}'), []);
  assert.deepEqual(parser.push("}"), [{ type: "call", call: { id: "", name: "Bash", input: { command: "ls" } } }]);
  assert.deepEqual(parser.push(`\n</tool_call>\nDone. ${spellCall({ name: "Bash", input: { command: "rm" } })}`), []);
  assert.deepEqual(parser.end(), []);
});

test("an answer of blanks alone says nothing; without tools a tag is a word", () => {
  assert.deepEqual(read([" \n", "\n"]), []);
  assert.deepEqual(read(["a <tool_call> {}"], []), [{ type: "text", text: "a <tool_call> {}" }]);
});

test("a call that is not valid is refused with what is wrong, as something to try again", () => {
  const cases: [string, RegExp][] = [
    ["<tool_call>\nls -l\n</tool_call>", /opened a tool call and wrote none/],
    ["<tool_call>\n{'name': 1}\n</tool_call>", /wrote none/],
    ['<tool_call>\n{"name": "Rm", "arguments": {}}', /called "Rm", which is not one of the tools/],
    ["<tool_call>\n[]\n</tool_call>", /wrote none/],
    ['<tool_call>\n{"name": "Bash"}', /not an object/],
    ['<tool_call>\n{"name": "Bash", "arguments": {"command": ""}}', /do not fit its schema: arguments\.command must NOT have fewer than 1/],
    ['<tool_call>\n{"name": "Bash", "arguments": {"command": {"b": 1}}}', /command must be string/],
    ['<tool_call>\n{"name": "Bash", "arg', /in the middle of a tool call/],
  ];
  for (const [text, message] of cases)
    assert.throws(
      () => read([text]),
      (error) => error instanceof CloisterError && error.code === "invalid-call" && message.test(error.message),
      text,
    );
});

test("a schema is judged by its own draft; one that cannot be used is the caller's fault", () => {
  const tuple = { type: "array", items: [{ type: "string" }], additionalItems: false };
  const old: Tool = {
    name: "T",
    description: "",
    inputSchema: { $schema: "http://json-schema.org/draft-07/schema#", type: "object", properties: { t: tuple } },
  };
  const say = (t: unknown): string => `<tool_call>\n${JSON.stringify({ name: "T", arguments: { t } })}`;
  assert.equal(read([say(["a"])], [old]).length, 1);
  assert.throws(() => read([say([1])], [old]), { code: "invalid-call" });
  const broken: Tool = { name: "T", description: "", inputSchema: { type: "object", properties: { t: { $ref: "#/nowhere" } } } };
  assert.throws(() => read([say(1)], [broken]), { code: "bad-request", field: "tools.input_schema" });
});
