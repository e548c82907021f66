import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Answer, Form, Piece, TextSlot } from "../src/messages/answer.ts";
import type { Call, JsonObject, JsonValue, Tool } from "../src/messages/conversation.ts";
import { answerGrammar } from "../src/prompt/grammar/answer-grammar.ts";
import { Rules } from "../src/prompt/grammar/rules.ts";
import { compileSchema } from "../src/prompt/grammar/schema.ts";
import { createOutputParser } from "../src/prompt/output.ts";
import { spellCall, spellJson } from "../src/prompt/spelling.ts";
import { startGrammarEngines, type GrammarEngines } from "./grammar-engines.ts";
import { awkward, dice, randomSchema } from "./random-schema.ts";

/** What grammars are worth is judged by the engine that enforces them, with a real model, sampled hot. */

const modelPath = join(homedir(), ".local/share/cloister/models/smollm2-135m.gguf");
const missing = existsSync(modelPath) ? undefined : "needs a real model: cloister model pull smollm2-135m";

let engines: GrammarEngines;
before(async () => {
  if (missing === undefined) engines = await startGrammarEngines(modelPath, process.env);
});
after(() => {
  if (missing === undefined) engines.stop();
});

function skips(t: TestContext): boolean {
  if (missing !== undefined) t.skip(missing);
  return missing !== undefined;
}

/** Reads an answer in pieces of one character. */
function read(text: string, tools: readonly Tool[]): { words: string; calls: Call[] } {
  const parser = createOutputParser(tools);
  const events = [...text].flatMap((character) => parser.push(character)).concat(parser.end());
  return {
    words: events.map((event) => (event.type === "text" ? event.text : "")).join(""),
    calls: events.flatMap((event) => (event.type === "call" ? [event.call] : [])),
  };
}

test("500 random schemas: every generated call fits its schema", async (t) => {
  if (skips(t)) return;
  const wrong: string[] = [];
  let cut = 0;
  let tokens = 0;
  const opening = '<tool_call>\n{"name": "Tool", "arguments": ';
  await Promise.all(
    Array.from({ length: 500 }, async (_, seed) => {
      const inputSchema = randomSchema(dice(seed));
      const rules = new Rules();
      const gbnf = rules.gbnf(compileSchema(rules, "Tool", inputSchema));
      try {
        const said = await engines.say({ gbnf, after: opening, maxTokens: 400, seed });
        tokens += said.tokens;
        const fault = said.ended ? judge(`${opening}${said.text}}\n</tool_call>`, inputSchema) : undefined;
        if (!said.ended) cut++;
        if (fault !== undefined) wrong.push(`seed ${seed}: ${fault}\n  ${JSON.stringify(inputSchema)}\n  ${said.text}`);
      } catch (error) {
        wrong.push(`seed ${seed}: ${String(error)}\n  ${JSON.stringify(inputSchema)}`);
      }
    }),
  );
  t.diagnostic(`${tokens} tokens; ${cut} of 500 calls ran into the token limit`);
  assert.deepEqual(wrong, []);
  assert.ok(cut <= 10, `${cut} of 500 calls ran into the token limit`);
});

/** A second opinion, beside the parser's own judge; and the call must be spelled as it will be rendered. */
function judge(text: string, schema: JsonObject): string | undefined {
  const json = /^<tool_call>\n([^]*)\n<\/tool_call>$/.exec(text)?.[1];
  if (json === undefined) return "not a call";
  const call = JSON.parse(json) as { arguments: JsonObject };
  const options = { strict: false, addUsedSchema: false, logger: false } as const;
  const ajv = String(schema.$schema).includes("draft-07") ? new Ajv(options) : new Ajv2020(options);
  if (!ajv.validate(schema, call.arguments)) return ajv.errorsText();
  const [parsed] = read(text, [{ name: "Tool", description: "", inputSchema: schema }]).calls;
  if (parsed === undefined) return "the parser found no call";
  return spellCall(parsed) === text ? undefined : `would be rendered in another way: ${spellCall(parsed)}`;
}

