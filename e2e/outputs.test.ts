import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../src/error.ts";
import type { Call, JsonObject, Tool } from "../src/messages/conversation.ts";
import { findFault } from "../src/prompt/arguments.ts";
import { createOutputParser, type OutputEvent } from "../src/prompt/output.ts";
import { spellCall } from "../src/prompt/spelling.ts";

/**
 * What three small models wrote when they were offered tools and nothing held them to a form (`bench/record-outputs.ts`), each with what it is: the
 * call that it means, `again` where it means one that cannot be made (a tool that is not there, arguments that are missing or cannot be read, the
 * tools' definitions or results), `cut` where the bound has cut it, `words` where it means none. Labels were proposed by the parser and by a strict JSON
 * reader that knows nothing of it; wherever the two differ, and wherever there is no call, somebody has read the output and decided.
 */
interface Output {
  readonly model: string;
  readonly task: string;
  /** How the tools were shown: `ours`, the model's `own` template, as `code`, in `tags`, `listed` as JSON in the system prompt. */
  readonly shown: string;
  readonly end: "stop" | "max-tokens";
  readonly text: string;
  /** Held to a call by its grammar, as an answer is that is asked for again. */
  readonly grammar?: boolean;
  readonly right: "again" | "cut" | "words" | { readonly name: string; readonly input: JsonObject };
}

const folder = resolve(import.meta.dirname, "../../e2e/outputs");
const tools = JSON.parse(await readFile(join(folder, "tools.json"), "utf8")) as readonly Tool[];
const outputs = (await readFile(join(folder, "outputs.ndjson"), "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Output);
const models = [...new Set(outputs.map(({ model }) => model))].sort();
const free = outputs.filter(({ grammar }) => grammar !== true);

type Read = { readonly is: "again" } | { readonly is: "words"; readonly words: string } | { readonly is: "call"; readonly call: Call };

function read({ text, end }: Output, pieces: readonly string[]): Read {
  const parser = createOutputParser(tools);
  const events: OutputEvent[] = [];
  try {
    for (const piece of pieces) events.push(...parser.push(piece));
    events.push(...parser.end(end));
  } catch (error) {
    assert.ok(error instanceof CloisterError && error.code === "invalid-call", text);
    return { is: "again" };
  }
  const calls = events.flatMap((event) => (event.type === "call" ? [event.call] : []));
  assert.ok(calls.length <= 1, "one call an answer");
  const words = events.map((event) => (event.type === "text" ? event.text : "")).join("");
  return calls[0] === undefined ? { is: "words", words } : { is: "call", call: calls[0] };
}

const isRight = ({ right }: Output, found: Read): boolean =>
  typeof right === "string"
    ? found.is === (right === "cut" ? "words" : right)
    : found.is === "call" && found.call.name === right.name && JSON.stringify(found.call.input) === JSON.stringify(right.input);

test("there are enough of them: three models, 200 outputs with a call that can be made", () => {
  assert.equal(models.length, 3);
  const calls = free.filter(({ right }) => typeof right !== "string");
  assert.ok(calls.length >= 200, `${calls.length} outputs with a call`);
});

for (const model of models) {
  test(`${model}: at least 95 % of the calls are found, and are the right ones`, (t) => {
    const calls = free.filter((output) => output.model === model && typeof output.right !== "string");
    const wrong = calls.filter((output) => !isRight(output, read(output, [output.text])));
    const share = (calls.length - wrong.length) / calls.length;
    t.diagnostic(`${model}: ${calls.length - wrong.length} of ${calls.length} calls (${(100 * share).toFixed(1)} %)`);
    assert.ok(share >= 0.95, JSON.stringify(wrong, null, 1));
  });

  test(`${model}: no call is invented where none can be made`, () => {
    for (const output of free.filter((each) => each.model === model && typeof each.right === "string")) {
      const found = read(output, [output.text]);
      assert.notEqual(found.is, "call", output.text);
      assert.ok(isRight(output, found), output.text);
      if (output.right === "words") assert.equal(found.is === "words" && found.words.trim(), output.text.trim());
      if (output.right === "cut") assert.ok(found.is === "words" && output.text.startsWith(found.words));
    }
  });
}

test("every call that is let through is valid against its schema, and an output is read alike however it is cut", () => {
  for (const output of outputs) {
    const whole = read(output, [output.text]);
    if (whole.is === "call") {
      const tool = tools.find(({ name }) => name === whole.call.name);
      assert.ok(tool !== undefined && findFault(tool, whole.call.input) === undefined, output.text);
    }
    for (const size of [1, 3, 7]) {
      const pieces = output.text.match(new RegExp(`[^]{1,${size}}`, "gu")) ?? [];
      assert.deepEqual(read(output, pieces), whole, `in pieces of ${size}: ${output.text}`);
    }
  }
});

test("under the grammar every answer is a valid call, as it was written", (t) => {
  const held = outputs.filter(({ grammar }) => grammar === true);
  assert.ok(held.length >= 60, `${held.length} outputs under the grammar`);
  const whole = held.filter(({ end }) => end === "stop");
  for (const output of whole) {
    const found = read(output, [output.text]);
    assert.ok(found.is === "call", output.text);
    assert.equal(spellCall(found.call), output.text);
  }
  for (const output of held.filter(({ end }) => end === "max-tokens"))
    assert.deepEqual(read(output, [output.text]), { is: "words", words: "" });
  t.diagnostic(
    `${whole.length} of ${whole.length} calls under the grammar are valid; ${held.length - whole.length} more were cut by the bound`,
  );
});
