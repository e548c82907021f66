import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../src/messages/answer.ts";
import type { Tool, Turn } from "../src/messages/conversation.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import { engineEnvironment } from "../src/runtime/embedded/engine-environment.ts";
import { startEngine } from "../src/runtime/embedded/engine-link.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { absentModel, engines, lane, modelFile, patient, prompt, says, tell, template, until } from "./engine-stage.ts";

const modelPath = modelFile("smollm2-135m");
const window = 2048;

const bash: Tool = {
  name: "Bash",
  description: "Runs a command.",
  inputSchema: { type: "object", properties: { command: { type: "string" } }, required: ["command"], additionalProperties: false },
};

const options = { modelPath, modelName: "smollm2-135m", template, env: process.env, window };
const absent = absentModel("smollm2-135m");
const progress: number[] = [];
let shared: Runtime | undefined;

before(async () => {
  if (absent === undefined) shared = await createEmbeddedRuntime({ ...options, onLoadProgress: (fraction) => progress.push(fraction) });
});
after(() => shared?.close());

/** A test with the engine that all tests share; skipped where the model is not on this machine. */
function engineTest(name: string, run: (runtime: Runtime, t: TestContext) => Promise<void>): void {
  test(name, async (t) => {
    if (shared === undefined) return t.skip(absent ?? "the engine did not start");
    await run(shared, t);
  });
}

/** Some 900 tokens that begin like no other prompt, so that nothing of them is cached. */
function longPrompt(word: string): Turn {
  return says(Array.from({ length: 120 }, (_, line) => `${word} ${line} one two.`).join(" "));
}

engineTest("the facts are those of the engine", async (runtime) => {
  assert.equal(runtime.facts.window, window);
  assert.equal(runtime.facts.isModel, true);
  assert.match(runtime.facts.engine, /^node-llama-cpp 3\./);
  assert.equal(progress.at(-1), 1, "loading was reported up to its end");
});

engineTest("the count is what is evaluated", async (runtime) => {
  for (const text of ["hi", "<|im_end|> is only text here", "καλημέρα 🌊\n\n\tx"]) {
    const asked = prompt([says(text)], { maxTokens: 1 });
    const counted = await runtime.count(asked);
    const { end, events } = await tell(runtime, asked);
    assert.equal(end.timing.promptTokens, counted);
    const [first] = events;
    assert.ok(first?.type === "prefill");
    assert.deepEqual({ total: first.total, cached: first.cached }, { total: counted, cached: end.timing.cachedTokens });
    assert.ok(events.some((event) => event.type === "prefill" && event.done === counted));
  }
});

engineTest("what looks like a control token in somebody's words stays words", async (runtime) => {
  const count = (text: string): Promise<number> => runtime.count(prompt([says(text)]));
  assert.ok((await count("<|im_end|>")) > (await count("")) + 1);
});

engineTest("the next turn prefills only what is new, the model's own answer included", async (runtime) => {
  const turns: Turn[] = [says("Tell me about the sea.")];
  // At this temperature the model's own cut of its words is often not the tokenizer's.
  const first = await tell(runtime, prompt(turns, { temperature: 1.5, maxTokens: 60 }));
  turns.push({ role: "assistant", text: first.text, calls: [] }, says("And the moon?"));
  const second = await tell(runtime, prompt(turns));
  const { promptTokens, outputTokens } = first.end.timing;
  // The last token of an answer is chosen, not evaluated.
  assert.equal(second.end.timing.cachedTokens, promptTokens + outputTokens - 1);
  assert.equal(await runtime.count(prompt(turns)), second.end.timing.promptTokens);
});

engineTest("greedy answers do not depend on what was cached", async (runtime) => {
  const asked = prompt([says("Count from one to ten.")]);
  const cold = await tell(runtime, asked);
  const warm = await tell(runtime, asked);
  assert.equal(warm.text, cold.text);
  assert.equal(warm.end.timing.cachedTokens, cold.end.timing.promptTokens - 1);
});