const bash: Tool = {
  name: "Bash",
  description: "Runs a command",
  inputSchema: { type: "object", properties: { command: { type: "string" }, note: { type: "string" } }, required: ["command"] },
};

/** Every awkward character that a command may hold. */
const awkwardTexts = [...awkward, `sed -i 's|"a\\b"|é–🙂|' "$(ls)"\n\t# </tool_call> <tool_call>`, "\u0000\u001f\u007f\u2028"];

function form(id: string, ...value: Piece[]): Form {
  return { id, tool: "Bash", arguments: [{ name: "command", value }] };
}

test("a form's awkward characters come through the model and the parser as they went in", async (t) => {
  if (skips(t)) return;
  await Promise.all(
    awkwardTexts.map(async (text, seed) => {
      const forms = [form("fixed", { kind: "fixed", text }, { kind: "choice", of: [text, `${text}!`, "—"] }, { kind: "fixed", text: "." })];
      const answer: Answer = { kind: "forms", forms };
      const said = await engines.say({ gbnf: answerGrammar(answer, [bash])!.gbnf, after: "", maxTokens: 400, seed });
      assert.ok(said.ended, said.text);
      const [call] = read(said.text, [bash]).calls;
      assert.ok([text, `${text}!`, "—"].map((choice) => `${text}${choice}.`).includes(String(call?.input.command)), said.text);
      assert.equal(spellCall(call!), said.text);
    }),
  );
});

