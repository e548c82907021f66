import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError } from "../error.ts";
import type { Tool, Turn } from "../messages/conversation.ts";
import { assembleMessage, type AnswerMessage, type StreamEvent } from "../messages/stream.ts";
import type { Prompt } from "../prompt/prompt.ts";
import type { SessionEvent } from "../record/events.ts";
import type { Runtime, RuntimeEvent } from "../runtime/runtime.ts";
import { messageStart } from "./answer-events.ts";
import { defaultLimits } from "./options.ts";
import { runTurn } from "./run-turn.ts";
import { watchSession } from "./session-watch.ts";

const edit: Tool = { name: "Edit", description: "", inputSchema: { type: "object", properties: {}, required: [] } };
const asked: Prompt = {
  system: "s",
  tools: [edit],
  turns: [{ role: "user", text: "mend it" }],
  answer: { kind: "anything" },
  maxTokens: 1000,
  temperature: 0,
};
const timing = { promptTokens: 50, cachedTokens: 20, outputTokens: 3, prefillMs: 4, decodeMs: 5 };
const prefill = { type: "prefill", done: 50, total: 50, cached: 20 } as const;
const end = (reason: "end-turn" | "tool-use" | "max-tokens" = "end-turn"): RuntimeEvent => ({ type: "end", reason, timing });
const says = (text: string): RuntimeEvent => ({ type: "text", text });
const calls = (command: string): RuntimeEvent => ({ type: "call", call: { id: "", name: "Edit", input: { command } } });
const fault = (): never => {
  throw new CloisterError("invalid-call", "The model's call of Edit lacks old_string.");
};

interface Turned {
  readonly message: AnswerMessage;
  readonly sent: readonly StreamEvent[];
  readonly prompts: readonly Prompt[];
  readonly record: readonly SessionEvent[];
  /** How many of the runtime's tries were stopped before they ended by themselves. */
  readonly stopped: number;
}

type Try = (signal: AbortSignal) => AsyncIterable<RuntimeEvent>;

