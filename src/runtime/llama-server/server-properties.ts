import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";

/** What llama-server says about itself, as far as it is read. */
const propertiesSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.number().int().positive() }),
  total_slots: z.number().int().min(1).max(4096),
  model_path: z.string().min(1),
  model_alias: z.string().optional(),
  chat_template: z.string().optional(),
  bos_token: z.string().optional(),
  eos_token: z.string().optional(),
  build_info: z.string().optional(),
});

export interface ServerProperties {
  /** The alias it was given, else its file's name. */
  readonly modelName: string;
  /** Which model and build wrote a state; a state of another one must not be loaded. */
  readonly stateKey: string;
  /** Tokens of one slot, prompt and answer together. */
  readonly window: number;
  readonly slots: number;
  readonly chatTemplate: string | undefined;
  readonly bosToken: string | undefined;
  readonly eosToken: string | undefined;
  readonly build: string;
  /** Started with a folder for its slots' states. */
  readonly storesSlots: boolean;
}

export interface WaitForModel {
  /** Milliseconds that the server may take to load its model. */
  readonly loadMs: number;
  readonly signal?: AbortSignal | undefined;
}

const pollMs = 500;

/**
 * Waits until the server has loaded its model and reads what it says about it.
 *
 * @throws CloisterError `missing` where it runs without a model, `overloaded` where it is still loading after `loadMs`, and what
 * `Server.ask` throws
 */
export async function readProperties(server: Server, wait: WaitForModel): Promise<ServerProperties> {
  await waitUntilLoaded(server, wait);
  const { signal } = wait;
  const said = await server.ask({ path: "/props", signal }, z.union([propertiesSchema, z.looseObject({ role: z.literal("router") })]));
  if ("role" in said)
    throw new CloisterError("missing", `The llama-server at ${server.shown} runs without a model of its own.`, {
      hint: "llama-server -m MODEL.gguf --port 8080",
    });
  const name = said.model_alias !== undefined && said.model_alias !== "" ? said.model_alias : said.model_path;
  const build = said.build_info ?? "of an unknown build";
  return {
    modelName: baseName(name),
    stateKey: [said.model_path, build, said.default_generation_settings.n_ctx].join("\n"),
    window: said.default_generation_settings.n_ctx,
    slots: said.total_slots,
    chatTemplate: said.chat_template === "" ? undefined : said.chat_template,
    bosToken: said.bos_token,
    eosToken: said.eos_token,
    build,
    storesSlots: await canStoreSlots(server, signal),
  };
}

async function waitUntilLoaded(server: Server, { loadMs, signal }: WaitForModel): Promise<void> {
  const tries = Math.max(1, Math.ceil(loadMs / pollMs));
  for (let attempt = 1; ; attempt++) {
    try {
      await server.ask({ path: "/health", signal }, z.looseObject({ status: z.string() }));
      return;
    } catch (error) {
      if (!(error instanceof CloisterError) || error.code !== "overloaded") throw error;
      if (attempt >= tries)
        throw new CloisterError("overloaded", `The llama-server at ${server.shown} is still loading its model.`, {
          hint: "Try again when its log says that the model is loaded.",
          cause: error,
        });
      await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** Asked with a name that no file can have: a server with a folder for states refuses the name, one without refuses the deed. */
async function canStoreSlots(server: Server, signal: AbortSignal | undefined): Promise<boolean> {
  let stores = false;
  const explain = ({ status }: { status: number }): undefined => {
    stores = status === 400;
  };
  await server.find({ path: "/slots/0?action=save", body: { filename: "" }, signal, explain }, z.unknown()).catch((error: unknown) => {
    if (!(error instanceof CloisterError) || error.code !== "bad-request") throw error;
  });
  return stores;
}

/** `/models/qwen.gguf` → `qwen`; a name that is no path stays. */
export function baseName(path: string): string {
  return path.replace(/^.*[\\/]/, "").replace(/\.gguf$/i, "");
}
