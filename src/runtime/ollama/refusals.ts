import { CloisterError } from "../../error.ts";
import type { Refusal } from "../http/failures.ts";
import type { Server } from "../http/server.ts";
import { noSuchModel } from "./find-model.ts";

/** What some of Ollama's refusals mean; the rest goes by its status. `prompt`: tokens of the prompt as estimated, and the window. */
export function explainRefusal(
  server: Server,
  model: string,
  prompt?: { readonly tokens: number; readonly window: number },
): (refusal: Refusal) => CloisterError | undefined {
  return ({ status, message }) => {
    if (status === 404 && /model .*not found/i.test(message)) return noSuchModel(server, model);
    if (prompt !== undefined && /input length.* exceeds|exceeds? the context|context length exceeded/i.test(message))
      return promptTooLong(Math.max(Number(/\((\d+) tokens/.exec(message)?.[1] ?? prompt.tokens), prompt.window + 1), prompt.window);
    if (/requires more system memory|out of memory|unable to allocate/i.test(message))
      return new CloisterError("internal", `Ollama at ${server.shown} cannot load ${model}: ${message}.`, {
        hint: "Choose a smaller window or a smaller model, or stop what else is loaded (ollama ps, ollama stop NAME).",
      });
    return undefined;
  };
}

/** In the words by which clients know that they must compact. */
export function promptTooLong(tokens: number, window: number): CloisterError {
  return new CloisterError("prompt-too-long", `prompt is too long: ${tokens} tokens > ${window} maximum`);
}
