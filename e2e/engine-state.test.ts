import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { Turn } from "../src/messages/conversation.ts";
import { createEmbeddedRuntime, type EmbeddedOptions } from "../src/runtime/embedded/embedded.ts";
import { listStates } from "../src/runtime/embedded/state/stored-states.ts";
import type { Lane, Runtime } from "../src/runtime/runtime.ts";
import { absentModel, engines, lane as main, modelFile, patient, prompt, says, tell, template, until } from "./engine-stage.ts";

const small = "smollm2-135m";
const sliding = "gemma-3-270m";
/** With more of them the engine takes fewer while the machine is busy, and a single token's logits depend on their number in the last digits. */
const threads = 1;
const system = Array.from({ length: 12 }, (_, line) => `Rule ${line}: be brief, be kind and keep to the facts.`).join(" ");

interface Stage {
  readonly folder: string;
  readonly log: string[];
  /** A runtime of its own process, closed at the end of the test whatever happens. */
  open(change?: Partial<EmbeddedOptions>): Promise<Runtime>;
}

/** Runs with a store of its own; skipped where the model is not on this machine. */
function stateTest(name: string, model: string, play: (stage: Stage, t: TestContext) => Promise<void>): void {
  test(name, async (t) => {
    const absent = absentModel(model);
    if (absent !== undefined) return t.skip(absent);
    const folder = mkdtempSync(join(tmpdir(), "cloister-state-"));
    const opened: Runtime[] = [];
    const log: string[] = [];
    const open: Stage["open"] = async (change) => {
      const options = { modelPath: modelFile(model), modelName: model, template, env: process.env, window: 2048, stateFolder: folder };
      const runtime = await createEmbeddedRuntime({ ...options, lanes: 2, threads, onLog: (line) => log.push(line), ...change });
      opened.push(runtime);
      return runtime;
    };
    try {
      await play({ folder, log, open }, t);
    } finally {
      for (const runtime of opened) await runtime.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

const question = says(`Tell me about the sea. ${"It is wide and it is deep. ".repeat(10)}`);

function answered(text: string): Turn[] {
  return [question, { role: "assistant", text, calls: [] }, says("And the moon?")];
}

const ask = (turns: readonly Turn[], temperature = 0) => prompt(turns, { system, temperature, maxTokens: 20 });

for (const model of [small, sliding]) {
  stateTest(`${model}: a new process goes on with the next new token, and says what the old one would have said`, model, async (stage) => {
    const first = await stage.open();
    assert.equal(first.facts.can.store, true);
    const begun = await tell(first, ask([question]));
    await first.close();
    const second = await stage.open();
    const restored = await tell(second, ask(answered(begun.text)));

    // Both turns in one process, with a store of its own: nothing is restored.
    const whole = await stage.open({ stateFolder: join(stage.folder, "another") });
    assert.equal((await tell(whole, ask([question]))).text, begun.text);
    const inMemory = await tell(whole, ask(answered(begun.text)));
    const { promptTokens, outputTokens } = begun.end.timing;
    assert.equal(inMemory.end.timing.cachedTokens, promptTokens + outputTokens - 1);
    assert.equal(inMemory.end.timing.restoredTokens, undefined);
    assert.equal(restored.end.timing.cachedTokens, promptTokens + outputTokens - 1);
    assert.equal(restored.end.timing.restoredTokens, promptTokens + outputTokens - 1);
    assert.equal(restored.text, inMemory.text);
    assert.deepEqual(
      stage.log.filter((line) => line.startsWith("state:")),
      [],
    );
  });

  stateTest(`${model}: another conversation with the same system text and tools begins behind them`, model, async ({ open, folder }) => {
    const first = await open();
    const cold = await tell(first, ask([question]));
    assert.equal(cold.end.timing.cachedTokens, 0);
    const bases = listStates(folder).states.filter(({ manifest }) => manifest.what === "base");
    assert.equal(bases.length, 1);
    const tokens = bases[0]?.manifest.tokens;
    assert.ok(tokens !== undefined && tokens > 100);
    const agent: Lane = { id: "agent", kind: "sub-agent" };
    const other = await tell(first, ask([says("Who are you?")]), patient, agent);
    assert.equal(other.end.timing.restoredTokens, tokens);
    await first.close();

    const second = await open();
    const anew = await tell(second, ask([says("Where are you?")]), patient, { id: "later", kind: "main" });
    assert.equal(anew.end.timing.cachedTokens, tokens);
    assert.equal(anew.end.timing.restoredTokens, tokens);
    assert.equal(listStates(folder).states.filter(({ manifest }) => manifest.what === "base").length, 1);
  });

  stateTest(`${model}: a lane that gave way comes back without prefill, and a repeated turn says the same`, model, async ({ open }) => {
    const runtime = await open({ lanes: 1 });
    const begun = await tell(runtime, ask([question]));
    const aside = await tell(runtime, prompt([says("A title?")], { maxTokens: 2 }), patient, { id: "aside", kind: "side" });
    assert.ok(aside.end.timing.promptTokens > 0);
    const turns = answered(begun.text);
    const back = await tell(runtime, ask(turns));
    assert.equal(back.end.timing.cachedTokens, begun.end.timing.promptTokens + begun.end.timing.outputTokens - 1);
    assert.equal(back.end.timing.restoredTokens, back.end.timing.cachedTokens);
    const again = await tell(runtime, ask(turns));
    assert.ok(again.end.timing.cachedTokens > begun.end.timing.promptTokens, String(again.end.timing.cachedTokens));
    assert.equal(again.end.timing.restoredTokens, undefined);
  });
}

stateTest("the answer's own cut of its words is stored with the state, and counted so", small, async ({ open }) => {
  const first = await open();
  // At this temperature the model's cut of its words is often not the tokenizer's.
  const begun = await tell(first, prompt([question], { system, temperature: 1.5, maxTokens: 60 }));
  const turns = answered(begun.text);
  const counted = await first.count(ask(turns));
  await first.close();
  const second = await open();
  assert.equal(await second.count(ask(turns)), counted);
  const { end } = await tell(second, ask(turns));
  assert.equal(end.timing.promptTokens, counted);
  // The last word of an answer that was cut is not evaluated yet; the mark that ends a whole one is, and is not counted as a word.
  const cut = begun.end.reason === "max-tokens" ? 1 : 0;
  assert.equal(end.timing.cachedTokens, begun.end.timing.promptTokens + begun.end.timing.outputTokens - cut);
});

stateTest(
  "killed with SIGKILL in the middle of a turn, gateway and engine: the next process gives the same answer without a full prefill",
  small,
  async ({ open, folder }) => {
    const reference = await open({ stateFolder: join(folder, "reference") });
    const begun = await tell(reference, ask([question]));
    const turns = answered(begun.text);
    const whole = await tell(reference, ask(turns));
    await reference.close();

    const store = join(folder, "killed");
    const program = `
    import { createEmbeddedRuntime } from ${JSON.stringify(new URL("../src/runtime/embedded/embedded.js", import.meta.url).href)};
    import { lane, prompt, template } from ${JSON.stringify(new URL("engine-stage.js", import.meta.url).href)};
    const runtime = await createEmbeddedRuntime({ modelPath: ${JSON.stringify(modelFile(small))}, modelName: "m", template, env: process.env, window: 2048, stateFolder: ${JSON.stringify(store)}, lanes: 2, threads: ${threads} });
    for (const turns of ${JSON.stringify([[question], turns])})
      for await (const event of runtime.run(prompt(turns, { system: ${JSON.stringify(system)}, maxTokens: 20 }), lane, new AbortController().signal))
        if (event.type === "text") console.log(turns.length);`;
    const gateway = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    let orphans: number[] = [];
    try {
      let said = "";
      for await (const chunk of gateway.stdout.setEncoding("utf8")) {
        said += String(chunk);
        if (said.includes("3")) break;
      }
      orphans = engines(gateway.pid);
      assert.equal(orphans.length, 1);
      // The engine first: left alone it would save what it has.
      for (const pid of orphans) process.kill(pid, "SIGKILL");
    } finally {
      gateway.kill("SIGKILL");
      if (gateway.exitCode === null && gateway.signalCode === null) await once(gateway, "exit");
    }

    const next = await open({ stateFolder: store });
    const { end, text } = await tell(next, ask(turns));
    assert.equal(text, whole.text);
    assert.equal(end.timing.cachedTokens, whole.end.timing.cachedTokens);
    assert.equal(end.timing.restoredTokens, begun.end.timing.promptTokens + begun.end.timing.outputTokens - 1);
  },
);

stateTest("an engine that dies is started again and goes on from the stored state", small, async ({ open }) => {
  const runtime = await open();
  const begun = await tell(runtime, ask([question]));
  const turns = answered(begun.text);
  await assert.rejects(
    async () => {
      for await (const event of runtime.run(ask(turns), main, patient))
        if (event.type === "text") for (const pid of engines()) process.kill(pid, "SIGKILL");
    },
    { code: "engine-lost" },
  );
  const { end } = await tell(runtime, ask(turns));
  assert.equal(end.timing.restoredTokens, begun.end.timing.promptTokens + begun.end.timing.outputTokens - 1);
});

stateTest("an engine whose gateway was killed saves what it has before it ends", small, async ({ open, folder }) => {
  const program = `
    import { createEmbeddedRuntime } from ${JSON.stringify(new URL("../src/runtime/embedded/embedded.js", import.meta.url).href)};
    import { lane, prompt, template } from ${JSON.stringify(new URL("engine-stage.js", import.meta.url).href)};
    const runtime = await createEmbeddedRuntime({ modelPath: ${JSON.stringify(modelFile(small))}, modelName: "m", template, env: process.env, window: 2048, stateFolder: ${JSON.stringify(folder)}, lanes: 2, threads: ${threads} });
    const asked = prompt([{ role: "user", text: "hi" }], { maxTokens: 4 });
    for await (const event of runtime.run(asked, lane, new AbortController().signal)) if (event.type === "end") console.log("ended");
    setInterval(() => {}, 1000);`;
  const gateway = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  let orphans: number[] = [];
  try {
    await once(gateway.stdout, "data");
    orphans = engines(gateway.pid);
    assert.equal(listStates(folder).states.length, 0, "so few tokens are not worth a file while it runs");
  } finally {
    gateway.kill("SIGKILL");
  }
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  await until(() => !orphans.some(alive), "the engine of the killed gateway ends");
  assert.equal(listStates(folder).states.length, 1);
  const next = await open();
  assert.ok((await tell(next, prompt([says("hi")], { maxTokens: 4 }))).end.timing.promptTokens > 0);
});

const damages: Record<string, (path: string, bytes: number) => void> = {
  "cut short": (path, bytes) => truncateSync(path, bytes - 1000),
  "foreign bytes": (path, bytes) => writeFileSync(path, Buffer.alloc(bytes, 0x5a)),
};

for (const [what, damage] of Object.entries(damages)) {
  stateTest(`a stored state that is damaged costs its prefill and a line in the log: ${what}`, small, async ({ open, folder, log }) => {
    const first = await open();
    const cold = await tell(first, ask([question]));
    await first.close();
    for (const { statePath, manifest } of listStates(folder).states) damage(statePath, manifest.bytes);
    const second = await open();
    const { end, text } = await tell(second, ask([question]));
    assert.equal(text, cold.text);
    assert.equal(end.timing.cachedTokens, 0);
    const lines = log.filter((line) => line.startsWith("state:"));
    assert.equal(lines.length, 2, lines.join("\n"));
  });
}

stateTest("two processes share one folder", small, async ({ open, log }) => {
  const [one, other] = await Promise.all([open(), open()]);
  const told = await Promise.all([tell(one, ask([question])), tell(other, ask([question]))]);
  assert.equal(told[0].text, told[1].text);
  await Promise.all([one.close(), other.close()]);
  const third = await open();
  const { end } = await tell(third, ask(answered(told[0].text)));
  assert.equal(end.timing.restoredTokens, told[0].end.timing.promptTokens + told[0].end.timing.outputTokens - 1);
  assert.deepEqual(
    log.filter((line) => line.startsWith("state:")),
    [],
  );
});
