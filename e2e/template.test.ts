import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chooseTemplate } from "../src/prompt/template.ts";

/** What the probe finds in the templates of real models. */
const expected: Record<string, string> = {
  "qwen2.5-coder-0.5b": "the model's own",
  "qwen2.5-coder-1.5b": "ours, in ChatML: the model's own shows the call format with doubled braces",
  "smollm2-135m": "ours, in ChatML: the model's own does not list the tools as JSON, one a line",
};

for (const [modelName, description] of Object.entries(expected)) {
  test(`${modelName}: ${description}`, async (t) => {
    const path = join(homedir(), `.local/share/cloister/models/${modelName}.gguf`);
    if (!existsSync(path)) return t.skip(`needs a real model: cloister model pull ${modelName}`);
    const { readGgufFileInfo } = await import("node-llama-cpp");
    const { metadata } = await readGgufFileInfo(path, { readTensorInfo: false, logWarnings: false });
    const { ggml, chat_template: chatTemplate } = metadata.tokenizer ?? {};
    const token = (id: number | undefined): string | undefined => (id === undefined ? undefined : ggml?.tokens[id]);
    const template = chooseTemplate({ chatTemplate, bosToken: token(ggml?.bos_token_id), eosToken: token(ggml?.eos_token_id), modelName });
    assert.equal(template.description, description);
    assert.ok(template.stop.includes("<|im_end|>"));
  });
}
