import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../messages/answer.ts";
import type { JsonObject, Tool } from "../messages/conversation.ts";
import { createOutputParser, type OutputEvent } from "./output.ts";

/** The forms in which models write their calls when nothing holds them, and what only looks like one. */

function tool(name: string, properties: JsonObject, required: readonly string[]): Tool {
  return { name, description: "", inputSchema: { type: "object", properties, required, additionalProperties: false } };
}

const text = { type: "string" };
const bash = tool("Bash", { command: text }, ["command"]);
const read = tool("Read", { file_path: text, offset: { type: "integer", minimum: 1 }, limit: { type: "integer", minimum: 1 } }, [
  "file_path",
]);
const edit = tool("Edit", { file_path: text, old_string: text, new_string: text, replace_all: { type: "boolean" } }, [
  "file_path",
  "old_string",
  "new_string",
]);
const tools = [bash, read, edit];

interface Said {
  readonly words: string;
  readonly calls: readonly (readonly [name: string, input: JsonObject])[];
}

function parse(pieces: readonly string[], kind: Answer["kind"] = "anything", offered: readonly Tool[] = tools): Said {
  const parser = createOutputParser(offered, { kind });
  const events: OutputEvent[] = [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  return {
    words: events.map((event) => (event.type === "text" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "call" ? [[event.call.name, event.call.input] as const] : [])),
  };
}

const ls = ["Bash", { command: "ls -l" }] as const;

const calls: [name: string, written: string, call: readonly [string, JsonObject]][] = [
  ["bare JSON", '{"name": "Bash", "arguments": {"command": "ls -l"}}', ls],
  ["a fence", '```json\n{\n  "name": "Bash",\n  "arguments": {\n    "command": "ls -l"\n  }\n}\n```', ls],
  ["a fence without a language, in a list", '   ```\n   {"name": "Bash", "arguments": {"command": "ls -l"}}\n   ```', ls],
  ["a fence on one line", '```json {"name": "Bash", "arguments": {"command": "ls -l"}} ```', ls],
  ["a fence that is not closed", '```json\n{"name": "Bash", "arguments": {"command": "ls -l"}}', ls],
  ["doubled braces", '{{"name": "Bash", "arguments": {"command": "ls -l"}}}', ls],
  ["doubled braces in the tag", '<tool_call>\n{{"name": "Bash", "arguments": {{"command": "ls -l"}}}}\n</tool_call>', ls],
  ["another case of the name", '{"name": "bash", "arguments": {"command": "ls -l"}}', ls],
  ["a near name", '{"name": "read_file", "arguments": {"file_path": "/a"}}', ["Read", { file_path: "/a" }]],
  ["a name with its module", '{"name": "functions.Bash", "arguments": {"command": "ls -l"}}', ls],
  ["a program in the tool's place", '{"name": "kubectl", "arguments": {"command": "get pods"}}', ["Bash", { command: "kubectl get pods" }]],
  ["a program with its whole command", '{"name": "Awk", "arguments": {"command": "awk 1 f"}}', ["Bash", { command: "awk 1 f" }]],
  [
    "a program with more than its command",
    '{"name": "Git", "arguments": {"command": "git add .", "parameters": {}}}',
    ["Bash", { command: "git add ." }],
  ],
  ["a name with its argument", '{"name": "Read /a", "arguments": {"file_path": "/a"}}', ["Read", { file_path: "/a" }]],
  ["a title in the name's place", '{"name": "List the files", "arguments": {"command": "ls -l"}}', ls],
  ["parameters", '{"name": "Bash", "parameters": {"command": "ls -l"}}', ls],
  ["input", '{"tool": "Bash", "input": {"command": "ls -l"}}', ls],
  ["args", '{"tool_name": "Bash", "args": {"command": "ls -l"}}', ls],
  ["arguments beside the name", '{"name": "Bash", "command": "ls -l"}', ls],
  ["the type as the name", '{"type": "Read", "file_path": "/a"}', ["Read", { file_path: "/a" }]],
  ["the name as the member", '{"Bash": {"command": "ls -l"}}', ls],
  ["arguments alone", '{"command": "ls -l"}', ls],
  ["arguments as a text of JSON", String.raw`{"name": "Bash", "arguments": "{\"command\": \"ls -l\"}"}`, ls],
  ["the only argument as a text", '{"name": "Bash", "arguments": "ls -l"}', ls],
  [
    "the shape of an interface",
    String.raw`{"id": "1", "type": "function", "function": {"name": "Bash", "arguments": "{\"command\": \"ls -l\"}"}}`,
    ls,
  ],
  ["a list of calls", '{"tool_calls": [{"function": {"name": "Bash", "arguments": {"command": "ls -l"}}}]}', ls],
  [
    "a definition with arguments",
    '{"function": {"name": "Bash", "parameters": {"type": "object", "properties": {}}}, "arguments": {"command": "ls -l"}}',
    ls,
  ],
  ["trailing commas", '{"name": "Bash", "arguments": {"command": "ls -l",},}', ls],
  ["single quotes", "{'name': 'Bash', 'arguments': {'command': 'ls -l'}}", ls],
  [
    "Python's literals",
    "{'name': 'Edit', 'arguments': {'file_path': '/a', 'old_string': 'b', 'new_string': 'c', 'replace_all': True}}",
    ["Edit", { file_path: "/a", old_string: "b", new_string: "c", replace_all: true }],
  ],
  ["a line feed within a string", '{"name": "Bash", "arguments": {"command": "ls \\\n-l"}}', ["Bash", { command: "ls \\\n-l" }]],
  ["comments", '{"name": "Bash", // look\n"arguments": {"command": "ls -l"}}', ls],
  ["unescaped quotes", '{"name": "Bash", "arguments": {"command": "echo "hi""}}', ["Bash", { command: 'echo "hi"' }]],
  ["a missing last brace", '{"name": "Bash", "arguments": {"command": "ls -l"}', ls],
  ["missing outer braces, in the tag", '<tool_call>\n"name": "Bash", "arguments": {"command": "ls -l"}\n</tool_call>', ls],
  ["a brace too many", '{"name": "Bash", "arguments": {"command": "ls -l"}}}', ls],
  ["the tag without its end", '<tool_call>\n{"name": "Bash", "arguments": {"command": "ls -l"}', ls],
  ["another tag", '<function_call>\n{"name": "Bash", "arguments": {"command": "ls -l"}}\n</function_call>', ls],
  ["the tag of the tools", '<tools>\n{"name": "Bash", "arguments": {"command": "ls -l"}}\n</tools>', ls],
  ["functions in tags", "<function=Bash>\n<parameter=command>\nls -l\n</parameter>\n</function>", ls],
  [
    "functions in tags, in the tag",
    "<tool_call>\n<function=Bash>\n<parameter=command>\nls -l\n</parameter>\n</function>\n</tool_call>",
    ls,
  ],
  ["invocations", '<function_calls>\n<invoke name="Bash">\n<parameter name="command">ls -l</parameter>\n</invoke>\n</function_calls>', ls],
  ["an invocation alone", '<invoke name="Bash">\n<parameter name="command">ls -l</parameter>\n</invoke>', ls],
  ["a tag of the tool's name", "<Bash>\n<command>ls -l</command>\n</Bash>", ls],
  ["a tag of the tool's name with text", "<bash>ls -l</bash>", ls],
  ["a tag with attributes", '<Read file_path="/a" limit="5" />', ["Read", { file_path: "/a", limit: 5 }]],
  ["a tag with a name and JSON", '<tool name="Bash">{"command": "ls -l"}</tool>', ls],
  [
    "parameters with their values in the tag",
    "<function=read>\n<parameter=file_path=/a>\n<parameter=limit=10>\n</function>",
    ["Read", { file_path: "/a", limit: 10 }],
  ],
  ["parameters with their names beside the values", "<function=Bash>\n<parameter>command=ls -l</parameter>\n</function>", ls],
  ["name and arguments in tags", "<tool>Bash</tool>\n<args>\n<command>ls -l</command>\n</args>", ls],
  [
    "escaped signs in tags",
    "<function=Bash><parameter=command>a &amp;&amp; b &lt; c</parameter></function>",
    ["Bash", { command: "a && b < c" }],
  ],
  ["code", 'Bash(command="ls -l")', ls],
  ["code in a fence", '```python\nRead(file_path="/a", limit=5)\n```', ["Read", { file_path: "/a", limit: 5 }]],
  ["code with one value", "Bash('ls -l')", ls],
  ["code with an object", 'Bash({"command": "ls -l"})', ls],
  [
    "numbers and truth values as text",
    '{"name": "Read", "arguments": {"file_path": "/a", "limit": "5"}}',
    ["Read", { file_path: "/a", limit: 5 }],
  ],
  ["an argument in another spelling", '{"name": "Read", "arguments": {"filePath": "/a"}}', ["Read", { file_path: "/a" }]],
  ["another word for an argument", '{"name": "Read", "arguments": {"path": "/a"}}', ["Read", { file_path: "/a" }]],
  ["an argument that the tool does not know", '{"name": "Bash", "arguments": {"command": "ls -l", "description": "Lists"}}', ls],
  ["a line number below the first", '{"name": "Read", "arguments": {"file_path": "/a", "offset": 0}}', ["Read", { file_path: "/a" }]],
  [
    "an optional argument that is null",
    '{"name": "Read", "arguments": {"file_path": "/a", "offset": null}}',
    ["Read", { file_path: "/a" }],
  ],
];

for (const [name, written, call] of calls) {
  test(`${name}: a call, wherever it is cut, with words around it or not`, () => {
    assert.deepEqual(parse([written]), { words: "", calls: [call] });
    assert.deepEqual(parse(written.split("")), { words: "", calls: [call] });
    for (let cut = 1; cut < written.length; cut += 3)
      assert.deepEqual(parse([written.slice(0, cut), written.slice(cut)]).calls, [call], `cut at ${cut}`);
    const around = `Let me look.\n\n${written}\n\nThis shows { "name": "Read" } and more.`;
    for (const pieces of [[around], around.split("")]) {
      const { words, calls } = parse(pieces);
      // Before the tag of our own spelling words are exact, but for one line feed.
      assert.deepEqual({ words: words.trimEnd(), calls }, { words: "Let me look.", calls: [call] });
    }
  });
}

test("a command line in the name's place is one where nothing but a call can stand", () => {
  const written = '```json\n{"name": "kubectl get pods -n shop"}\n```';
  assert.deepEqual(parse([written]).calls, [["Bash", { command: "kubectl get pods -n shop" }]]);
  assert.deepEqual(parse([`It is called so:\n${written}`]), { words: `It is called so:\n${written}`, calls: [] });
});

test("several at once: the first one counts, and the list says how many more there were", () => {
  const one = (command: string): string => `{"name": "Bash", "arguments": {"command": "${command}"}}`;
  assert.deepEqual(parse([`${one("ls -l")}\n${one("rm -r /")}`]).calls, [ls]);
  assert.deepEqual(parse([`\`\`\`json\n${one("ls -l")}\n${one("rm")}\n\`\`\``]).calls, [ls]);
  const events = createOutputParser(tools).push(`[${one("ls -l")}, ${one("a")}, ${one("b")}]`);
  assert.deepEqual(events, [{ type: "call", call: { id: "", name: "Bash", input: { command: "ls -l" } }, dropped: 2 }]);
});

test("the tools' definitions said again are no words where a call comes after them, and no answer where none does", () => {
  const echo =
    '<tools>\n{"type": "function", "function": {"name": "Bash", "description": "Runs", "parameters": {"type": "object", "properties": {"command": {"type": "string"}}}}}\n</tools>';
  assert.deepEqual(parse(`${echo}\n\n<call>\n{"name": "bash", "arguments": {"command": "ls -l"}}\n</call>`.split("")), {
    words: "",
    calls: [ls],
  });
  assert.throws(() => parse([echo]), /definitions in place of a call/);
  const parser = createOutputParser(tools);
  assert.deepEqual(parser.push(echo), []);
  assert.throws(() => parser.push(echo), /definitions in place of a call/, "the second one is not waited for");
  assert.throws(() => parse([echo.slice(0, 150)]), /definitions in place of a call/);
});

const words: [name: string, written: string][] = [
  ["an object of something else", 'The file says:\n\n{"name": "web", "replicas": 2}\n\nThat is all.'],
  ["an object that holds a tool's name", 'The package is {"name": "bash", "version": "5.1"}, as you see.'],
  [
    "a fence of JSON",
    'Here it is:\n```json\n{\n  "name": "web",\n  "version": "1.0.0",\n  "scripts": {"test": "node --test"}\n}\n```\nAnd that is it.',
  ],
  ["a call of somebody else's tool, shown", 'An example:\n\n```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```\n'],
  [
    "a definition, shown",
    'I have this tool:\n{"type": "function", "function": {"name": "Bash", "description": "x", "parameters": {"type": "object", "properties": {}}}}',
  ],
  ["a command in a fence", "Run this:\n\n```bash\nkubectl get pods -n shop\n```\n\nThen look at it."],
  [
    "code in a fence",
    "```js\nfunction f() {\n  const call = { name: 'Bash', arguments: { command: 'ls' } };\n  return Read(call);\n}\n```\n",
  ],
  ["code with braces", "if (a < b) {\n  return {x: 1};\n}\n"],
  ["a sentence with a tool's name", "Read the file first.\nEdit it then.\nBash is a shell.\n"],
  ["signs", 'a < b, <b>bold</b>, {x}, [1, 2], `{"a": 1}`, `<tool>` and {{ .Values.name }}\n'],
  ["YAML", "```yaml\nname: Bash\nrun: |\n  {{ toYaml . }}\n```"],
  ["a fence of XML", "```xml\n<project>\n  <name>Bash</name>\n</project>\n```\n"],
  ["half an object at the end", 'It begins with {"name": "we'],
  ["half a fence at the end", "It begins with\n``"],
  ["a table", "| name | arguments |\n| --- | --- |\n| `Bash` | {command} |\n"],
];

for (const [name, written] of words) {
  test(`${name}: words, unchanged`, () => {
    for (const pieces of [[written], written.split(""), written.match(/[^]{1,7}/g) ?? []])
      assert.deepEqual(parse(pieces), { words: written, calls: [] });
  });
}

test("where words alone may come, a call's text is words; so it is without tools", () => {
  const [, written] = calls[0] ?? ["", ""];
  assert.deepEqual(parse(written.split(""), "words"), { words: written, calls: [] });
  assert.deepEqual(parse(written.split(""), "anything", []), { words: written, calls: [] });
});

test("where a call has to come, a block of shell lines is one", () => {
  const written = "To see the files:\n\n```bash\n$ ls -l\n```\nThis lists them.";
  for (const pieces of [[written], written.split("")]) assert.deepEqual(parse(pieces, "call"), { words: "To see the files:", calls: [ls] });
  assert.deepEqual(parse(["```sh\nls -l"], "call").calls, [ls]);
  assert.deepEqual(parse(["```bash\nls -l\n```"], "call", [read]).calls, []);
});

test("a call that cannot be made is refused with its fault", () => {
  const cases: [string, RegExp][] = [
    ['{"name": "Edit", "arguments": {"file_path": "/a", "new_string": "b"}}', /The model's call of Edit lacks old_string\./],
    ['```json\n{"name": "Bash", "arguments": {}}\n```', /call of Bash lacks command/],
    ['{"name": "Write", "arguments": {"file_path": "/a"}}', /called "Write", which is not one of the tools/],
    ['```json\n{"name": "Edit", "arguments": {"file_path": "/a", "new_string": "a" + b}}\n```', /call of Edit cannot be read/],
    ['Let me look:\n{"name": "Bash", "arguments": {"command": "ls', /in the middle of a tool call/],
    ["<function=Write>\n<parameter=file_path>/a</parameter>\n</function>", /called "Write"/],
    ["I edit:\n<function=Edit>\n<replace_all>\n</function>", /call of Edit cannot be read/],
    ["<tool_response>\nkind: Deployment\n</tool_response>", /wrote a tool's result in place of a call/],
    ["<tool_call>\nls -l\n</tool_call>", /opened a tool call and wrote none/],
  ];
  for (const [written, fault] of cases)
    for (const pieces of [[written], written.split("")])
      assert.throws(
        () => parse(pieces),
        (error: Error & { code?: string }) => error.code === "invalid-call" && fault.test(error.message),
        written,
      );
});

test("a call that the bound cut is never completed", () => {
  for (const written of [
    '{"name": "Bash", "arguments": {"command": "ls"',
    '<tool_call>\n{"name": "Bash", "arguments": {"command": "rm -r /tmp"}',
    "<function=Bash>\n<parameter=command>ls</parameter>",
  ]) {
    const parser = createOutputParser(tools);
    let found: readonly OutputEvent[] = [];
    try {
      found = [...parser.push(written), ...parser.end("max-tokens")];
    } catch (error) {
      assert.equal((error as { code?: string }).code, "invalid-call");
    }
    assert.ok(
      found.every(({ type }) => type !== "call"),
      written,
    );
  }
});

test("a call that repeats itself is cut while it comes", () => {
  const parser = createOutputParser(tools);
  const begin = (): void => {
    parser.push('{"name": "Bash", "arguments": {"command": "');
    for (let round = 0; round < 5000; round++) parser.push("echo a; ");
  };
  assert.throws(begin, /repeated itself within a tool call/);
});

test("words go out as they come: only what may be a call's beginning waits", () => {
  const parser = createOutputParser(tools);
  const say = (piece: string): string =>
    parser
      .push(piece)
      .map((event) => (event.type === "text" ? event.text : `[${event.type}]`))
      .join("");
  assert.equal(say("I see. "), "I see. ");
  assert.equal(say('{"na'), "");
  assert.equal(say('mespace": '), '{"namespace": ');
  assert.equal(say('"shop"}\n'), '"shop"}');
  assert.equal(say("```ba"), "\n".slice(0, 0));
  assert.equal(say("sh\nls"), "\n```bash\nls");
  assert.equal(say(" -l\n```\nRea"), " -l\n```");
  assert.equal(say("dy."), "\nReady.");
});

test("a million characters of words, of braces and of half tags are read in linear time", () => {
  for (const piece of ["word ", "{ ", "<tool ", "``` ", '{"a" ', "[ {", "<think"]) {
    const parser = createOutputParser(tools);
    let length = 0;
    for (let sent = 0; sent < 200_000; sent += piece.length)
      for (const event of parser.push(piece)) if (event.type === "text") length += event.text.length;
    for (const event of parser.end()) if (event.type === "text") length += event.text.length;
    assert.ok(length >= 199_990, `${JSON.stringify(piece)}: ${length} characters came out`);
  }
});
