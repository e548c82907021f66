import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CloisterError } from "../src/error.ts";
import type { Answer, Form } from "../src/messages/answer.ts";
import type { Prompt } from "../src/prompt/prompt.ts";
import { createOllamaRuntime } from "../src/runtime/ollama/ollama.ts";
import type { Runtime } from "../src/runtime/runtime.ts";
import { conformance } from "./conformance/suite.ts";
import { pick, prompt, says, tell, type Told } from "./conformance/turns.ts";
import { bareTemplate, models, toolsTemplate } from "./ollama/models.ts";
import { chunk, createModel, type RealOllama, startOllama } from "./ollama/real-ollama.ts";
import { startRecorder } from "./ollama/record.ts";
import { recordings, suites, window } from "./ollama/suites.ts";
import { awkward, dice, randomSchema } from "./random-schema.ts";

/**
 * Over a real Ollama: `CLOISTER_TEST_OLLAMA` names a server (`http://…`) or the program (`scripts/build-ollama.sh` makes it). With
 * `CLOISTER_RECORD_OLLAMA=1` its answers to the conformance suite are recorded anew.
 */
const wanted = process.env["CLOISTER_TEST_OLLAMA"];
const recording = process.env["CLOISTER_RECORD_OLLAMA"] === "1";
const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
const file = join(home, "models", "smollm2-135m.gguf");
const absent =
  wanted === undefined || wanted === ""
    ? "CLOISTER_TEST_OLLAMA names no Ollama"
    : existsSync(file)
      ? undefined
      : `no model at ${file}: cloister model pull smollm2-135m`;
let starting: Promise<RealOllama> | undefined;

/** Started when it is first asked for: hooks of one file do not wait for one another. */
function real(): Promise<RealOllama> {
  starting ??= startOllama(wanted ?? "").then(async (ollama) => {
    await createModel(ollama.url, { name: models.plain, file });
    await createModel(ollama.url, { name: models.bare, file, template: bareTemplate });
    await createModel(ollama.url, { name: models.tools, file, template: toolsTemplate });
    return ollama;
  });
  return starting;
}

for (const { name, options } of suites)
  conformance(`ollama, ${name}, real`, absent, async () => {
    const ollama = await real();
    const recorder = recording ? await startRecorder(ollama.url) : undefined;
    const url = recorder?.url ?? ollama.url;
    const another = (): Promise<Runtime> => createOllamaRuntime({ ...options, url, window });
    const runtime = await another();
    return {
      runtime,
      chunk,
      another,
      isWorking: ollama.isWorking,
      async close() {
        await runtime.close();
        await recorder?.finish(join(recordings, `${name}.ndjson`));
      },
    };
  });

test("a model without a template is found out, and gets ours", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const { url } = await real();
  const runtime = await createOllamaRuntime({ url, model: models.bare, window });
  try {
    assert.equal(runtime.facts.template, "ours, in ChatML: Ollama has no template for this model");
    assert.equal(runtime.facts.can.grammar, true);
  } finally {
    await runtime.close();
  }
  for (const [model, why] of [
    [models.bare, /does not list the tools/],
    [models.plain, /does not list the tools/],
  ] as const) {
    await assert.rejects(createOllamaRuntime({ url, model, window, rendering: "ollama" }), { code: "damaged", message: why });
  }
});

test("a model that is not there is named, with the command that gets it", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const { url } = await real();
  await assert.rejects(createOllamaRuntime({ url, model: "no-such-model" }), {
    code: "missing",
    message: /has no model no-such-model/,
    hint: "ollama pull no-such-model",
  });
});

test("the window is the one that the server gave, never more than the model was trained on", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const { url } = await real();
  const runtime = await createOllamaRuntime({ url, model: models.plain, window: 1_000_000 });
  try {
    assert.equal(runtime.facts.window, 8192);
  } finally {
    await runtime.close();
  }
});

test("every schema is taken, and the calls of a hot model fit it, awkward names and forms too", async (t) => {
  if (absent !== undefined) return t.skip(absent);
  const { url } = await real();
  const runtime = await createOllamaRuntime({ url, model: models.plain, window });
  const ask = async (tools: Prompt["tools"], answer: Answer): Promise<Told> =>
    await tell(runtime, prompt([says("Go on.")], { tools, answer, maxTokens: 300, temperature: 1.2 }));
  let made = 0;
  try {
    for (let seed = 1; seed <= 6; seed++) {
      const random = dice(seed);
      const tool = { name: `tool_${seed}`, description: "Does it.", inputSchema: randomSchema(random) };
      // What a schema says beyond its grammar (an arrangement, a number's steps) a hot model may miss: then it is not taken for a call.
      const told = await ask([tool], { kind: "call" }).catch((error: unknown) => {
        assert.ok(error instanceof CloisterError && error.code === "invalid-call", `seed ${seed}: ${String(error)}`);
        assert.match(error.message, /do not fit its schema|The model.s call of \w+ lacks /);
      });
      if (told?.end.reason === "tool-use") made++;
    }
    assert.ok(made >= 3, `${made} calls were whole and valid`);

    const slot = { min: 2, max: 6, characters: "a-z", except: ["no"], exceptBeginnings: ["a"] };
    for (const text of awkward.filter((value) => value !== "")) {
      const form: Form = {
        id: "f",
        tool: "Pick",
        arguments: [
          {
            name: "city",
            value: [
              { kind: "fixed", text: `${text} (a|b)* ` },
              { kind: "text", slot },
            ],
          },
        ],
      };
      const { calls } = await ask([{ ...pick, inputSchema: anyCity }], { kind: "forms", forms: [form] });
      const said = String(calls[0]?.input["city"]);
      assert.ok(said.startsWith(`${text} (a|b)* `), JSON.stringify(said));
      assert.match(said.slice(text.length + 8), /^(?!a|no$)[a-z]{2,6}$/);
    }
  } finally {
    await runtime.close();
  }
});

// The last of the hooks: the runtimes are closed by then.
after(async () => (await starting)?.stop());

const anyCity = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
