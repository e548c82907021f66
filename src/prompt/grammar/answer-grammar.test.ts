import assert from "node:assert/strict";
import { test } from "node:test";
import type { Form, Piece } from "../../messages/answer.ts";
import type { Tool } from "../../messages/conversation.ts";
import { answerGrammar } from "./answer-grammar.ts";
import { parseClass, subtract, wireCharacter } from "./characters.ts";

/** What the grammars take is judged by the engine, in `e2e/grammar.test.ts`; here is what must hold before it sees them. */

const bash: Tool = {
  name: "Bash",
  description: "",
  inputSchema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
};

function withSchema(inputSchema: Tool["inputSchema"]): string {
  return answerGrammar({ kind: "call" }, [{ name: "T", description: "", inputSchema }])!.gbnf;
}

function form(...value: Piece[]): Form {
  return { id: "look", tool: "Bash", arguments: [{ name: "command", value }] };
}

/** Every rule that is used is written once, and none begins with itself. */
function checkRules(gbnf: string): void {
  const rules = new Map<string, string>();
  for (const line of gbnf.trimEnd().split("\n")) {
    const [, name = "", body = ""] = /^([A-Za-z0-9-]+) ::= (.+)$/.exec(line) ?? assert.fail(line);
    assert.ok(!rules.has(name), `${name} is written twice`);
    rules.set(name, body);
  }
  const first = new Map<string, string[]>();
  for (const [name, body] of rules) {
    const bare = body
      .replaceAll(/"(?:\\.|[^"\\])*"/g, '"')
      .replaceAll(/\[(?:\\.|[^\]\\])*\]/g, '"')
      .replaceAll(/\{[\d,]+\}/g, "");
    for (const used of bare.match(/[A-Za-z0-9-]+/g) ?? []) assert.ok(rules.has(used), `${used} is not written`);
    first.set(
      name,
      Array.from(bare.matchAll(/(?:^|[|(])\s*([A-Za-z0-9-]+)/g), ([, used]) => used ?? ""),
    );
  }
  for (const name of rules.keys()) {
    const seen = new Set<string>();
    const waiting = [...(first.get(name) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      assert.notEqual(next, name, `${name} begins with itself`);
      if (!seen.has(next)) waiting.push(...(first.get(next) ?? []));
      seen.add(next);
    }
  }
}

test("each kind of answer has its grammar, from where it holds", () => {
  assert.equal(answerGrammar({ kind: "anything" }, [bash])?.from, "tool-call");
  assert.match(answerGrammar({ kind: "anything" }, [bash])!.gbnf, /^root ::= "\\n" call "\\n<\/tool_call>"\n/);
  assert.match(answerGrammar({ kind: "call" }, [bash])!.gbnf, /^root ::= "<tool_call>" "\\n" call/);
  assert.equal(answerGrammar({ kind: "words" }, [bash])?.from, "start");
  assert.equal(answerGrammar({ kind: "said", text: "Done." }, [bash]), undefined);
  assert.equal(answerGrammar({ kind: "anything" }, []), undefined);
  for (const kind of ["anything", "call", "words"] as const) checkRules(answerGrammar({ kind }, [bash])!.gbnf);
});

test("a call that cannot be made is refused, not compiled to nothing", () => {
  assert.throws(() => answerGrammar({ kind: "call" }, []), { code: "bad-request" });
  assert.throws(() => answerGrammar({ kind: "forms", forms: [] }, [bash]), { code: "internal" });
  assert.throws(() => answerGrammar({ kind: "forms", forms: [form()] }, []), { code: "internal", message: /form look calls Bash/ });
  const nothing: Piece[][] = [
    [{ kind: "choice", of: [] }],
    [{ kind: "text", slot: { min: 3, max: 2 } }],
    [{ kind: "text", slot: { min: 1, max: 1, characters: "ab", except: ["a", "b"] } }],
  ];
  for (const pieces of nothing)
    assert.throws(() => answerGrammar({ kind: "forms", forms: [form(...pieces)] }, [bash]), { code: "internal", message: /leave nothing/ });
  // A form that cannot be said is left out where another one can.
  assert.ok(answerGrammar({ kind: "forms", forms: [form({ kind: "choice", of: [] }), form({ kind: "fixed", text: "ls" })] }, [bash]));
  const many = Array.from({ length: 600 }, (_, at) => `${at}`.padEnd(100, "x"));
  assert.throws(() => answerGrammar({ kind: "forms", forms: [form({ kind: "text", slot: { min: 1, max: 200, except: many } })] }, [bash]), {
    code: "too-large",
  });
});

