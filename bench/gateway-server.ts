/**
 * Our gateway over a runtime that answers at once with as many words as are asked for, as a program of its own: what a request takes here is
 * the gateway's. Prints port and token as a line of JSON.
 */
import { randomBytes } from "node:crypto";
import type { Runtime } from "../src/runtime/runtime.ts";
import { serveRuntime } from "./contender-cloister.ts";

const serving = await serveRuntime(instantRuntime(), "recipe");
process.stdout.write(`${JSON.stringify({ port: Number(new URL(serving.url).port), token: serving.token })}\n`);

function instantRuntime(): Runtime {
  return {
    facts: {
      runtime: "scripted",
      model: `instant-${randomBytes(2).toString("hex")}`,
      isModel: false,
      window: 1_000_000,
      template: "none",
      engine: "none",
      can: { grammar: true, count: true, lanes: true, store: false, progress: true, cacheFigures: true, cancel: true },
    },
    count: () => Promise.resolve(20_000),
    countTexts: (texts) => Promise.resolve(texts.map((text) => Math.ceil(text.length / 4))),
    async *run(prompt) {
      yield { type: "prefill", done: 20_000, total: 20_000, cached: 0 };
      for (let n = 0; n < prompt.maxTokens; n++) yield { type: "text", text: " word" };
      const timing = { promptTokens: 20_000, cachedTokens: 0, outputTokens: prompt.maxTokens, prefillMs: 0, decodeMs: 0 };
      await Promise.resolve();
      yield { type: "end", reason: "end-turn", timing };
    },
    close: () => Promise.resolve(),
  };
}
