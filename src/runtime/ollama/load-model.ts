import { CloisterError } from "../../error.ts";
import type { Server } from "../http/server.ts";
import type { FoundModel } from "./find-model.ts";
import { explainRefusal } from "./refusals.ts";
import { generateLineSchema, psSchema } from "./wire.ts";

/** Where nothing else is asked for: enough for a long session, and a state that most machines can hold. */
const usualWindow = 32_768;

/**
 * Has the model loaded with the window that is asked for, and finds out which one it got: the server may give less (what the model was
 * trained on), and its own figure is the fact.
 *
 * @param keepAlive as Ollama reads it: `30m`, or seconds
 * @returns tokens, prompt and answer together
 * @throws CloisterError `missing`, `internal` where it does not fit into memory, `engine-lost`
 */
export async function loadModel(
  server: Server,
  found: FoundModel,
  window: number | undefined,
  keepAlive: string | number,
  signal?: AbortSignal,
): Promise<number> {
  const { name, show, trainedWindow } = found;
  const asked = Math.min(window ?? usualWindow, trainedWindow ?? Infinity);
  const body = { model: name, prompt: "", stream: false, keep_alive: keepAlive, options: { num_ctx: asked } };
  for await (const line of server.lines({ path: "/api/generate", body, signal, explain: explainRefusal(server, name) })) {
    const { data } = generateLineSchema.safeParse(line);
    if (data?.error !== undefined) throw server.failure(500, data.error);
  }
  const { models } = await server.ask({ path: "/api/ps", signal }, psSchema);
  // A model that has another name, too, is listed by the name under which it was loaded first.
  const alike = (details: typeof show.details): boolean => JSON.stringify(details) === JSON.stringify(show.details);
  const loaded = models.find((model) => model.name === name) ?? models.find(({ details }) => alike(details));
  if (loaded === undefined)
    throw new CloisterError("engine-lost", `Ollama at ${server.shown} loaded ${name} and dropped it at once.`, {
      hint: "Look at what else is loaded (ollama ps), and at the server's log.",
    });
  // Versions that do not say gave what was asked for.
  return loaded.context_length || asked;
}