test("references that lead back to themselves end, and no rule begins with itself", () => {
  const schemas: Tool["inputSchema"][] = [
    { $ref: "#" },
    { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
    { properties: { x: { $ref: "#/$defs/a" } }, $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }] } } },
    {
      properties: { x: { $ref: "#/$defs/a" } },
      $defs: {
        a: { anyOf: [{ type: "object", properties: { y: { $ref: "#/$defs/b" } } }, { $ref: "#/$defs/b" }] },
        b: { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }] },
      },
    },
    { properties: { x: { $ref: "#/$defs/a" } }, $defs: { a: { allOf: [{ $ref: "#/$defs/a" }], description: "itself" } } },
    { properties: { x: { $ref: "#/nowhere" }, y: { $ref: "other.json" }, z: { $ref: "#/%zz" } } },
    { properties: { x: { $ref: "#", minProperties: 1 } } },
  ];
  for (const schema of schemas) checkRules(withSchema(schema));
});

test("odd and hostile schemas are widened, not refused; huge ones stay small", () => {
  const wide = (depth: number): Tool["inputSchema"] =>
    depth === 0
      ? { type: "string" }
      : { type: "object", properties: Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`k${at}-${depth}`, wide(depth - 1)])) };
  const schemas: Tool["inputSchema"][] = [
    {},
    { type: "string" },
    {
      properties: {
        a: false,
        b: true,
        c: { type: "nonsense" },
        d: { enum: [] },
        e: { type: [] },
        "": {},
        'q"\n': { minLength: -1, maxLength: 1e9, type: "string" },
      },
    },
    { properties: { a: { type: "array", minItems: 1e9 }, b: { type: "array", maxItems: 1.5 }, c: { type: "integer", minimum: 1e300 } } },
    { required: ["a"], properties: { a: false } },
    { properties: { a: { oneOf: [] }, b: { allOf: [] }, c: { anyOf: [{ type: "string" }, { pattern: "^a" }] }, d: { not: {} } } },
    JSON.parse(
      '{"properties": {"__proto__": {"type": "null"}, "constructor": {"type": "null"}}, "required": ["toString"]}',
    ) as Tool["inputSchema"],
    { properties: { many: { enum: Array.from({ length: 3000 }, (_, at) => `value-${at}`) } } },
    wide(5),
  ];
  for (const schema of schemas) {
    const gbnf = withSchema(schema);
    checkRules(gbnf);
    assert.ok(gbnf.length < 400_000, `${gbnf.length} characters`);
  }
});

test("a line of thought comes before the call, bounded, and may not begin one", () => {
  const forms = [form({ kind: "fixed", text: "ls" })];
  const { gbnf } = answerGrammar({ kind: "forms", forms, thought: { min: 10, max: 80 } }, [bash])!;
  checkRules(gbnf);
  assert.match(gbnf, /^root ::= "Thought: " \S+ "\\n" "<tool_call>"/m);
  assert.doesNotMatch(gbnf.split("\n").find((line) => line.startsWith("thought-character")) ?? "", /\\x3C-/);
});

test("forms share their beginnings", () => {
  const forms = Array.from({ length: 300 }, (_, at) => form({ kind: "fixed", text: `kubectl --namespace shop logs deployment/web-${at}` }));
  const { gbnf } = answerGrammar({ kind: "forms", forms }, [bash])!;
  checkRules(gbnf);
  assert.equal(gbnf.split("kubectl").length - 1, 1);
  assert.ok(gbnf.length < 2000, `${gbnf.length} characters`);
});

test("a class is read as GBNF writes it", () => {
  assert.deepEqual(parseClass("A-Ca"), [
    [65, 67],
    [97, 97],
  ]);
  assert.deepEqual(parseClass("a-"), [
    [45, 45],
    [97, 97],
  ]);
  assert.deepEqual(parseClass("\\x41\\u00e9\\U0001F642\\n\\]\\\\"), [
    [10, 10],
    [65, 65],
    [92, 93],
    [0xe9, 0xe9],
    [0x1f642, 0x1f642],
  ]);
  assert.deepEqual(subtract(parseClass("a-z"), parseClass("^b-y")), [[98, 121]]);
  assert.throws(() => parseClass("z-a"), { code: "internal" });
  assert.equal(wireCharacter(parseClass('a-c"')), '([\\x61-\\x63] | "\\\\\\"")');
  assert.equal(wireCharacter([]), undefined);
});
