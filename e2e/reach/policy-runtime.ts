import type { Prompt } from "../../src/prompt/prompt.ts";
import type { Runtime, RuntimeEvent } from "../../src/runtime/runtime.ts";
import type { Policy } from "./policy.ts";
import { readTree } from "./scenario-world.ts";

/** A policy in a model's place, for the real client, seal, lab and gate: it holds every form, and reads the checkout from outside. `workdir` is an absolute path. */
export function createPolicyRuntime(policy: Policy, workdir: string): Runtime {
  return {
    facts: {
      runtime: "scripted",
      model: "policy",
      isModel: false,
      window: 32_768,
      template: "none: a policy",
      engine: "policy (no model)",
      can: { grammar: true, count: false, lanes: true, store: false, progress: false, cacheFigures: false, cancel: true },
    },
    count: (prompt) => Promise.resolve(Math.ceil(JSON.stringify(prompt.turns).length / 4)),
    countTexts: (texts) => Promise.resolve(texts.map((text) => Math.ceil(text.length / 4))),
    run: (prompt) => answer(policy, workdir, prompt),
    close: () => Promise.resolve(),
  };
}

async function* answer(policy: Policy, workdir: string, prompt: Prompt): AsyncGenerator<RuntimeEvent> {
  const total = Math.ceil(JSON.stringify(prompt.turns).length / 4);
  yield { type: "prefill", done: total, total, cached: 0 };
  const allowed = prompt.answer;
  if (allowed.kind === "forms") yield { type: "call", call: policy(allowed.forms, await readTree(workdir), workdir) };
  // Where no form narrows it, a policy knows nothing better than to do nothing.
  else if (allowed.kind === "call") yield { type: "call", call: { id: "", name: "Bash", input: { command: "true" } } };
  else yield { type: "text", text: "That is all." };
  const reason = allowed.kind === "forms" || allowed.kind === "call" ? "tool-use" : "end-turn";
  yield { type: "end", reason, timing: { promptTokens: total, cachedTokens: 0, outputTokens: 10, prefillMs: 0, decodeMs: 0 } };
}