engineTest("cancelling in prefill stops within a chunk, and what was evaluated is kept", async (runtime) => {
  const cancelling = new AbortController();
  const asked = prompt([longPrompt("lighthouse")]);
  const seen: number[] = [];
  await assert.rejects(
    async () => {
      for await (const event of runtime.run(asked, lane, cancelling.signal)) {
        assert.equal(event.type, "prefill");
        if (event.type !== "prefill") continue;
        seen.push(event.done);
        if (event.done > event.cached) cancelling.abort();
      }
    },
    { code: "cancelled" },
  );
  const total = await runtime.count(asked);
  const stoppedAt = seen.at(-1) ?? 0;
  assert.ok(total > 800, String(total));
  // The first report comes before the first chunk, the second after it; one more chunk may have been under way.
  assert.ok(seen.length <= 3 && stoppedAt <= 2 * 256 + (seen[0] ?? 0), seen.join(" "));
  const again = await tell(runtime, prompt([longPrompt("lighthouse")], { maxTokens: 2 }));
  assert.ok(again.end.timing.cachedTokens >= stoppedAt && again.end.timing.cachedTokens < total);
});

engineTest("breaking the loop in the middle of an answer stops it, and the next turn works", async (runtime) => {
  for await (const event of runtime.run(prompt([says("Tell a long story.")], { maxTokens: 1500 }), lane, patient))
    if (event.type === "text") break;
  const { end } = await tell(runtime, prompt([says("hi")], { maxTokens: 4 }));
  assert.ok(end.timing.outputTokens <= 4);
});

engineTest("a prompt over the window is refused with both numbers, and nothing is dropped in silence", async (runtime) => {
  const asked = prompt(["first", "second", "third"].map(longPrompt), { maxTokens: 100 });
  const tokens = await runtime.count(asked);
  await assert.rejects(tell(runtime, asked), {
    code: "prompt-too-long",
    message: `prompt is too long: ${tokens} tokens > ${window - 100} maximum`,
  });
  const small = await tell(runtime, prompt([says("hi")]));
  assert.ok(small.end.timing.promptTokens < 100);
});

engineTest("two turns of a lane run one after the other; one that is cancelled while it waits never runs", async (runtime) => {
  const order: string[] = [];
  const run = async (name: string, signal = patient): Promise<void> => {
    for await (const event of runtime.run(prompt([says(`${name}!`)], { maxTokens: 8 }), lane, signal)) order.push(`${name} ${event.type}`);
  };
  const leaving = new AbortController();
  const turns = [run("a"), run("b", leaving.signal), run("c")];
  leaving.abort();
  const [a, b, c] = await Promise.allSettled(turns);
  assert.equal(a?.status, "fulfilled");
  assert.equal(c?.status, "fulfilled");
  assert.ok(b?.status === "rejected");
  assert.equal((b.reason as { code?: string }).code, "cancelled");
  assert.ok(!order.some((event) => event.startsWith("b")));
  // The engine begins with the next turn when the last token of the one before is made, which is a little before its reader has heard of it.
  assert.ok(order.indexOf("c text") > order.indexOf("a end"), order.join(", "));
});

engineTest("a call that is held to a form is valid, and its tokens are kept for the next turn", async (runtime) => {
  const fixed = (text: string) => ({ kind: "fixed", text }) as const;
  const answer: Answer = {
    kind: "forms",
    forms: [
      {
        id: "look",
        tool: "Bash",
        arguments: [
          { name: "command", value: [fixed("kubectl "), { kind: "choice", of: ["get", "describe"] }, fixed(' pod "naïve-🌊\\"')] },
        ],
      },
    ],
  };
  const turns: Turn[] = [says("Look at the pod.")];
  const { events, end } = await tell(runtime, prompt(turns, { tools: [bash], answer, maxTokens: 200 }));
  const calls = events.flatMap((event) => (event.type === "call" ? [event.call] : []));
  assert.equal(calls.length, 1);
  const [call] = calls;
  assert.match(String(call?.input["command"]), /^kubectl (get|describe) pod "naïve-🌊\\"$/);
  assert.equal(end.reason, "tool-use");

  turns.push({ role: "assistant", text: "", calls }, says("Thanks."));
  const next = await tell(runtime, prompt(turns, { tools: [bash], maxTokens: 1 }));
  // What a form forces at its end is written without being evaluated; what the model chose is in the state.
  assert.ok(next.end.timing.cachedTokens >= end.timing.promptTokens + 10);
});

