import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Turn } from "../src/messages/conversation.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import type { Lane, Runtime } from "../src/runtime/runtime.ts";
import { absentModel, modelFile, patient, prompt, says, tell, template } from "./engine-stage.ts";

const model = "smollm2-135m";
const absent = absentModel(model);
const options = { modelPath: modelFile(model), modelName: model, template, env: process.env, window: 1024, threads: 1 };
const side: Lane = { id: "aside", kind: "side" };
const log: string[] = [];
let runtime: Runtime | undefined;

before(async () => {
  if (absent === undefined) runtime = await createEmbeddedRuntime({ ...options, lanes: 2, onLog: (line) => log.push(line) });
});
after(() => runtime?.close());

function long(word: string, lines: number): Turn {
  return says(Array.from({ length: lines }, (_, line) => `${word} ${line} one two.`).join(" "));
}

test("the facts and the log say that there are lanes", (t) => {
  if (runtime === undefined) return t.skip(absent ?? "the engine did not start");
  assert.deepEqual([runtime.facts.can.lanes, runtime.facts.can.store], [true, false]);
  assert.ok(
    log.some((line) => /^lanes in memory: 2, each \d+ MB/.test(line)),
    log.join("\n"),
  );
});

test("a question aside during a turn of the main lane costs the main lane's next turn no token", async (t) => {
  if (runtime === undefined) return t.skip(absent ?? "the engine did not start");
  const running = runtime;
  const turns: Turn[] = [long("harbour", 60)];
  const order: string[] = [];
  const asked = prompt(turns, { maxTokens: 40 });
  const aside = (async () => {
    // Asked while the main lane reads its prompt.
    const { end } = await tell(running, prompt([says("A title?")], { system: "You name things.", maxTokens: 4 }), patient, side);
    order.push("aside");
    return end.timing;
  })();
  const first = await tell(running, asked);
  order.push("main");
  assert.equal((await aside).cachedTokens, 0);
  assert.deepEqual(order, ["aside", "main"], "it did not wait for the end of the main lane's turn");

  turns.push({ role: "assistant", text: first.text, calls: [] }, says("And then?"));
  const next = await tell(running, prompt(turns, { maxTokens: 2 }));
  assert.equal(next.end.timing.cachedTokens, first.end.timing.promptTokens + first.end.timing.outputTokens - 1);
  assert.equal(next.end.timing.restoredTokens, undefined);
});

test("counting during a turn changes nothing about it, and each text is counted by itself", async (t) => {
  if (runtime === undefined) return t.skip(absent ?? "the engine did not start");
  const running = runtime;
  const turns: Turn[] = [says("Name three rivers.")];
  const [alone] = [await tell(running, prompt(turns))];
  const others = Array.from({ length: 6 }, (_, n) => prompt([long(`river ${n}`, 5)]));
  const [again, ...counts] = await Promise.all([tell(running, prompt(turns)), ...others.map((each) => running.count(each))]);
  assert.equal(again.text, alone?.text);
  assert.equal(new Set(counts).size, 1);
  turns.push({ role: "assistant", text: again.text, calls: [] }, says("Thanks."));
  const counted = await running.count(prompt(turns));
  assert.equal((await tell(running, prompt(turns, { maxTokens: 1 }))).end.timing.promptTokens, counted);
  assert.deepEqual(await running.countTexts([]), []);
  const texts = ["", "one", "one two", "<|im_end|>"];
  const [none, one, two, markup] = await running.countTexts(texts);
  assert.deepEqual([none, one], [0, 1]);
  assert.ok((two ?? 0) > 1 && (markup ?? 0) > 1);
});

test("with more lanes than there is memory for, the one used longest ago begins anew without a store", async (t) => {
  if (runtime === undefined) return t.skip(absent ?? "the engine did not start");
  const running = runtime;
  const of = (id: string): Lane => ({ id, kind: "sub-agent" });
  const turn = async (id: string): Promise<number> =>
    (await tell(running, prompt([long(id, 4)], { maxTokens: 1 }), patient, of(id))).end.timing.cachedTokens;
  await Promise.all(["a", "b", "c"].map(turn));
  const kept = [await turn("c"), await turn("b"), await turn("a")];
  assert.ok((kept[0] ?? 0) > 20 && (kept[1] ?? 0) > 20, kept.join(" "));
  assert.equal(kept[2], 0);
});
