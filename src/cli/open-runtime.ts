import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../error.ts";
import { catalogue } from "../model/catalogue.ts";
import { requireModel } from "../model/installed.ts";
import { chooseTemplate } from "../prompt/template.ts";
import type { GuidanceLevel } from "../runbook/runbook.ts";
import { createEmbeddedRuntime } from "../runtime/embedded/embedded.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { parseScript } from "../runtime/scripted/script.ts";
import { createScriptedRuntime } from "../runtime/scripted/scripted.ts";
import type { CliContext } from "./context.ts";

export const defaultModel = "qwen2.5-coder-1.5b";

export interface OpenedRuntime {
  readonly runtime: Runtime;
  /** The model's own default, from the catalogue; `steps` for one that is not in it. */
  readonly guidance: GuidanceLevel;
  /** Milliseconds until the runtime was ready. */
  readonly loadMs: number;
}

/** Where the states of conversations are kept: what `cloister cache` shows and clears. */
export function stateFolder(context: CliContext): string {
  return join(context.home, "state");
}

/** Loads a model of the store into the embedded runtime. Throws `missing` with the command that pulls it. */
export async function openEmbedded(context: CliContext, name: string, window: number | undefined): Promise<OpenedRuntime> {
  const before = performance.now();
  const { path, entry, metadata } = await requireModel(context.home, name);
  const template = chooseTemplate({
    chatTemplate: metadata.chatTemplate,
    bosToken: undefined,
    eosToken: undefined,
    modelName: name,
  });
  const runtime = await createEmbeddedRuntime({
    modelPath: path,
    modelName: name,
    window,
    template,
    env: context.env,
    signal: context.signal,
    modelDigest: entry?.sha256,
    stateFolder: stateFolder(context),
  });
  return { runtime, guidance: entry?.guidance ?? "steps", loadMs: performance.now() - before };
}

/** A written session in the place of a model: for everything around the model. It says so wherever results are shown. */
export async function openScripted(file: string, values: Readonly<Record<string, string>>): Promise<OpenedRuntime> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CloisterError("missing", `There is no written session at ${file}.`, { cause });
  });
  return { runtime: createScriptedRuntime(parseScript(text, file), values), guidance: "steps", loadMs: 0 };
}

/** Names of the catalogue, for help texts. */
export const modelNames: readonly string[] = catalogue.map(({ name }) => name);
