import { z } from "zod";
import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";

export interface FoundModel {
  /** As requests name it. */
  readonly id: string;
  /** Tokens; undefined where the server does not say. */
  readonly window: number | undefined;
  /** `vllm`, `llamacpp`; empty where the server does not say. */
  readonly owner: string;
}

const size = z.number().int().positive().nullish().catch(undefined);
const modelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      aliases: z.array(z.string()).catch([]),
      owned_by: z.string().catch(""),
      /** vLLM. */
      max_model_len: size,
      /** llama-server: of one slot. */
      meta: z.object({ n_ctx: size }).nullish().catch(undefined),
    }),
  ),
});

/**
 * The model that was asked for, or the only one that the server has.
 *
 * @throws CloisterError `missing` where the server does not have it, `usage` where it has several and none was asked for
 */
export async function findModel(server: Server, wanted: string | undefined, signal: AbortSignal | undefined): Promise<FoundModel> {
  const models = (await server.find({ path: "/v1/models", signal }, modelsSchema))?.data;
  if (models === undefined) {
    if (wanted !== undefined) return { id: wanted, window: undefined, owner: "" };
    throw new CloisterError("usage", `The ${server.kind} at ${server.shown} does not list its models.`, {
      hint: "Name the model: --model NAME.",
    });
  }
  const names = models.map(({ id }) => id).slice(0, 20);
  const listed = names.length === 0 ? "none" : names.join(", ");
  const [only, ...others] = wanted === undefined ? models : models.filter(({ id, aliases }) => id === wanted || aliases.includes(wanted));
  if (wanted === undefined && others.length > 0)
    throw new CloisterError("usage", `The ${server.kind} at ${server.shown} has several models: ${listed}.`, {
      hint: "Name one: --model NAME.",
    });
  if (only === undefined)
    throw new CloisterError("missing", `The ${server.kind} at ${server.shown} does not have ${wanted ?? "any model"}; it has: ${listed}.`, {
      hint: "Load the model there, or name one that it has.",
    });
  return { id: only.id, window: only.max_model_len ?? only.meta?.n_ctx ?? undefined, owner: only.owned_by };
}
