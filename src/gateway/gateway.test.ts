import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call, Turn } from "../messages/conversation.ts";
import type { AnswerMessage } from "../messages/stream.ts";
import { dietOf } from "../prompt/diet.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { SessionEvent } from "../record/events.ts";
import type { Guide } from "../runbook/guidance.ts";
import type { Runtime, RuntimeEvent } from "../runtime/runtime.ts";
import { createGateway, type Gateway } from "./gateway.ts";

const bash = { name: "Bash", input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] } };
const timing = { promptTokens: 50, cachedTokens: 20, outputTokens: 3, prefillMs: 4, decodeMs: 5 };

/** Calls `echo` until it has two results; its clock goes on by 10 ms whenever it is read. */
function session(
  guide: Guide | undefined,
  grammar = true,
): { gateway: Gateway; prompts: Prompt[]; events: SessionEvent[]; runtime: Runtime } {
  const prompts: Prompt[] = [];
  const events: SessionEvent[] = [];
  let clock = 0;
  let ids = 0;
  const runtime: Runtime = {
    facts: {
      runtime: "embedded",
      model: "tiny",
      isModel: true,
      window: 4096,
      template: "t",
      engine: "e",
      can: { grammar, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
    },
    count: () => Promise.resolve(50),
    countTexts: (texts) => Promise.resolve(texts.map(() => 10)),
    async *run(prompt): AsyncGenerator<RuntimeEvent> {
      prompts.push(prompt);
      yield { type: "prefill", done: 20, total: 50, cached: 20 };
      yield { type: "text", text: "I try." };
      yield { type: "call", call: { id: "", name: "Bash", input: { command: "echo" } } };
      yield { type: "end", reason: "tool-use", timing };
    },
    close: () => Promise.resolve(),
  };
  const gateway = createGateway({
    runtime,
    token: "t",
    diet: dietOf("incident", "You mend."),
    guide,
    observe: (event) => events.push(event),
    now: () => (clock += 10),
    newId: () => `${++ids}`,
  });
  return { gateway, prompts, events, runtime };
}

async function send(gateway: Gateway, messages: readonly object[], more: object = {}): Promise<AnswerMessage> {
  const body = JSON.stringify({ model: "m", max_tokens: 100, messages, tools: [bash], ...more });
  const response = await gateway.fetch(
    new Request("http://localhost/v1/messages", { method: "POST", headers: { "x-api-key": "t" }, body }),
  );
  assert.equal(response.status, 200);
  return (await response.json()) as AnswerMessage;
}

const guide: Guide = ({ turns }) => {
  const results = turns.filter((turn): turn is Turn & { role: "tool" } => turn.role === "tool");
  return {
    opening: "Work step by step.",
    notes: new Map(results.map((result, index) => [result.callId, `step ${index + 1} is done`])),
    answer: results.length < 2 ? { kind: "forms", forms: [{ id: "f", tool: "Bash", arguments: [] }] } : { kind: "said", text: "Closed." },
    step: { id: `s${Math.min(results.length, 1)}`, title: "t", index: 1, of: 2 },
  };
};

test("a guided session: notes in the prompt, forms to the runtime, the end said without the model, each thing told once", async () => {
  const { gateway, prompts, events } = session(guide);
  const messages: object[] = [{ role: "user", content: "fix" }];
  for (const expected of ["tool_use", "tool_use", "end_turn"]) {
    const answer = await send(gateway, messages);
    // As a client that retries would: nothing may be told twice.
    if (expected === "tool_use") await send(gateway, messages);
    assert.equal(answer.stop_reason, expected);
    messages.push({ role: "assistant", content: answer.content });
    const calls = answer.content.filter((block) => block.type === "tool_use");
    if (calls.length > 0)
      messages.push({ role: "user", content: calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "out" })) });
    else assert.deepEqual(answer.content, [{ type: "text", text: "Closed." }]);
  }
  assert.equal(prompts.length, 4, "the model was asked for two turns, each twice");
  const last = prompts.at(-1);
  assert.equal(last?.system, "You mend.");
  assert.equal(last?.answer.kind, "forms");
  assert.deepEqual(
    last?.turns.map((turn) => turn.text),
    ["fix\n\n[cloister] Work step by step.", "I try.", "out\n\n[cloister] step 1 is done"],
  );
  const told = (type: SessionEvent["type"]): SessionEvent[] => events.filter((event) => event.type === type);
  assert.equal(told("note").length, 2);
  assert.deepEqual(
    told("step").map((event) => event.type === "step" && event.id),
    ["s0", "s1"],
  );
  const results = told("result");
  assert.equal(results.length, 2);
  assert.ok(results.every((event) => event.type === "result" && event.text === "out" && event.ms > 0));
  const turns = told("turn");
  assert.deepEqual(
    turns.map((event) => event.type === "turn" && event.byModel),
    [true, true, true, true, false],
  );
  assert.deepEqual(told("said").at(-1), { type: "said", at: told("said").at(-1)?.at, text: "Closed." });
});

test("a runtime without a grammar gets a call in place of forms", async () => {
  const { gateway, prompts } = session(guide, false);
  await send(gateway, [{ role: "user", content: "fix" }]);
  assert.deepEqual(prompts[0]?.answer, { kind: "call" });
});

test("a request without tools is no turn of the work: no guide, words only", async () => {
  const { gateway, prompts } = session(guide);
  await send(gateway, [{ role: "user", content: "sum up" }], { tools: [] });
  assert.deepEqual(prompts[0]?.answer, { kind: "words" });
  assert.equal(prompts[0]?.turns[0]?.text, "sum up");
});

test("side requests never reach the model or the record", async () => {
  const { gateway, prompts, events } = session(guide);
  const schema = { type: "object", properties: { title: { type: "string" } } };
  const title = await send(gateway, [{ role: "user", content: "fix it" }], {
    tools: [],
    output_config: { format: { type: "json_schema", schema } },
  });
  assert.deepEqual(title.content, [{ type: "text", text: '{"title":"Fix it"}' }]);
  const probe = await send(gateway, [{ role: "user", content: "quota" }], { max_tokens: 1 });
  assert.equal(probe.stop_reason, "max_tokens");
  assert.equal(probe.usage.input_tokens, 50);
  assert.deepEqual([prompts, events], [[], []]);
});

test("two requests of a conversation are run one after the other", async () => {
  const { gateway, runtime } = session(undefined);
  let inside = 0;
  let most = 0;
  const run = runtime.run;
  runtime.run = async function* (prompt, lane, signal) {
    most = Math.max(most, ++inside);
    try {
      for await (const event of run(prompt, lane, signal)) {
        await new Promise((resolve) => setImmediate(resolve));
        yield event;
      }
    } finally {
      inside--;
    }
  };
  const answers = await Promise.all([1, 2, 3].map(() => send(gateway, [{ role: "user", content: "x" }])));
  assert.equal(most, 1);
  const ids = answers.flatMap((answer) => answer.content).flatMap((block) => ("id" in block ? [(block as Call).id] : []));
  assert.equal(new Set(ids).size, 3, "ids are never the same twice");
  await gateway.close();
});

test("turns that may make a call have the session's temperature, others the client's", async () => {
  const { gateway, prompts } = session(undefined);
  await send(gateway, [{ role: "user", content: "x" }], { temperature: 0.7 });
  await send(gateway, [{ role: "user", content: "x" }], { temperature: 0.7, tools: [] });
  await send(gateway, [{ role: "user", content: "x" }], { tools: [] });
  assert.deepEqual(
    prompts.map((prompt) => prompt.temperature),
    [0, 0.7, 0],
  );
});
