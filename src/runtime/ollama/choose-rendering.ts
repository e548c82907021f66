import { CloisterError } from "../../error.ts";
import { chatmlTemplate } from "../../prompt/chatml.ts";
import type { PromptTemplate } from "../../prompt/template.ts";
import type { Server } from "../http/server.ts";
import { probeRendering, type RenderMessages } from "./chat-probe.ts";
import type { ChatBody } from "./chat-messages.ts";
import type { FoundModel } from "./find-model.ts";
import { generateLineSchema, renderedSchema } from "./wire.ts";

/** Who makes one text of the conversation. */
export type Rendering =
  /** We do, and the server takes the text as it is. */
  | { readonly by: "us"; readonly template: PromptTemplate }
  /** Ollama does, with the model's template or a renderer of its own; `added` is as long as what it adds to the words that are sent. */
  | { readonly by: "ollama"; readonly description: string; readonly added: string };

/**
 * Ours for a GGUF model that speaks ChatML: then the same conversation gives the same bytes, calls are spelt as the model was taught, and can be held to
 * their schema. Ollama's own for every other: what a model's file says about its template is not handed out, so there is nothing to render with.
 * A model with a renderer of Ollama's own was taught another spelling, whatever its tags. Either choice is proved before it is used.
 *
 * @param wanted overrides the choice, not the proof
 * @throws CloisterError `damaged` where neither can be used
 */
export async function chooseRendering(
  server: Server,
  found: FoundModel,
  loading: { readonly keepAlive: string | number; readonly window: number },
  wanted: Rendering["by"] | undefined,
  signal?: AbortSignal,
): Promise<Rendering> {
  const { show, name } = found;
  const ownRenderer = /^RENDERER\s+(\S+)/m.exec(show.modelfile)?.[1];
  const candidate = show.details.format === "gguf" && ownRenderer === undefined && speaksChatml(found);
  if (wanted !== "ollama" && (candidate || wanted === "us") && (await holdsChatml(server, found.name, loading, signal))) {
    const why = isBare(show.template) ? "Ollama has no template for this model" : "so that calls can be held to their schema";
    const emptyThought = show.capabilities.includes("thinking");
    return {
      by: "us",
      template: chatmlTemplate({ description: `ours, in ChatML: ${why}`, eosToken: found.vocabulary?.end, emptyThought }),
    };
  }
  const { defect, added } = await probeRendering(renderBy(server, name, loading, signal), show.capabilities.includes("tools"));
  if (defect?.grave === true)
    throw new CloisterError("damaged", `Ollama's template for ${name} cannot be used: it ${defect.text}.`, {
      hint: "Create the model again with a TEMPLATE in its Modelfile that lists tools, or choose a model of the ChatML family (Qwen, SmolLM, Hermes).",
    });
  const whose = ownRenderer === undefined ? "the one that Ollama has for the model" : `Ollama's own (${ownRenderer})`;
  const description = `${whose}; calls are not held to their schema${defect === undefined ? "" : `; it ${defect.text}`}`;
  return { by: "ollama", description, added };
}

function speaksChatml({ show, vocabulary }: FoundModel): boolean {
  return vocabulary?.end === "<|im_end|>" || (show.template.includes("<|im_start|>") && show.template.includes("<|im_end|>"));
}

/** No template at all: the words come to the model one after the other, without roles. */
function isBare(template: string): boolean {
  return /^\s*\{\{-?\s*\.Prompt\s*-?\}\}\s*$/.test(template);
}

/**
 * The control question: are the marks of ChatML tokens of this model, and does the server hold an answer to a schema? One request with four marks answers both:
 * as words they would be some twenty tokens.
 */
async function holdsChatml(
  server: Server,
  model: string,
  loading: { readonly keepAlive: string | number; readonly window: number },
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const body = {
    model,
    prompt: "<|im_start|><|im_end|><|im_start|><|im_end|>",
    raw: true,
    stream: false,
    format: { const: "held" },
    keep_alive: loading.keepAlive,
    options: { num_ctx: loading.window, num_predict: 16, temperature: 0 },
  };
  for await (const line of server.lines({ path: "/api/generate", body, signal })) {
    const { data } = generateLineSchema.safeParse(line);
    // A server may put a token of its own at the beginning.
    if (data?.done === true) return (data.prompt_eval_count ?? Infinity) <= 5 && data.response.trim() === '"held"';
  }
  return false;
}

function renderBy(
  server: Server,
  model: string,
  loading: { readonly keepAlive: string | number; readonly window: number },
  signal: AbortSignal | undefined,
): RenderMessages {
  return async (chat: ChatBody) => {
    const body = {
      model,
      ...chat,
      think: false,
      stream: false,
      truncate: false,
      keep_alive: loading.keepAlive,
      options: { num_ctx: loading.window },
      _debug_render_only: true,
    };
    for await (const line of server.lines({ path: "/api/chat", body, signal }))
      return renderedSchema.safeParse(line).data?._debug_info?.rendered_template;
    return undefined;
  };
}
