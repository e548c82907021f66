import { existsSync } from "node:fs";
import { readGguf } from "../../src/model/gguf.ts";
import { chooseTemplate } from "../../src/prompt/template.ts";
import { createEmbeddedRuntime } from "../../src/runtime/embedded/embedded.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { modelPath } from "./start-llama-server.ts";
import { conformance } from "./suite.ts";

const absent = existsSync(modelPath) ? undefined : `no model at ${modelPath}: cloister model pull smollm2-135m`;

conformance("embedded", absent, async () => {
  const modelName = "smollm2-135m";
  const { chatTemplate } = await readGguf(modelPath);
  const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName });
  const another = (): Promise<Runtime> =>
    createEmbeddedRuntime({ modelPath, modelName, template, env: process.env, window: 2048, threads: 1 });
  const runtime = await another();
  return { runtime, chunk: 256, another, close: () => runtime.close() };
});