test("an excluded value never comes out, and everything else may", async (t) => {
  if (skips(t)) return;
  const slot: TextSlot = { min: 1, max: 3, characters: "12", except: ["1", "12", "121", "222"] };
  const gbnf = answerGrammar({ kind: "forms", forms: [form("slot", { kind: "text", slot })] }, [bash])!.gbnf;
  const after = '<tool_call>\n{"name": "Bash", "arguments": {"command": "';
  const call = (command: string): string => spellCall({ name: "Bash", input: { command } });

  const digits = ["1", "2"];
  const two = digits.flatMap((a) => digits.map((b) => a + b));
  const all = [...digits, ...two, ...two.flatMap((a) => digits.map((b) => a + b))];
  const expected = all.map((value) => !slot.except!.includes(value));
  assert.deepEqual(await engines.takes(gbnf, all.map(call)), expected);
  assert.deepEqual(await engines.takes(gbnf, ["", "3", "1111"].map(call)), [false, false, false]);

  // The same slot, said by a model: what stands before it is forced anyway, and not sampled.
  const root = gbnf.replace(/^root ::= .*$/m, `root ::= ${slotEntry(gbnf)} "\\""`);
  const values = await Promise.all(
    Array.from({ length: 100 }, async (_, seed) => (await engines.say({ gbnf: root, after, maxTokens: 12, seed })).text.replace(/"$/, "")),
  );
  assert.deepEqual(
    values.filter((value) => slot.except!.includes(value) || !all.includes(value)),
    [],
  );
  assert.ok(new Set(values).size > 3, `the model had a choice: ${[...new Set(values)].join(" ")}`);
});

/** The slot's entry is the last of its rules that is written. */
function slotEntry(gbnf: string): string {
  return Array.from(gbnf.matchAll(/^(slot(?:-\d+)?) ::=/gm), ([, name]) => name ?? "").at(-1) ?? "";
}

test("a slot's characters count after escaping, and its lengths in characters", async (t) => {
  if (skips(t)) return;
  const takes = async (slot: TextSlot, values: string[]): Promise<readonly boolean[]> => {
    const gbnf = answerGrammar({ kind: "forms", forms: [form("slot", { kind: "text", slot })] }, [bash])!.gbnf;
    return engines.takes(
      gbnf,
      values.map((command) => spellCall({ name: "Bash", input: { command } })),
    );
  };
  assert.deepEqual(await takes({ min: 2, max: 2 }, ['"\\', "🙂🙂", "é", "a\n", "a\t", "abc"]), [true, true, false, false, false, false]);
  assert.deepEqual(await takes({ min: 1, max: 3, characters: '"\\\\\\n\\]-' }, ['"', "\\", "\n", "]-]", "a"]), [
    true,
    true,
    true,
    true,
    false,
  ]);
  assert.deepEqual(await takes({ min: 1, max: 3, characters: "^|'" }, ["a", '"', "|", "'", "\n"]), [true, true, false, false, false]);
  assert.deepEqual(await takes({ min: 0, max: 3, except: ['a"', ""] }, ["", 'a"', "a", 'a""', 'b"']), [false, false, true, true, true]);
});

test("hundreds of forms are one small grammar, and only they are taken", async (t) => {
  if (skips(t)) return;
  const names = Array.from({ length: 20 }, (_, at) => `web-${at}`);
  const verbs = ["describe pod", "logs", "get -o yaml pod", "logs --previous"];
  const forms = names.flatMap((name) =>
    verbs.flatMap((verb) =>
      ["shop", "shop-2", "media"].map((space) => form(`${verb}:${name}`, { kind: "fixed", text: `kubectl ${verb} ${name} -n ${space}` })),
    ),
  );
  const gbnf = answerGrammar({ kind: "forms", forms }, [bash])!.gbnf;
  assert.ok(forms.length === 240 && gbnf.length < 6000, `${gbnf.length} characters`);
  const commands = [
    "kubectl logs web-3 -n shop",
    "kubectl logs web-3 -n shop-2",
    "kubectl logs web-33 -n shop",
    "kubectl logs web-3 -n sho",
  ];
  const calls = commands.map((command) => spellCall({ name: "Bash", input: { command } }));
  assert.deepEqual(await engines.takes(gbnf, calls), [true, true, false, false]);
  const said = await engines.say({ gbnf, after: "", maxTokens: 100, seed: 1 });
  assert.ok(said.ended);
  assert.match(
    String(read(said.text, [bash]).calls[0]?.input.command),
    /^kubectl (?:describe pod|logs|get -o yaml pod|logs --previous) web-\d+ -n /,
  );
});

test("a required call is a call of one of the tools; words hold no call", async (t) => {
  if (skips(t)) return;
  const small: Tool = {
    name: "Look",
    description: "",
    inputSchema: { type: "object", properties: { at: { enum: ["a", "b"] } }, required: ["at"] },
  };
  const count: Tool = {
    name: "Count",
    description: "",
    inputSchema: { type: "object", properties: { to: { type: "integer", maximum: 9 } } },
  };
  const tools = [small, count];
  for (let seed = 0; seed < 4; seed++) {
    const said = await engines.say({ gbnf: answerGrammar({ kind: "call" }, tools)!.gbnf, after: "", maxTokens: 120, seed });
    assert.ok(said.ended);
    assert.equal(read(said.text, tools).calls.length, 1, said.text);
    const opened = await engines.say({
      gbnf: answerGrammar({ kind: "anything" }, tools)!.gbnf,
      after: "<tool_call>",
      maxTokens: 120,
      seed,
    });
    assert.equal(read(`I look.\n<tool_call>${opened.text}`, tools).calls.length, 1, opened.text);
  }
  const words = answerGrammar({ kind: "words" }, tools)!.gbnf;
  const texts = ["Done.", "a <tool", "a <<tool_call", "<to<tool_cal", "", " a", "a <tool_call>", "<<tool_call> b", "<tool_<tool_call>"];
  assert.deepEqual(await engines.takes(words, texts), [true, true, true, true, false, false, false, false, false]);
});

test("what a schema allows can be said, what it forbids cannot", async (t) => {
  if (skips(t)) return;
  const cases: { schema: JsonObject; said: JsonValue[]; unsaid: JsonValue[] }[] = [
    {
      schema: { properties: { a: { type: "integer" }, b: { type: "string" }, c: { type: "null" } }, required: ["b"] },
      said: [{ b: "" }, { a: 1, b: "x" }, { b: "x", c: null }, { a: -5, b: '\u0007\ud83d\ude00\\"', c: null }],
      unsaid: [{}, { a: 1 }, { b: 1 }, { b: "x", d: 1 }],
    },
    {
      schema: { properties: { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } } },
      said: [{}, { a: 1 }, { b: 2 }, { c: 3 }, { a: 1, c: 3 }, { b: 2, c: 3 }, { a: 1, b: 2, c: 3 }],
      unsaid: [{ c: 3, a: 1 }],
    },
    {
      schema: { properties: { n: { type: "integer", minimum: -12, maximum: 1050 } }, required: ["n"] },
      said: [-12, -9, 0, 7, 10, 99, 999, 1000, 1050].map((n) => ({ n })),
      unsaid: [-13, -20, 1051, 1100, 2000, 1.5].map((n) => ({ n })),
    },
    {
      schema: { properties: { n: { type: "number", minimum: -1.5, maximum: 2.25 } }, required: ["n"] },
      said: [-1, -0.5, 0, 0.000001, 1.999999, 2].map((n) => ({ n })),
      unsaid: [-2, -1.75, 2.5, 3, 10].map((n) => ({ n })),
    },
    {
      schema: { properties: { free: {}, map: { type: "object", additionalProperties: { type: "integer" } } } },
      said: [{ free: { ü: [1.25, null, { a: "b" }] } }, { free: [] }, { map: { x: 1, "y z": 2 } }, { map: {} }],
      unsaid: [{ map: { x: "1" } }],
    },
    {
      schema: { properties: { list: { type: "array", items: { enum: ["a", "ab"] }, minItems: 1, maxItems: 3 } }, required: ["list"] },
      said: [["a"], ["ab", "a"], ["a", "a", "ab"]].map((list) => ({ list })),
      unsaid: [[], ["a", "a", "a", "a"], ["b"]].map((list) => ({ list })),
    },
  ];
  for (const { schema, said, unsaid } of cases) {
    const rules = new Rules();
    const gbnf = rules.gbnf(compileSchema(rules, "Tool", schema));
    const taken = await engines.takes(gbnf, [...said, ...unsaid].map(spellJson));
    const wrong = [...said, ...unsaid].filter((_, at) => taken[at] !== at < said.length);
    assert.deepEqual(wrong, [], gbnf);
  }
});

test("the engine takes every grammar that is compiled: references that lead back, hostile bounds, huge schemas", async (t) => {
  if (skips(t)) return;
  const wide = (depth: number): JsonObject => {
    if (depth === 0) return { type: "string", maxLength: 900 };
    return { type: "object", properties: Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`k${at}-${depth}`, wide(depth - 1)])) };
  };
  const schemas: JsonObject[] = [
    { $ref: "#" },
    { properties: { x: { $ref: "#/$defs/a" } }, $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }] } } },
    {
      properties: { x: { $ref: "#/$defs/a" } },
      $defs: {
        a: { anyOf: [{ type: "object", properties: { y: { $ref: "#/$defs/b" } } }, { $ref: "#/$defs/b" }] },
        b: { anyOf: [{ $ref: "#/$defs/a" }, { type: "null" }] },
      },
    },
    { properties: { a: { type: "array", minItems: 1e9 }, b: { type: "array", maxItems: 1.5 }, c: { type: "string", minLength: 1e9 } } },
    { properties: { many: { enum: Array.from({ length: 2000 }, (_, at) => `value-${at}`) } } },
    { properties: { long: { type: "string", maxLength: 1000 }, list: { type: "array", maxItems: 1000, items: { type: "number" } } } },
    wide(4),
  ];
  for (const inputSchema of schemas) {
    const { gbnf } = answerGrammar({ kind: "call" }, [{ ...bash, inputSchema }])!;
    assert.deepEqual(await engines.takes(gbnf, [spellCall({ name: "Bash", input: {} }), "no call"]), [true, false], gbnf.slice(0, 2000));
  }
  const slot: TextSlot = { min: 1, max: 2000, except: ["a", "a longer value"] };
  const gbnf = answerGrammar({ kind: "forms", forms: [form("long", { kind: "text", slot })] }, [bash])!.gbnf;
  const calls = ["a", "ab", "x".repeat(2000), "x".repeat(2001)].map((command) => spellCall({ name: "Bash", input: { command } }));
  assert.deepEqual(await engines.takes(gbnf, calls), [false, true, true, false]);
});