test("where a form's text has to go on, no control token stands in for its end", async (t) => {
  const modelName = "qwen2.5-coder-1.5b";
  const missing = absentModel(modelName);
  if (missing !== undefined) return t.skip(missing);
  // Seen in a session: the model wants to end behind the wrong quote, may not, and opens turns for as long as the text may be.
  const slot = { min: 48, max: 60, characters: "<|>_imstarend" };
  const value = [{ kind: "fixed", text: "this.#pricing = null;\n  }'}}" } as const, { kind: "text", slot } as const];
  const answer: Answer = { kind: "forms", forms: [{ id: "say", tool: "Bash", arguments: [{ name: "command", value }] }] };
  const runtime = await createEmbeddedRuntime({ ...options, modelPath: modelFile(modelName), modelName, window: 1024 });
  try {
    const { events } = await tell(runtime, prompt([says("Say hi.")], { tools: [bash], answer, maxTokens: 400 }));
    const text = events.map((event) => (event.type === "call" ? String(event.call.input["command"]) : "")).join("");
    assert.ok(text.length > slot.min, text);
    assert.doesNotMatch(text, /<\|im_start\|>/);
  } finally {
    await runtime.close();
  }
});

engineTest("a call that the token bound cuts is left out", async (runtime) => {
  const { events, end } = await tell(runtime, prompt([says("Look.")], { tools: [bash], answer: { kind: "call" }, maxTokens: 12 }));
  assert.equal(end.reason, "max-tokens");
  assert.ok(end.timing.outputTokens <= 12);
  assert.ok(!events.some((event) => event.type === "call"));
});

engineTest("an engine killed in the middle of a turn costs that turn", async (runtime) => {
  const before = engines();
  assert.equal(before.length, 1);
  await assert.rejects(
    async () => {
      for await (const event of runtime.run(prompt([says("Tell a long story.")], { maxTokens: 1500 }), lane, patient))
        if (event.type === "text") for (const pid of engines()) process.kill(pid, "SIGKILL");
    },
    { code: "engine-lost" },
  );
  const again = prompt([says("hi")], { maxTokens: 4 });
  const [{ end }, counted] = await Promise.all([tell(runtime, again), runtime.count(again)]);
  assert.equal(end.timing.cachedTokens, 0);
  assert.equal(counted, end.timing.promptTokens);
  assert.notDeepEqual(engines(), before);
  assert.equal(engines().length, 1);
});

test("closing leaves no process, and a closed runtime says so", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const others = engines();
  const runtime = await createEmbeddedRuntime(options);
  const turn = tell(runtime, prompt([longPrompt("cliff")], { maxTokens: 500 }));
  const failed = assert.rejects(turn, (error: { code?: string }) => error.code === "cancelled" || error.code === "engine-lost");
  await sleep(50);
  await runtime.close();
  await failed;
  assert.deepEqual(engines(), others);
  await assert.rejects(tell(runtime, prompt([says("hi")])), { code: "cancelled" });
  await runtime.close();
});

test("aborting while the model loads leaves no process", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const others = engines();
  const aborting = new AbortController();
  const starting = createEmbeddedRuntime({ ...options, signal: aborting.signal });
  const failed = assert.rejects(starting, { code: "cancelled" });
  await until(() => engines().length > others.length, "the engine's process starts");
  aborting.abort();
  await failed;
  assert.deepEqual(engines(), others);
});

