import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";
import { explainRefusal } from "./refusals.ts";
import { generateLineSchema, psSchema } from "./wire.ts";

/** Where nothing else is asked for: enough for a long session, and a state that most machines can hold. */
const usualWindow = 32_768;

export interface LoadWish {
  readonly model: string;
  readonly window: number | undefined;
  readonly trainedWindow: number | undefined;
  /** As Ollama reads it: `30m`, `-1` for ever. */
  readonly keepAlive: string;
}

/**
 * Has the model loaded with the window that is asked for, and finds out which one it got: the server may give less (what the model was
 * trained on), and its own figure is the fact.
 *
 * @returns tokens, prompt and answer together
 * @throws CloisterError `missing`, `internal` where it does not fit into memory, `engine-lost`
 */
export async function loadModel(server: Server, wish: LoadWish, signal?: AbortSignal): Promise<number> {
  const asked = Math.min(wish.window ?? usualWindow, wish.trainedWindow ?? Infinity);
  const body = { model: wish.model, prompt: "", stream: false, keep_alive: wish.keepAlive, options: { num_ctx: asked } };
  for await (const line of server.lines({ path: "/api/generate", body, signal, explain: explainRefusal(server, wish.model) })) {
    const { data } = generateLineSchema.safeParse(line);
    if (data?.error !== undefined) throw server.failure(500, data.error);
  }
  const { models } = await server.ask({ path: "/api/ps", signal }, psSchema);
  const loaded = models.find(({ name, model }) => name === wish.model || model === wish.model);
  if (loaded === undefined)
    throw new CloisterError("engine-lost", `Ollama at ${server.shown} loaded ${wish.model} and dropped it at once.`, {
      hint: "Look at what else is loaded (ollama ps), and at the server's log.",
    });
  return loaded.context_length === undefined || loaded.context_length === 0 ? asked : loaded.context_length;
}
