import { mkdtemp, rm } from "node:fs/promises";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CliContext } from "../src/cli/context.ts";
import { serveRuntime } from "./contender-cloister.ts";
import { callMessages } from "./messages-call.ts";
import { openModel } from "./open-model.ts";
import { probeRuntime } from "./probe-runtime.ts";
import type { Measured, Versions } from "./row.ts";
import { median } from "./statistics.ts";
import { syntheticRequest } from "./synthetic-request.ts";

const promptBytes = 12_000;
const stateBytes = 4 * 2 ** 30;

export interface RestoreOptions {
  readonly model: string;
  readonly window: number;
  readonly rounds: number;
  readonly versions: Versions;
  readonly onProgress: (text: string) => void;
}

/**
 * `restore`: the first turn of a new process whose state is on the disk, as a share of the same turn with nothing stored; each from the
 * request to the end of the prefill, through the gateway, model loaded.
 */
export async function measureRestore(context: CliContext, options: RestoreOptions): Promise<Measured> {
  const pairs: { readonly coldMs: number; readonly restoredMs: number; readonly restoredTokens: number }[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const stateFolder = await mkdtemp(join(tmpdir(), "cloister-state-"));
    try {
      options.onProgress(`round ${round} of ${options.rounds}`);
      const cold = await firstTurn(context, options, stateFolder, round);
      if (cold === undefined) return { skipped: "The embedded runtime of this version keeps no state on disk (facts.can.store is false)." };
      const restored = await firstTurn(context, options, stateFolder, round);
      if (restored === undefined) return { skipped: "The second process kept no state." };
      pairs.push({ coldMs: cold.ms, restoredMs: restored.ms, restoredTokens: restored.cached });
    } finally {
      await rm(stateFolder, { recursive: true, force: true });
    }
  }
  return {
    value: median(pairs.map(({ coldMs, restoredMs }) => restoredMs / coldMs)),
    raw: { unit: "ms, from the request to the end of the prefill", rounds: pairs, promptBytes },
    versions: options.versions,
  };
}

async function firstTurn(
  context: CliContext,
  options: RestoreOptions,
  stateFolder: string,
  round: number,
): Promise<{ readonly ms: number; readonly cached: number } | undefined> {
  const { signal } = context;
  const { runtime } = await openModel(context, { ...options, store: { stateFolder, stateBytes } }, signal);
  if (!runtime.facts.can.store) {
    await runtime.close();
    return undefined;
  }
  const probe = probeRuntime(runtime);
  const serving = await serveRuntime(probe.runtime, "recipe");
  const agent = new Agent();
  try {
    const target = { ...serving, agent, signal };
    await callMessages(target, { model: serving.model, max_tokens: 2, messages: [{ role: "user", content: "Say OK." }] });
    const before = await serving.counters();
    const seen = probe.reset();
    const started = performance.now();
    const answered = callMessages(target, { ...syntheticRequest(promptBytes, round), model: serving.model, max_tokens: 8 });
    const { error } = await answered;
    if (error !== undefined) throw new Error(`The first turn was not answered: ${error}`);
    const after = await serving.counters();
    return { ms: (await seen.prefilled) - started, cached: after.cached - before.cached };
  } finally {
    agent.destroy();
    await serving.close();
  }
}