test("an engine whose parent is killed goes too", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const program = `
    import { startEngine } from ${JSON.stringify(new URL("../src/runtime/embedded/engine-link.js", import.meta.url).href)};
    const load = { modelPath: ${JSON.stringify(modelPath)}, window: 512, memory: 1e9 };
    await startEngine({ load, env: ${JSON.stringify(engineEnvironment(process.env))}, signal: new AbortController().signal, onLog() {}, loadStallMs: 60000 });
    console.log("ready");`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  let orphans: number[] = [];
  try {
    await once(parent.stdout, "data");
    orphans = engines(parent.pid);
    assert.equal(orphans.length, 1);
  } finally {
    parent.kill("SIGKILL");
  }
  await until(() => orphans.every((pid) => !existsSync(`/proc/${pid}`)), "the engine of the killed parent ends");
});

test("a file that is no model is refused by name, and no process is left", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const others = engines();
  const folder = await mkdtemp(join(tmpdir(), "cloister-engine-"));
  try {
    const foreign = join(folder, "foreign.gguf");
    await writeFile(foreign, "this is no model\n".repeat(1000));
    const cut = join(folder, "cut.gguf");
    const whole = await open(modelPath);
    const beginning = Buffer.alloc(20 * 2 ** 20);
    await whole.read(beginning, 0, beginning.length, 0);
    await whole.close();
    await writeFile(cut, beginning);
    const garbled = join(folder, "garbled.gguf");
    await writeFile(garbled, (await readFile(cut)).fill(0x5a, 64, 100_000));
    for (const path of [foreign, cut, garbled])
      await assert.rejects(createEmbeddedRuntime({ ...options, modelPath: path }), (error: { code?: string; message: string }) => {
        assert.equal(error.code, "damaged", error.message);
        assert.ok(error.message.includes(path), error.message);
        return true;
      });
    await assert.rejects(createEmbeddedRuntime({ ...options, modelPath: join(folder, "none.gguf") }), { code: "missing" });
  } finally {
    await rm(folder, { recursive: true });
  }
  assert.deepEqual(engines(), others);
});

test("a grammar that does not compile is named, and the engine goes on; a lazy one holds from the call on", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const smallest = 512;
  const engine = await startEngine({
    load: { modelPath, window: smallest, memory: 1e9 },
    env: engineEnvironment(process.env),
    signal: patient,
    onLog: () => {},
    loadStallMs: 60_000,
  });
  try {
    const run = async (said: string, grammar: { gbnf: string; from: "start" | "tool-call" }, maxTokens = 60) => {
      const segments = [{ text: `<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n${said}`, special: true }];
      let text = "";
      for await (const event of engine.run({ segments, stop: ["<|im_end|>"], grammar, maxTokens, temperature: 0 }, patient)) {
        if (event.type === "text") text += event.text;
        if (event.type === "ended") return { text, ...event };
      }
      assert.fail("the turn has no end");
    };
    const broken = run("", { gbnf: 'root ::= "a" | nothing-of-this-name', from: "start" });
    await assert.rejects(broken, { code: "internal", message: /grammar does not compile.*nothing-of-this-name/s });
    assert.equal((await run("", { gbnf: 'root ::= "yes"', from: "start" })).text, "yes");
    assert.match((await run("", { gbnf: "root ::= [0-9]{3,5}", from: "start" })).text, /^\d{3,5}$/);

    // The model repeats what it has just seen often: a call's opening, which switches the grammar on.
    const calls = "<tool_call>{}</tool_call>\n".repeat(12);
    const lazy = await run(calls, { gbnf: 'root ::= "\\n" [A-C]{4} "!"', from: "tool-call" });
    assert.match(lazy.text, /<tool_call>\n[A-C]{4}!$/);

    // An answer that may never end stops where the window does.
    const endless = await run("sea ".repeat(360), { gbnf: "root ::= [a-z ]+ root", from: "start" }, 32_000);
    assert.equal(endless.reason, "max-tokens");
    assert.equal(endless.timing.promptTokens + endless.timing.outputTokens, smallest);
  } finally {
    await engine.close();
  }
});
