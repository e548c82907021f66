import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../src/error.ts";
import { createLlamaServerRuntime, type LlamaServerOptions } from "../src/runtime/llama-server/llama-server.ts";
import { createOpenAiRuntime } from "../src/runtime/openai/openai.ts";
import type { Lane, Runtime } from "../src/runtime/runtime.ts";
import { absent, type LlamaServer, startLlamaServer } from "./conformance/start-llama-server.ts";
import { conformance } from "./conformance/suite.ts";
import { longText, prompt, says, tell } from "./conformance/turns.ts";

conformance("llama-server", absent, async () => {
  const server = await startLlamaServer();
  const another = (): Promise<Runtime> => createLlamaServerRuntime({ url: server.url });
  const runtime = await another();
  return {
    runtime,
    chunk: 128,
    isWorking: server.isWorking,
    steps: server.steps,
    another,
    async close() {
      await runtime.close();
      await server.stop();
    },
  };
});

/** A test with a server of its own. */
function serverTest(name: string, flags: readonly string[], run: (server: LlamaServer) => Promise<void>): void {
  test(`llama-server: ${name}`, async (t) => {
    if (absent !== undefined) return t.skip(absent);
    const server = await startLlamaServer(flags);
    try {
      await run(server);
    } finally {
      await server.stop();
    }
  });
}

async function withRuntime<T>(options: LlamaServerOptions, use: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await createLlamaServerRuntime(options);
  try {
    return await use(runtime);
  } finally {
    await runtime.close();
  }
}

const agent = (id: string): Lane => ({ id, kind: "sub-agent" });
const words = (word: string): ReturnType<typeof prompt> => prompt([says(longText(word, 12))], { maxTokens: 2 });

// Without its cache in memory, so that what is cached can only come from a slot or a file.
serverTest(
  "lanes that lost their slot go on from disk, also in a new process of ours",
  ["--cache-ram", "0"],
  async ({ url, slotFolder }) => {
    const ran = await withRuntime({ url }, async (runtime) => {
      assert.deepEqual([runtime.facts.can.store, runtime.facts.can.lanes], [true, true]);
      const first = await tell(runtime, words("alpha"), agent("a"));
      for (const [id, word] of [
        ["b", "beta"],
        ["c", "gamma"],
      ] as const)
        await tell(runtime, words(word), agent(id));
      const again = await tell(runtime, words("alpha"), agent("a"));
      assert.equal(again.end.timing.restoredTokens, again.end.timing.cachedTokens);
      assert.equal(again.end.timing.cachedTokens, first.end.timing.promptTokens - 1);
      await tell(runtime, words("delta"), { id: "aside", kind: "side" });
      return first.end.timing.promptTokens;
    });
    const files = await readdir(slotFolder);
    assert.equal(files.length, 3, "one for each lane that is worth it");
    await withRuntime({ url }, async (runtime) => {
      const { timing } = (await tell(runtime, words("alpha"), agent("a"))).end;
      assert.deepEqual([timing.cachedTokens, timing.restoredTokens], [ran - 1, ran - 1]);
    });
    const log: string[] = [];
    await withRuntime({ url, onLog: (text) => log.push(text) }, async (runtime) => {
      for (const [id, word] of [
        ["a", "alpha"],
        ["b", "beta"],
        ["c", "gamma"],
      ] as const)
        await tell(runtime, words(word), agent(id));
      for (const file of files) await writeFile(join(slotFolder, file), "not a state");
      const { timing } = (await tell(runtime, words("alpha"), agent("a"))).end;
      assert.equal(timing.restoredTokens, undefined, "a damaged file costs the prefill, nothing else");
      assert.match(log.join("\n"), /could not be read/);
    });
  },
);

serverTest("a key is needed where the server wants one, and never shown", ["--api-key", "k3y-0f-the-test"], async ({ url }) => {
  const isRefused = (error: unknown): boolean =>
    error instanceof CloisterError &&
    error.code === "unreachable" &&
    /answered 401/.test(error.message) &&
    !error.message.includes("wr0ng");
  await assert.rejects(createLlamaServerRuntime({ url, apiKey: "wr0ng-key" }), isRefused);
  await assert.rejects(createOpenAiRuntime({ url, apiKey: "wr0ng-key" }), isRefused);
  await withRuntime({ url, apiKey: "k3y-0f-the-test" }, async (runtime) => {
    assert.ok((await tell(runtime, prompt([says("hi")], { maxTokens: 2 }))).text.length > 0);
  });
});

serverTest("another model than the one that was asked for is missing", [], async ({ url }) => {
  const isMissing = (error: unknown): boolean =>
    error instanceof CloisterError && error.code === "missing" && /smollm2/.test(error.message);
  await assert.rejects(createLlamaServerRuntime({ url, model: "other" }), isMissing);
  await assert.rejects(createOpenAiRuntime({ url, model: "other" }), isMissing);
  await withRuntime({ url, model: "smollm2", window: 1024 }, (runtime) => Promise.resolve(assert.equal(runtime.facts.window, 1024)));
});
