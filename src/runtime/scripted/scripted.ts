import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError } from "../../error.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import type { Runtime, RuntimeEvent } from "../runtime.ts";
import { nextLine } from "./play.ts";
import type { Script } from "./script.ts";

/** English text and JSON come to about four characters a token in most vocabularies. An estimate, and `facts.template` says so. */
const charactersPerToken = 4;

/**
 * Replays a written session in place of a model, so that everything around the model can be run without weights; `facts.isModel` is
 * false. A call is played as it is written, whatever the guide allows. `values` are what the script may name, `workdir` among them.
 */
export function createScriptedRuntime(script: Script, values: Readonly<Record<string, string>> = {}): Runtime {
  const known = new Map(Object.entries(values));
  return {
    facts: {
      runtime: "scripted",
      model: script.name,
      isModel: false,
      window: script.window,
      template: `none: a written session; tokens are estimated, ${charactersPerToken} characters each`,
      engine: "scripted (no model)",
      can: { grammar: false, count: false, lanes: true, store: false, progress: true, cacheFigures: false, cancel: true },
    },
    count: (prompt) => Promise.resolve(estimateTokens(prompt)),
    countTexts: (texts) => Promise.resolve(texts.map((text) => Math.ceil(text.length / charactersPerToken))),
    run: (prompt, _lane, signal) => play(script, known, prompt, signal),
    close: () => Promise.resolve(),
  };
}

async function* play(
  script: Script,
  values: ReadonlyMap<string, string>,
  prompt: Prompt,
  signal: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  const started = performance.now();
  const total = estimateTokens(prompt);
  stopIfAborted(signal);
  const line = nextLine(script, prompt, values);
  const { delayMs, prefillChunks } = line.turn;
  yield { type: "prefill", done: 0, total, cached: 0 };
  for (let chunk = 1; chunk <= prefillChunks; chunk++) {
    if (delayMs > 0) await sleep(delayMs / prefillChunks, undefined, { signal }).catch(() => undefined);
    stopIfAborted(signal);
    yield { type: "prefill", done: Math.floor((total * chunk) / prefillChunks), total, cached: 0 };
  }
  const prefilled = performance.now();
  let characters = 0;
  // Word by word, as a model's text comes.
  for (const word of line.says.match(/\s*\S+\s*$|\s*\S+/g) ?? []) {
    stopIfAborted(signal);
    characters += word.length;
    yield { type: "text", text: word };
  }
  for (const call of line.calls) {
    stopIfAborted(signal);
    characters += JSON.stringify(call.input).length;
    yield { type: "call", call };
  }
  yield {
    type: "end",
    reason: line.calls.length > 0 ? "tool-use" : "end-turn",
    timing: {
      promptTokens: total,
      cachedTokens: 0,
      outputTokens: Math.ceil(characters / charactersPerToken),
      prefillMs: prefilled - started,
      decodeMs: performance.now() - prefilled,
    },
  };
}

function estimateTokens(prompt: Prompt): number {
  const { system, tools, turns } = prompt;
  return Math.ceil(JSON.stringify([system, tools, turns]).length / charactersPerToken);
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new CloisterError("cancelled", "The work was cancelled.");
}
