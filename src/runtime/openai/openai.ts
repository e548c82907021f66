import { CloisterError, unreachable } from "../../error.ts";
import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { callClosing, callOpening } from "../../prompt/spelling.ts";
import type { PromptTemplate } from "../../prompt/template.ts";
import { createAnswerReader } from "../answer-reader.ts";
import { longestPrompt } from "../embedded/window-size.ts";
import type { Refusal } from "../http/failures.ts";
import { createServer, type ServerOptions } from "../http/server.ts";
import type { Lane, Runtime, RuntimeEvent } from "../runtime.ts";
import { createTokenEstimate } from "../token-estimate.ts";
import { chatBody } from "./chat-body.ts";
import { type ChatMessage, chatMessages, chatText, chatTools } from "./chat-messages.ts";
import { readChat } from "./chat-stream.ts";
import { findModel } from "./find-model.ts";
import { countMessages, probeServer } from "./probe-server.ts";
import { extrasBody } from "./server-ways.ts";

export interface OpenAiOptions {
  /** `http://host:port`, with or without `/v1`. */
  readonly url: string;
  /** As the server names it; absent: the only one that it has. */
  readonly model?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Tokens, prompt and answer together; needed where the server does not say. */
  readonly window?: number | undefined;
  /** Who shows the tools to the model; absent: found out by asking. `server` gives up grammars where both do not go together. */
  readonly tools?: "server" | "prompt" | undefined;
  readonly limits?: ServerOptions["limits"];
  /** Ends the first questions. */
  readonly signal?: AbortSignal | undefined;
}

/** Servers that are known to stop when the connection closes, by the `owned_by` of their models. */
const stopsWhenLeft: ReadonlySet<string> = new Set(["vllm", "llamacpp"]);

/**
 * Any server with OpenAI's chat completions: vLLM, LM Studio, mlx-lm, oMLX, llama-server. The server renders the prompt with its own template;
 * what it can do is found out by asking it. Throws `unreachable`, `timeout`, `overloaded`, `missing` (no such model), `usage` (no window known).
 */
export async function createOpenAiRuntime(options: OpenAiOptions): Promise<Runtime> {
  const server = createServer({
    url: options.url.replace(/\/v1\/?$/, ""),
    kind: "OpenAI-compatible server",
    startHint: "Start it, or give another --url.",
    apiKey: options.apiKey,
    limits: options.limits,
  });
  try {
    const { id: model, owner, ...found } = await findModel(server, options.model, options.signal);
    const window = Math.min(options.window ?? Infinity, found.window ?? Infinity);
    if (window === Infinity)
      throw new CloisterError("usage", `The ${server.kind} at ${server.shown} does not say how long the window of ${model} is.`, {
        hint: "Say it: --window TOKENS.",
      });
    const ways = await probeServer(server, { model, tools: options.tools, signal: options.signal });
    const estimate = createTokenEstimate();
    const closing = new AbortController();

    async function countExactly(prompt: Prompt, messages: readonly ChatMessage[], signal: AbortSignal): Promise<number | undefined> {
      if (!ways.counts) return undefined;
      const tools = ways.tools === "server" && prompt.tools.length > 0 ? { tools: chatTools(prompt.tools) } : {};
      return await countMessages(server, { model, messages, ...tools, ...extrasBody(ways) }, signal);
    }

    async function* run(prompt: Prompt, _lane: Lane, caller: AbortSignal): AsyncGenerator<RuntimeEvent, void> {
      const signal = AbortSignal.any([caller, closing.signal]);
      const messages = chatMessages(prompt, ways);
      const text = chatText(prompt, messages, ways);
      const exact = await countExactly(prompt, messages, signal);
      const counted = exact ?? estimate.ofPrompt(text);
      const most = longestPrompt(prompt.maxTokens, window);
      const tooLong = (): CloisterError =>
        new CloisterError("prompt-too-long", `prompt is too long: ${Math.max(counted, most + 1)} tokens > ${most} maximum`);
      if ((exact ?? estimate.fewest(text)) > most) throw tooLong();
      const maxTokens = Math.max(1, Math.min(prompt.maxTokens, window - counted));
      const explain = (refusal: Refusal): CloisterError | undefined => (speaksOfWindow(refusal) ? tooLong() : undefined);

      const reader = createAnswerReader(createOutputParser(prompt.tools, { kind: prompt.answer.kind }), unrendered, prompt);
      const body = chatBody({ model, prompt, messages, maxTokens }, ways);
      const begun = performance.now();
      let first: number | undefined;
      let pieces = 0;
      for await (const event of readChat(server, { path: "/v1/chat/completions", body, signal, explain })) {
        if (event.type !== "end" && event.type !== "progress") {
          first ??= performance.now();
          pieces++;
        }
        switch (event.type) {
          case "progress":
            yield { type: "prefill", done: event.done, total: event.total, cached: event.cached };
            break;
          case "text":
            yield* reader.push(event.text);
            break;
          case "thinking":
            yield event;
            break;
          case "call":
            // Read like a written one: the parser forgives what small models do, and judges the rest by the tool's schema.
            yield* reader.push(`${callOpening}\n{"name": ${JSON.stringify(event.name)}, "arguments": ${event.arguments}}\n${callClosing}`);
            break;
          case "end": {
            yield* reader.end(event.reason);
            if (event.usage !== undefined) estimate.learn(text, event.usage.promptTokens);
            const now = performance.now();
            yield {
              type: "end",
              reason: reader.stopReason(event.reason),
              timing: {
                promptTokens: event.usage?.promptTokens ?? counted,
                cachedTokens: event.usage?.cachedTokens ?? 0,
                outputTokens: event.usage?.outputTokens ?? pieces,
                prefillMs: event.timings?.prompt_ms ?? (first ?? now) - begun,
                decodeMs: event.timings?.predicted_ms ?? now - (first ?? now),
              },
            };
            return;
          }
          default:
            unreachable(event);
        }
      }
    }

    return {
      facts: {
        runtime: "openai",
        model,
        isModel: true,
        window,
        template: ways.tools === "server" ? "the server's" : "the server's; the tools are in our system text",
        engine: owner === "" ? "OpenAI-compatible server" : owner,
        can: {
          grammar: ways.grammar !== undefined,
          count: ways.counts,
          lanes: false,
          store: false,
          progress: ways.progress,
          cacheFigures: ways.cacheFigures,
          cancel: stopsWhenLeft.has(owner),
        },
      },
      async count(prompt) {
        const messages = chatMessages(prompt, ways);
        return (await countExactly(prompt, messages, closing.signal)) ?? estimate.ofPrompt(chatText(prompt, messages, ways));
      },
      countTexts: (texts) => Promise.resolve(texts.map((text) => estimate.ofText(text))),
      run,
      close: () => {
        closing.abort(new CloisterError("cancelled", "The runtime was closed."));
        server.close();
        return Promise.resolve();
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}

/** The server renders; what an answer will look like in a later prompt is its business. */
const unrendered: PromptTemplate = { description: "", stop: [], render: () => [] };

/** The words of llama-server, vLLM, LM Studio and OpenAI for a prompt that does not fit. */
function speaksOfWindow({ status, message }: Refusal): boolean {
  return (
    status === 400 && /context (?:size|length|window)|max_model_len|context_length_exceeded|prompt is too long|input tokens/i.test(message)
  );
}
