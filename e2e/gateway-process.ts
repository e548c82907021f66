import { createGateway } from "../src/gateway/gateway.ts";
import { listen } from "../src/gateway/listen.ts";
import { readGguf } from "../src/model/gguf.ts";
import { dietOf } from "../src/prompt/diet.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";

/**
 * A gateway with its engine in a process of its own, to be killed: `node gateway-process.js MODEL-FILE WINDOW STATE-FOLDER TOKEN`. Prints its address
 * when it is ready. One thread, because a token's logits depend on their number in the last digits, and one answer is compared with another's.
 */
const [modelPath = "", window = "", stateFolder = "", token = ""] = process.argv.slice(2);
const { chatTemplate } = await readGguf(modelPath);
const template = chooseTemplate({ chatTemplate, bosToken: undefined, eosToken: undefined, modelName: "m" });
const runtime = await createEmbeddedRuntime({
  modelPath,
  modelName: "m",
  window: Number(window),
  template,
  env: process.env,
  stateFolder,
  lanes: 2,
  threads: 1,
});
let ids = 0;
const gateway = createGateway({
  runtime,
  token,
  diet: dietOf("incident"),
  limits: { maxTokens: 128 },
  observe: (event) => {
    if (event.type === "cleared") process.stdout.write("epoch\n");
  },
  now: Date.now,
  newId: () => `${process.pid}x${++ids}`,
});
const { url } = await listen(async (request, { outgoing }) => await gateway.fetch(request, { outgoing }), { host: "127.0.0.1", port: 0 });
process.stdout.write(`${url}\n`);
process.once("SIGTERM", () => void runtime.close().then(() => process.exit(0)));
