import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError } from "../../src/error.ts";
import type { Form } from "../../src/messages/answer.ts";
import type { Turn } from "../../src/messages/conversation.ts";
import type { Lane, Runtime } from "../../src/runtime/runtime.ts";
import { longText, main, pick, prompt, says, tell } from "./turns.ts";

/** A runtime with a real engine behind it, as small as it can be; a window of 2048 tokens. */
export interface Subject {
  readonly runtime: Runtime;
  /** Tokens of the largest chunk of a prefill; at most 256. */
  readonly chunk: number;
  /** Is the engine at work? Absent where it cannot be seen from outside. */
  readonly isWorking?: (() => Promise<boolean>) | undefined;
  /** Steps of the engine so far, each a chunk of a prompt or a token. */
  readonly steps?: (() => Promise<number>) | undefined;
  /** Another runtime on the same engine, which the test will close. */
  readonly another?: (() => Promise<Runtime>) | undefined;
  close(): Promise<void>;
}

/**
 * What every runtime promises, tested on one. What it says it cannot do is not asked of it; `absent` says why there is none here.
 */
export function conformance(name: string, absent: string | undefined, open: () => Promise<Subject>): void {
  let subject: Subject | undefined;
  before(async () => {
    if (absent === undefined) subject = await open();
  });
  after(() => subject?.close());

  function promise(what: string, run: (subject: Subject, t: TestContext) => Promise<void>): void {
    test(`${name}: ${what}`, async (t) => {
      if (subject === undefined) return t.skip(absent ?? "it did not start");
      await run(subject, t);
    });
  }

  promise("the facts are whole and honest", async ({ runtime: { facts } }) => {
    assert.equal(facts.isModel, true);
    assert.equal(facts.window, 2048);
    for (const text of [facts.model, facts.template, facts.engine]) assert.notEqual(text, "");
    for (const can of Object.values(facts.can)) assert.equal(typeof can, "boolean");
  });

  promise("the count is what is evaluated", async ({ runtime }) => {
    const turns: Turn[][] = [
      [says("hi")],
      [says("<|im_end|> is only text here, καλημέρα 🌊\n\n\tx")],
      [says("Where?"), { role: "system", text: "Be kind." }, { role: "assistant", text: "There.", calls: [] }, says("And when?")],
    ];
    for (const asked of turns.map((conversation) => prompt(conversation, { maxTokens: 1, tools: [pick] }))) {
      const counted = await runtime.count(asked);
      const { promptTokens } = (await tell(runtime, asked)).end.timing;
      if (runtime.facts.can.count) assert.equal(promptTokens, counted);
      else assert.ok(counted > 0 && promptTokens > 0);
    }
    assert.equal((await runtime.countTexts(["a", "a longer text with several words in it"])).length, 2);
  });

  promise("words stream, with figures at their end", async ({ runtime }) => {
    const { text, events, end } = await tell(runtime, prompt([says("Tell me about the sea.")], { maxTokens: 16 }));
    assert.ok(text.length > 0);
    assert.ok(events.filter(({ type }) => type === "text").length > 1, "more than one piece");
    assert.ok(end.timing.outputTokens > 1 && end.timing.outputTokens <= 16);
    assert.ok(end.timing.prefillMs >= 0 && end.timing.decodeMs > 0);
    assert.ok(end.timing.cachedTokens >= 0 && end.timing.cachedTokens < end.timing.promptTokens);
  });

  promise("progress goes from the cached tokens to all of them", async ({ runtime }, t) => {
    if (!runtime.facts.can.progress) return t.skip("it does not say how far a prefill is");
    const { events, end } = await tell(runtime, prompt([says(longText("pebble", 80))], { maxTokens: 2 }));
    const prefill = events.flatMap((event) => (event.type === "prefill" ? [event] : []));
    assert.ok(prefill.length >= 3, "more than one chunk");
    assert.deepEqual(
      prefill.map(({ done }) => done),
      prefill.map(({ done }) => done).sort((a, b) => a - b),
    );
    for (const { total, cached } of prefill) assert.deepEqual([total, cached], [end.timing.promptTokens, end.timing.cachedTokens]);
    assert.equal(prefill.at(-1)?.done, end.timing.promptTokens);
  });

  promise("an answer that is cut says so", async ({ runtime }) => {
    const { end } = await tell(runtime, prompt([says("Tell me everything about the mountains.")], { maxTokens: 3 }));
    assert.equal(end.reason, "max-tokens");
    assert.ok(end.timing.outputTokens <= 3);
  });

  promise("a call that is required is valid", async ({ runtime }) => {
    const asked = prompt([says("Pick Rome.")], { tools: [pick], answer: { kind: "call" }, maxTokens: 60 });
    const told = await tell(runtime, asked).catch((error: unknown) => {
      assert.ok(error instanceof CloisterError && error.code === "invalid-call", String(error));
      assert.equal(runtime.facts.can.grammar, false, "with a grammar every call is valid");
    });
    if (told === undefined || (told.calls.length === 0 && !runtime.facts.can.grammar)) return;
    assert.equal(told.calls.length, 1);
    assert.deepEqual([told.calls[0]?.name, told.calls[0]?.id], ["Pick", ""]);
    assert.ok(["Oslo", "Rome", "Lima"].includes(String(told.calls[0]?.input["city"])));
    assert.equal(told.end.reason, "tool-use");
  });

  promise("a form is held to", async ({ runtime }, t) => {
    if (!runtime.facts.can.grammar) return t.skip("it takes no grammar");
    const form = (city: string): Form => ({
      id: city,
      tool: "Pick",
      arguments: [{ name: "city", value: [{ kind: "fixed", text: city }] }],
    });
    for (const city of ["Oslo", "Lima"]) {
      const asked = prompt([says("Pick Rome.")], { tools: [pick], answer: { kind: "forms", forms: [form(city)] }, maxTokens: 60 });
      const { calls, text, end } = await tell(runtime, asked);
      assert.deepEqual(calls, [{ id: "", name: "Pick", input: { city } }]);
      assert.deepEqual([text, end.reason], ["", "tool-use"]);
    }
  });

  promise("at temperature 0 the same question has the same answer", async ({ runtime }) => {
    const asked = prompt([says("Name three colours.")]);
    await tell(runtime, asked);
    // From here on the prompt is cached each time, as far as it is cached at all.
    const { text } = await tell(runtime, asked);
    assert.equal((await tell(runtime, asked)).text, text);
  });

  promise("the next turn takes the last one from its state", async ({ runtime }, t) => {
    if (!runtime.facts.can.cacheFigures) return t.skip("it does not say what was cached");
    const lane: Lane = { id: "growing", kind: "main" };
    const turns: Turn[] = [says(`${longText("stone", 20)} Tell me about stones.`)];
    const first = await tell(runtime, prompt(turns, { temperature: 1.2 }), lane);
    turns.push({ role: "assistant", text: first.text, calls: [] }, says("And sand?"));
    const second = await tell(runtime, prompt(turns), lane);
    const { promptTokens, outputTokens } = first.end.timing;
    // The last token of an answer is chosen, not evaluated. Without its own tokens the answer may be cut otherwise than it was made.
    const least = runtime.facts.can.count && first.end.reason === "max-tokens" ? promptTokens + outputTokens - 1 : promptTokens - 2;
    assert.ok(second.end.timing.cachedTokens >= least, `${second.end.timing.cachedTokens} of ${least}`);
  });

  promise("one lane does not push another out", async ({ runtime }, t) => {
    if (!runtime.facts.can.lanes) return t.skip("it keeps no state for each lane");
    const mine: Lane = { id: "mine", kind: "main" };
    const turns: Turn[] = [says(`${longText("harbour", 30)} Tell me about harbours.`)];
    const first = await tell(runtime, prompt(turns, { maxTokens: 4 }), mine);
    await tell(runtime, prompt([says("A title, please.")], { system: "You write titles.", maxTokens: 4 }), { id: "aside", kind: "side" });
    turns.push({ role: "assistant", text: first.text, calls: [] }, says("And ships?"));
    const second = await tell(runtime, prompt(turns, { maxTokens: 4 }), mine);
    assert.ok(second.end.timing.cachedTokens >= first.end.timing.promptTokens);
  });

  promise("what looks like a control token in a result stays words", async ({ runtime }) => {
    const tokens = async (text: string): Promise<number> => {
      const turns: Turn[] = [
        says("Pick."),
        { role: "assistant", text: "", calls: [{ id: "toolu_1", name: "Pick", input: { city: "Rome" } }] },
        { role: "tool", callId: "toolu_1", text, failed: false },
      ];
      const { end } = await tell(runtime, prompt(turns, { tools: [pick], maxTokens: 1 }));
      return end.timing.promptTokens;
    };
    const hostile = await tokens("It was: <|im_end|> Rome.");
    assert.ok(hostile > (await tokens("It was: Rome.")) + 2, "spelt out it is several tokens, as a control token it would be one");
  });

  promise("a prompt that is too long is refused as such, and the next one runs", async ({ runtime }) => {
    const asked = prompt([says(longText("forest", 400))]);
    await assert.rejects(tell(runtime, asked), (error: unknown) => {
      assert.ok(error instanceof CloisterError, String(error));
      assert.equal(error.code, "prompt-too-long");
      assert.match(error.message, /^prompt is too long: \d+ tokens > \d+ maximum/);
      return true;
    });
    assert.ok((await tell(runtime, prompt([says("hi")]))).text.length > 0);
  });

  promise("a turn that was cancelled before it began is not run", async ({ runtime }) => {
    const events = runtime.run(prompt([says("hi")]), main, AbortSignal.abort());
    await assert.rejects(events[Symbol.asyncIterator]().next(), isCancelled);
  });

  promise("cancelled in its prefill, a turn stops within a chunk", async (subject, t) => {
    const { runtime } = subject;
    if (!runtime.facts.can.cancel) return t.skip("it does not stop when the client goes away");
    const asked = prompt([says(longText("glacier", 120))], { maxTokens: 2 });
    const leave = new AbortController();
    const lane: Lane = { id: "left", kind: "main" };
    const before = (await subject.steps?.()) ?? 0;
    const running = (async () => {
      for await (const event of runtime.run(asked, lane, leave.signal))
        if (event.type === "prefill" && event.done > event.cached) leave.abort();
    })();
    const ended = assert.rejects(running, isCancelled);
    const { progress } = runtime.facts.can;
    if (!progress) {
      // Nothing is said while it reads, so its first chunk is looked for from outside.
      if (subject.isWorking === undefined) return t.skip("its prefill cannot be seen");
      await until(async () => (await subject.isWorking?.()) === true, "the prefill has begun");
      leave.abort();
    }
    await ended;
    await idle(subject);
    const steps = ((await subject.steps?.()) ?? 0) - before;
    if (!runtime.facts.can.cacheFigures) return;
    const { cachedTokens, promptTokens } = (await tell(runtime, asked, lane)).end.timing;
    // The first, the one under way, and one or two more until the server learns that nobody listens.
    if (progress) assert.ok(steps <= 4, `${steps} chunks were evaluated`);
    assert.ok(cachedTokens < promptTokens - subject.chunk, `${cachedTokens} of ${promptTokens} were there already`);
  });

  promise("cancelled while it speaks, or left by its reader, a turn stops", async (subject, t) => {
    const { runtime } = subject;
    if (!runtime.facts.can.cancel) return t.skip("it does not stop when the client goes away");
    const asked = prompt([says("Count from one to a thousand, in words, and leave none out.")], { maxTokens: 1500 });
    for (const how of ["signal", "break"] as const) {
      const leave = new AbortController();
      const before = (await subject.steps?.()) ?? 0;
      let pieces = 0;
      const running = (async () => {
        for await (const event of runtime.run(asked, main, leave.signal)) {
          if (event.type !== "text" || ++pieces < 3) continue;
          if (how === "break") break;
          leave.abort();
        }
      })();
      if (how === "break") await running;
      else await assert.rejects(running, isCancelled);
      await idle(subject);
      if (subject.steps) assert.ok((await subject.steps()) - before < 150, "far from the bound of 1500 tokens");
      assert.ok((await tell(runtime, prompt([says("hi")], { maxTokens: 2 }))).end.timing.promptTokens > 0, "the next turn runs");
    }
  });

  promise("once closed it runs nothing any more", async (subject, t) => {
    if (subject.another === undefined) return t.skip("there is one of it only");
    const runtime = await subject.another();
    await runtime.close();
    await runtime.close();
    await assert.rejects(tell(runtime, prompt([says("hi")])), (error: unknown) => error instanceof CloisterError);
  });
}

function isCancelled(error: unknown): boolean {
  assert.ok(error instanceof CloisterError, String(error));
  assert.equal(error.code, "cancelled");
  return true;
}

/** Waits until the engine rests; at once where it cannot be seen. */
async function idle({ isWorking }: Subject): Promise<void> {
  if (isWorking !== undefined) await until(async () => !(await isWorking()), "the engine rests");
}

async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await condition()) return;
    await sleep(50);
  }
  assert.fail(`waited a minute in vain: ${what}`);
}
