import { join } from "node:path";
import { createOllamaRuntime } from "../src/runtime/ollama/ollama.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { conformance } from "./conformance/suite.ts";
import { chunk } from "./ollama/real-ollama.ts";
import { startReplay } from "./ollama/replay.ts";
import { recordings, suites, window } from "./ollama/suites.ts";

/** Over answers of a real Ollama that were recorded by `ollama-real.test.ts`; the version is in the first line of each recording. */
for (const { name, options } of suites)
  conformance(`ollama, ${name}, recorded`, undefined, async () => {
    const replay = await startReplay(join(recordings, `${name}.ndjson`));
    const another = (): Promise<Runtime> => createOllamaRuntime({ ...options, url: replay.url, window });
    const runtime = await another();
    return {
      runtime,
      chunk,
      another,
      isWorking: () => Promise.resolve(replay.isWorking()),
      async close() {
        await runtime.close();
        await replay.close();
      },
    };
  });
