import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError, unreachable } from "../error.ts";
import { catalogue, findEntry } from "../model/catalogue.ts";
import { requireModel } from "../model/installed.ts";
import { chooseTemplate } from "../prompt/template.ts";
import type { GuidanceLevel } from "../runbook/runbook.ts";
import { createEmbeddedRuntime } from "../runtime/embedded/embedded.ts";
import { createLlamaServerRuntime } from "../runtime/llama-server/llama-server.ts";
import { createOllamaRuntime } from "../runtime/ollama/ollama.ts";
import { createOpenAiRuntime } from "../runtime/openai/openai.ts";
import type { Runtime, RuntimeName } from "../runtime/runtime.ts";
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

/** What a command's options say about the engine; see `runtime-options.ts`. */
export interface RuntimeChoice {
  readonly runtime: Exclude<RuntimeName, "scripted">;
  readonly url?: string | undefined;
  readonly model?: string | undefined;
  readonly window?: number | undefined;
  readonly apiKeyEnv?: string | undefined;
}

/**
 * Opens the engine that a command's options name. `tell` gets one line on what it does, and the server's warnings. Throws `usage` where options do not go
 * together, and what the runtime throws: `missing`, `unreachable`, `damaged`.
 */
export async function openRuntime(context: CliContext, choice: RuntimeChoice, tell: (text: string) => void): Promise<OpenedRuntime> {
  if (choice.runtime === "embedded") {
    if (choice.url !== undefined) throw new CloisterError("usage", "--url goes with --runtime llama-server, ollama or openai.");
    const name = choice.model ?? defaultModel;
    tell(`loading ${name}`);
    return openEmbedded(context, name, choice.window);
  }
  const { url } = choice;
  if (url === undefined)
    throw new CloisterError("usage", `--runtime ${choice.runtime} needs --url.`, { hint: `for instance ${usualUrl[choice.runtime]}` });
  const before = performance.now();
  tell(`asking ${choice.runtime} at ${hostOf(url)}`);
  const apiKey = choice.apiKeyEnv === undefined ? undefined : requireVariable(context, choice.apiKeyEnv);
  const shared = { url, window: choice.window, apiKey, signal: context.signal };
  const runtime = await openServer(choice, shared, tell);
  const entry = findEntry(runtime.facts.model);
  return { runtime, guidance: entry?.guidance ?? "steps", loadMs: performance.now() - before };
}

const usualUrl = { "llama-server": "http://127.0.0.1:8080", ollama: "http://127.0.0.1:11434", openai: "http://127.0.0.1:8000/v1" } as const;

type ServerOptions = {
  readonly url: string;
  readonly window: number | undefined;
  readonly apiKey: string | undefined;
  readonly signal: AbortSignal;
};

async function openServer(choice: RuntimeChoice, shared: ServerOptions, tell: (text: string) => void): Promise<Runtime> {
  switch (choice.runtime) {
    case "llama-server":
      return createLlamaServerRuntime({ ...shared, model: choice.model, onLog: tell });
    case "ollama":
      if (choice.model === undefined) throw new CloisterError("usage", "--runtime ollama needs --model.", { hint: "ollama list" });
      return createOllamaRuntime({ ...shared, model: choice.model });
    case "openai":
      return createOpenAiRuntime({ ...shared, model: choice.model });
    case "embedded":
      throw new Error("The embedded runtime has no server.");
    default:
      return unreachable(choice.runtime);
  }
}

/** A URL's host alone: whatever else it holds may be a secret. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host || url : "an address that is none";
}

function requireVariable(context: CliContext, name: string): string {
  const value = context.env[name];
  if (value === undefined || value === "")
    throw new CloisterError("usage", `The environment variable ${name}, which --api-key-env names, is not set.`);
  return value;
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
