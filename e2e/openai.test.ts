import { createOpenAiRuntime } from "../src/runtime/openai/openai.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { absent, startLlamaServer } from "./conformance/start-llama-server.ts";
import { conformance } from "./conformance/suite.ts";

conformance("openai", absent, async () => {
  const server = await startLlamaServer();
  const another = (): Promise<Runtime> => createOpenAiRuntime({ url: `${server.url}/v1` });
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
