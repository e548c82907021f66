import type { CliContext } from "../src/cli/context.ts";
import { requireModel } from "../src/model/installed.ts";
import { chooseTemplate } from "../src/prompt/template.ts";
import type { GuidanceLevel } from "../src/runbook/runbook.ts";
import { createEmbeddedRuntime } from "../src/runtime/embedded/embedded.ts";
import type { Runtime } from "../src/runtime/runtime.ts";

export interface ModelOptions {
  /** Of the store, by name. */
  readonly model: string;
  /** Tokens; bounded by what the model was trained on. */
  readonly window: number;
  /** Where state is kept over processes, and its bound in bytes; absent: nowhere, so that every start is a cold one. */
  readonly store?: { readonly stateFolder: string; readonly stateBytes: number } | undefined;
}

/** The embedded runtime with a model of the store and nothing else: no state of earlier sessions is found unless a folder is named. */
export async function openModel(
  context: CliContext,
  { model, window, store }: ModelOptions,
  signal: AbortSignal,
): Promise<{ readonly runtime: Runtime; readonly guidance: GuidanceLevel; readonly path: string }> {
  const { path, entry, metadata } = await requireModel(context.home, model);
  const template = chooseTemplate({ chatTemplate: metadata.chatTemplate, bosToken: undefined, eosToken: undefined, modelName: model });
  const options = { modelPath: path, modelName: model, window, template, env: context.env, signal, ...store };
  return { runtime: await createEmbeddedRuntime(options), guidance: entry?.guidance ?? "steps", path };
}