/** One turn before a runtime that answers each try as it is told. */
async function turn(tries: readonly Try[], prompt: Prompt = asked, grammar = true): Promise<Turned> {
  const prompts: Prompt[] = [];
  const record: SessionEvent[] = [];
  const sent: StreamEvent[] = [];
  let stopped = 0;
  let ids = 0;
  const runtime: Runtime = {
    facts: {
      runtime: "openai",
      model: "tiny",
      isModel: true,
      window: 4096,
      template: "t",
      engine: "e",
      can: { grammar, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
    },
    count: () => Promise.resolve(50),
    countTexts: (texts) => Promise.resolve(texts.map((text) => text.length)),
    async *run(given, _lane, signal) {
      const answer = tries[prompts.length];
      prompts.push(given);
      let ended = false;
      try {
        if (answer === undefined) throw new Error("This try was not expected.");
        yield prefill;
        for await (const event of answer(signal)) {
          ended ||= event.type === "end";
          yield event;
        }
      } finally {
        if (!ended && signal.aborted) stopped++;
      }
    },
    close: () => Promise.resolve(),
  };
  const watch = watchSession((event) => record.push(event), Date.now);
  const context = { runtime, watch, limits: defaultLimits, newId: () => `${++ids}` };
  for await (const event of runTurn(1, prompt, { id: "main", kind: "main" }, context, new AbortController().signal)) sent.push(event);
  return { message: assembleMessage([messageStart("msg", "m"), ...sent]), sent, prompts, record, stopped };
}

async function* all(...events: RuntimeEvent[]): AsyncGenerator<RuntimeEvent> {
  for (const event of events) yield await Promise.resolve(event);
}

async function* endless(...events: RuntimeEvent[]): AsyncGenerator<RuntimeEvent> {
  for (let round = 0; round < 100_000; round++) for (const event of events) yield await Promise.resolve(event);
  throw new Error("Nobody stopped it.");
}

const acts = (record: readonly SessionEvent[]): string[] => record.flatMap((event) => (event.type === "guard" ? [event.what] : []));
const text = ({ content }: AnswerMessage): string => content.map((block) => (block.type === "text" ? block.text : "")).join("");

test("not a character of a thought is sent; the record counts it", async () => {
  const { message, sent, record } = await turn([
    () => all({ type: "thinking", text: "secret " }, { type: "thinking", text: "thought" }, says("Done."), end()),
  ]);
  assert.equal(text(message), "Done.");
  assert.ok(!JSON.stringify(sent).includes("secret") && !JSON.stringify(sent).includes("thinking"));
  const told = record.find((event) => event.type === "turn");
  assert.equal(told?.type === "turn" && told.thinkingCharacters, 14);
  assert.deepEqual(acts(record), []);
});

test("a thought that does not end is cut, the runtime stopped, and the answer asked for again", async () => {
  const { message, record, stopped, prompts } = await turn([
    () => endless({ type: "thinking", text: "hm, let me see. " }),
    () => all(calls("a"), end("tool-use")),
  ]);
  assert.equal(message.stop_reason, "tool_use");
  assert.deepEqual(acts(record), ["thought", "asked-again"]);
  assert.deepEqual([stopped, prompts.length], [1, 2]);
  const again = await turn([() => endless({ type: "thinking", text: "hm. " }), () => endless({ type: "thinking", text: "hm. " })]);
  assert.equal(again.message.stop_reason, "end_turn");
  assert.match(text(again.message), /A thought of more than 8000 characters was cut/);
});

test("a repetition is cut while it streams: the runtime stops, the words so far stand, the reason is said and recorded", async () => {
  const { message, record, stopped } = await turn([() => endless(says("Let me check the logs of the pod.\n"))]);
  assert.equal(message.stop_reason, "end_turn");
  assert.equal(stopped, 1);
  assert.deepEqual(acts(record), ["repetition"]);
  assert.ok(text(message).length < 3000, `${text(message).length} characters were sent`);
  assert.match(text(message), /\[cloister\] The answer repeated itself .*check the logs.* and was cut\.$/s);
  const told = record.find((event) => event.type === "turn");
  assert.ok(told?.type === "turn" && told.promptTokens === 50 && told.cachedTokens === 20 && told.outputTokens > 1000);
});

test("an answer that reaches its bound is recorded; one that a runtime lets run on is cut", async () => {
  const bound = await turn([() => all(says("a"), end("max-tokens"))]);
  assert.deepEqual([bound.message.stop_reason, acts(bound.record)], ["max_tokens", ["length"]]);
  let n = 0;
  async function* counting(): AsyncGenerator<RuntimeEvent> {
    for (; n < 1_000_000; n++) yield await Promise.resolve(says(`${n} `));
  }
  const runaway = await turn([counting], { ...asked, maxTokens: 100 });
  assert.deepEqual([runaway.message.stop_reason, acts(runaway.record), runaway.stopped], ["max_tokens", ["length"], 1]);
  assert.ok(text(runaway.message).length < 100 * 32 + 200);
});

test("a call that is not valid is asked for once more: with a grammar a call has to come", async () => {
  async function* broken(): AsyncGenerator<RuntimeEvent> {
    yield says("I edit.");
    await Promise.resolve();
    fault();
  }
  const { message, prompts, record } = await turn([broken, () => all(calls("a"), end("tool-use"))]);
  assert.deepEqual(
    message.content.map((block) => block.type),
    ["text", "tool_use"],
  );
  assert.deepEqual(prompts[1], { ...asked, answer: { kind: "call" } });
  const asks = record.filter((event) => event.type === "guard");
  assert.deepEqual(
    asks.map((event) => event.type === "guard" && [event.what, event.reason]),
    [["asked-again", "The model's call of Edit lacks old_string."]],
  );
});

test("without a grammar the model is told its fault, and roles keep alternating", async () => {
  const broken = (words: string) =>
    async function* (): AsyncGenerator<RuntimeEvent> {
      if (words !== "") yield says(words);
      await Promise.resolve();
      fault();
    };
  const told = "Your call of Edit lacks old_string. Answer with one call, whole.";
  const good: Try = () => all(calls("a"), end("tool-use"));
  const silent = await turn([broken(""), good], asked, false);
  assert.deepEqual(silent.prompts[1]?.turns, [{ role: "user", text: `mend it\n\n${told}` }]);
  const spoke = await turn([broken("I edit."), good], asked, false);
  assert.deepEqual(spoke.prompts[1]?.turns, [
    ...asked.turns,
    { role: "assistant", text: "I edit.", calls: [] },
    { role: "user", text: told },
  ]);
  const turns: Turn[] = [
    ...asked.turns,
    { role: "assistant", text: "", calls: [{ id: "1", name: "Edit", input: {} }] },
    { role: "tool", callId: "1", text: "x", failed: false },
  ];
  const later = await turn([broken(""), good], { ...asked, turns }, false);
  assert.deepEqual(later.prompts[1]?.turns.at(-1), { role: "user", text: told });
  assert.ok((later.prompts[1]?.temperature ?? 0) > 0, "the same question would have the same answer");
});

test("a second fault is the error that it was; other errors, and faults behind a call, are not asked again", async () => {
  async function* broken(): AsyncGenerator<RuntimeEvent> {
    yield await Promise.resolve(says("x"));
    fault();
  }
  await assert.rejects(turn([broken, broken]), { code: "invalid-call" });
  async function* lost(): AsyncGenerator<RuntimeEvent> {
    yield await Promise.resolve(says("x"));
    throw new CloisterError("engine-lost", "gone");
  }
  await assert.rejects(turn([lost]), { code: "engine-lost" });
  async function* late(): AsyncGenerator<RuntimeEvent> {
    yield await Promise.resolve(calls("a"));
    fault();
  }
  await assert.rejects(turn([late]), { code: "invalid-call" });
});

test("an empty answer is asked for again, and so are words where a call has to come and no grammar sees to it", async () => {
  const empty = await turn([() => all({ type: "thinking", text: "hm" }, end()), () => all(calls("a"), end("tool-use"))]);
  assert.deepEqual([empty.message.stop_reason, acts(empty.record)], ["tool_use", ["asked-again"]]);
  const demanded: Prompt = { ...asked, answer: { kind: "call" } };
  const words = await turn([() => all(says("Done."), end()), () => all(says("Really."), end())], demanded, false);
  assert.deepEqual([words.message.stop_reason, words.prompts.length], ["end_turn", 2]);
  const held = await turn([() => all(says("Done."), end())], demanded, true);
  assert.equal(held.prompts.length, 1);
});

test("the same call twice in one answer counts once; of several at once it is said that the first one counts", async () => {
  const { message, record } = await turn([() => all(calls("a"), calls("a"), calls("b"), end("tool-use"))]);
  assert.equal(message.content.filter((block) => block.type === "tool_use").length, 2);
  assert.deepEqual(acts(record), ["dropped-call"]);
  const several = await turn([() => all({ type: "call", call: { id: "", name: "Edit", input: {} }, dropped: 2 }, end("tool-use"))]);
  assert.match(JSON.stringify(several.record), /3 calls at once; the first one counts/);
});

test("a runtime that goes on behind its call is stopped, and the answer is whole", async () => {
  async function* silent(signal: AbortSignal): AsyncGenerator<RuntimeEvent> {
    yield calls("a");
    await sleep(60_000, undefined, { signal });
  }
  const { message, record, stopped } = await turn([silent]);
  assert.equal(message.stop_reason, "tool_use");
  assert.deepEqual([stopped, acts(record)], [1, ["after-call"]]);
});

/** `count` calls with their results; all the same where `vary` is not given. */
function worked(count: number, vary: (n: number) => string = () => "out"): readonly Turn[] {
  return Array.from({ length: count }, (_, n): Turn[] => [
    { role: "assistant", text: n === 0 ? "I look." : "", calls: [{ id: `${n}`, name: "Edit", input: { command: "a" } }] },
    { role: "tool", callId: `${n}`, text: `${vary(n)}\n\n[cloister] step ${n} comes next`, failed: false },
  ]).flat();
}

test("the fifth time in a row that a call has the same result, the turn ends with words that say so and the model is not asked", async () => {
  const { message, prompts, record } = await turn([], { ...asked, turns: [...asked.turns, ...worked(5)] });
  assert.equal(message.stop_reason, "end_turn");
  assert.match(text(message), /The same call was made 5 times in a row with the same result \(Edit \{"command":"a"\}\)/);
  assert.equal(prompts.length, 0);
  assert.deepEqual(acts(record), ["loop"]);
});

test("fewer, other results, a word of the user or the guide's forms are no loop", async () => {
  const go: readonly Try[] = [() => all(says("on"), end())];
  const histories: Partial<Prompt>[] = [
    { turns: [...asked.turns, ...worked(4)] },
    { turns: [...asked.turns, ...worked(6, (n) => `out ${n}`)] },
    { turns: [...asked.turns, ...worked(5), { role: "user", text: "go on" }] },
    { turns: [...asked.turns, ...worked(3), { role: "user", text: "go on" }, ...worked(3)] },
    { turns: [...asked.turns, ...worked(5)], answer: { kind: "words" } },
  ];
  for (const history of histories) assert.equal(text((await turn(go, { ...asked, ...history })).message), "on");
});
