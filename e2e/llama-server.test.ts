import { createLlamaServerRuntime } from "../src/runtime/llama-server/llama-server.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { absent, startLlamaServer } from "./conformance/start-llama-server.ts";
import { conformance } from "./conformance/suite.ts";

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
