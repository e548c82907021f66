import { CloisterError } from "../../error.ts";
import type { JsonObject } from "../../messages/conversation.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import type { TimeLimits } from "../http/limits.ts";
import { createServer } from "../http/server.ts";
import type { Lane, Runtime, RuntimeEvent } from "../runtime.ts";
import { chatBody, chatText } from "./chat-messages.ts";
import { chooseRendering, type Rendering } from "./choose-rendering.ts";
import { createDefuser, rawPrompt } from "./raw-prompt.ts";
import { findModel } from "./find-model.ts";
import { loadModel } from "./load-model.ts";
import { createMeter } from "./meter.ts";
import { prefillAhead, type SlotBelief } from "./prefill-ahead.ts";
import { explainRefusal, promptTooLong } from "./refusals.ts";
import { runChat } from "./run-chat.ts";
import { runRaw } from "./run-raw.ts";
import { createTokenEstimate } from "../token-estimate.ts";
import type { TurnContext } from "./turn-context.ts";

export interface OllamaOptions {
  /** `http://127.0.0.1:11434`, or `unix:/path`. */
  readonly url: string;
  /** As `ollama list` has it. */
  readonly model: string;
  /** Tokens, prompt and answer together; never more than the model was trained on. Absent: that, at most 32,768. */
  readonly window?: number | undefined;
  /** How long the model stays loaded after a turn: `30m`, `90` (seconds), `-1` for ever; half an hour where it is absent. */
  readonly keepAlive?: string | undefined;
  /** Who renders the conversation; chosen by what the model is where it is absent. */
  readonly rendering?: Rendering["by"] | undefined;
  /** Sent as a bearer token, for an Ollama behind a proxy that wants one. */
  readonly apiKey?: string | undefined;
  readonly limits?: { readonly question?: Partial<TimeLimits> | undefined; readonly turn?: Partial<TimeLimits> | undefined } | undefined;
  /** Aborting it closes the runtime. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A model behind a running Ollama, through its native API. Resolves when the model is loaded and its rendering proved. Ollama itself is not started
 * and not stopped, and the model stays loaded for as long as `keepAlive` says.
 *
 * @throws CloisterError `usage`, `unreachable`, `missing` (no such model, or an Ollama that is too old), `damaged` (no usable template), `internal` (no memory),
 * `timeout`, `cancelled`
 */
export async function createOllamaRuntime(options: OllamaOptions): Promise<Runtime> {
  const { url, apiKey, limits } = options;
  const server = createServer({ url, kind: "Ollama", startHint: "Start it with: ollama serve", apiKey, limits });
  const closing = new AbortController();
  const lifetime = options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal]);
  const keepAlive = parseKeepAlive(options.keepAlive ?? "30m");
  const close = (): Promise<void> => {
    closing.abort(new CloisterError("cancelled", "The runtime was closed."));
    server.close();
    return Promise.resolve();
  };

  const opened = await open().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const { found, window, rendering } = opened;
  const estimate = createTokenEstimate();
  const slot: SlotBelief = { text: "", rate: undefined };
  const defuse = createDefuser(found.vocabulary?.control);

  async function open() {
    const found = await findModel(server, options.model, lifetime);
    const window = await loadModel(server, found, options.window, keepAlive, lifetime);
    return { found, window, rendering: await chooseRendering(server, found, { keepAlive, window }, options.rendering, lifetime) };
  }

  /** What is sent of a prompt, as text: what tokens are estimated from, and how a prompt is known again. */
  function sentText(prompt: Prompt): string {
    if (rendering.by === "us") return rawPrompt(rendering.template.render(prompt), defuse);
    return rendering.added + chatText(chatBody(prompt, defuse));
  }

  async function* run(prompt: Prompt, _lane: Lane, signal: AbortSignal): AsyncGenerator<RuntimeEvent, void> {
    const stop = AbortSignal.any([signal, lifetime]);
    if (stop.aborted) throw new CloisterError("cancelled", "The turn was cancelled before it began.");
    const text = sentText(prompt);
    const tokens = estimate.ofPrompt(text);
    const meter = createMeter(() => performance.now());
    const context: TurnContext = {
      server,
      meter,
      signal: stop,
      request: (maxTokens, stops) => ({
        model: found.name,
        stream: true,
        // Not said, it means yes.
        think: false,
        // A prompt that does not fit is refused; without these its beginning is dropped in silence.
        truncate: false,
        shift: false,
        keep_alive: keepAlive,
        options: optionsOf(prompt, maxTokens, stops),
      }),
      explain: explainRefusal(server, found.name, { tokens, window }),
    };
    yield { type: "prefill", done: 0, total: tokens, cached: 0 };
    // What may not fit is sent in one piece: then it is refused before anything is read.
    if (rendering.by === "us" && tokens <= window) yield* prefillAhead(context, text, tokens, slot);
    slot.text = text;
    const reason =
      rendering.by === "us"
        ? yield* runRaw(context, rendering.template, prompt, text)
        : yield* runChat(context, chatBody(prompt, defuse), prompt);
    const counted = meter.promptTokens;
    if (counted !== undefined) {
      // Asked not to, no version that is taken drops anything; one that did would show it here.
      if (counted >= window || counted < estimate.fewest(text)) throw promptTooLong(Math.max(tokens, window + 1), window);
      estimate.learn(text, counted);
    }
    yield { type: "end", reason, timing: meter.timing(counted ?? tokens) };
  }

  function optionsOf(prompt: Prompt, maxTokens: number, stop: readonly string[]): JsonObject {
    return {
      num_ctx: window,
      num_predict: maxTokens,
      temperature: prompt.temperature,
      // Ollama's own default punishes what a call has to repeat: names, paths, quotes.
      repeat_penalty: 1,
      ...(stop.length > 0 ? { stop } : {}),
    };
  }

  return {
    facts: {
      runtime: "ollama",
      model: found.name,
      isModel: true,
      window,
      template: rendering.by === "us" ? rendering.template.description : rendering.description,
      engine: `Ollama ${found.version}`,
      can: {
        grammar: rendering.by === "us",
        count: false,
        lanes: false,
        store: false,
        progress: false,
        cacheFigures: false,
        // Ollama reads a prompt to its end whoever waits for it; what we render is sent in pieces.
        cancel: rendering.by === "us",
      },
    },
    count: (prompt) => Promise.resolve(estimate.ofPrompt(sentText(prompt))),
    countTexts: (texts) => Promise.resolve(texts.map((text) => estimate.ofText(text))),
    run,
    close,
  };
}

/** Ollama takes seconds as a number only, and anything else with a unit. */
function parseKeepAlive(text: string): string | number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  if (/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|s|m|h))+$/.test(text)) return text;
  throw new CloisterError("usage", `${JSON.stringify(text)} is no time that a model can be kept for.`, {
    hint: "Give it as 30m, 2h or -1.",
  });
}
