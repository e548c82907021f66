import { CloisterError, unreachable } from "../../error.ts";
import { answerGrammar } from "../../prompt/grammar/answer-grammar.ts";
import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import { chooseTemplate, type PromptTemplate } from "../../prompt/template.ts";
import { createAnswerReader } from "../answer-reader.ts";
import { createRecentMap } from "../embedded/recent-map.ts";
import { longestPrompt } from "../embedded/window-size.ts";
import { mapFew } from "../http/map-few.ts";
import { createServer, type ServerOptions } from "../http/server.ts";
import type { Lane, Runtime, RuntimeEvent } from "../runtime.ts";
import { complete } from "./completion.ts";
import { readProperties } from "./server-properties.ts";
import { createServerTokenizer } from "./server-tokenizer.ts";
import { createSlotStore } from "./slot-store.ts";
import { createSlotTable, type Seat } from "./slot-table.ts";

export interface LlamaServerOptions {
  /** `http://127.0.0.1:8080`, `https://…`, `unix:/path`. */
  readonly url: string;
  /** The model that has to be there, by its alias or its file's name; absent: whichever is. */
  readonly model?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Tokens, prompt and answer together; never more than a slot of the server has, which is also the default. */
  readonly window?: number | undefined;
  /** In place of what is chosen for the model's own chat template. */
  readonly template?: PromptTemplate | undefined;
  /** Milliseconds that the server may still take to load its model; two minutes by default. */
  readonly loadMs?: number | undefined;
  readonly limits?: ServerOptions["limits"];
  /** Ends the waiting for the model. */
  readonly signal?: AbortSignal | undefined;
  /** What went wrong without costing a turn. */
  readonly onLog?: ((text: string) => void) | undefined;
}

/** Answers whose tokens are kept: more than a conversation has. */
const keptAnswers = 256;
/** A lane's state is saved again when it has grown by this many tokens. */
const saveEvery = 1024;

/**
 * llama.cpp's server, by its own `/completion`: our rendering of the prompt goes there as tokens, so counts are exact and nobody's words
 * become control tokens. Every lane has a slot of its own. Throws `unreachable`, `timeout`, `overloaded` (still loading), `missing` (another
 * model, or none), `damaged` (a template that cannot be used), `usage`.
 */
export async function createLlamaServerRuntime(options: LlamaServerOptions): Promise<Runtime> {
  const server = createServer({
    url: options.url,
    kind: "llama-server",
    startHint: "Start it: llama-server -m MODEL.gguf --port 8080, or give another --url.",
    apiKey: options.apiKey,
    limits: options.limits,
  });
  try {
    const properties = await readProperties(server, { loadMs: options.loadMs ?? 120_000, signal: options.signal });
    const { modelName } = properties;
    if (options.model !== undefined && options.model !== modelName)
      throw new CloisterError("missing", `The llama-server at ${server.shown} has loaded ${modelName}, not ${options.model}.`, {
        hint: `Ask for ${modelName}, or start the server with the other model.`,
      });
    const { chatTemplate, bosToken, eosToken } = properties;
    const template = options.template ?? chooseTemplate({ chatTemplate, bosToken, eosToken, modelName });
    const tokenizer = await createServerTokenizer(server, options.signal);
    const stopTokens = new Set(await Promise.all(template.stop.map((text) => tokenizer.single(text, options.signal))));
    const window = Math.min(properties.window, options.window ?? properties.window);

    const answers = createRecentMap<readonly number[]>(keptAnswers);
    const slots = createSlotTable(properties.slots);
    const store = properties.storesSlots ? createSlotStore(server, properties.stateKey, options.onLog ?? (() => {})) : undefined;
    /** Tokens of each lane's state that were saved, and that are there now. */
    const sizes = createRecentMap<{ readonly saved: number; readonly now: number }>(1024);
    const closing = new AbortController();
    const saving = new Set<Promise<void>>();

    /** The lane's slot, with its state in it as far as that was saved; how many tokens were restored. */
    async function sit(lane: Lane, signal: AbortSignal): Promise<Seat & { readonly restored: number }> {
      const seat = await slots.take(lane, signal);
      try {
        if (!seat.fresh || store === undefined) return { ...seat, restored: 0 };
        if (seat.leaving !== undefined) await save(seat.slot, seat.leaving, 1);
        const restored = lane.kind === "side" ? 0 : await store.restore(seat.slot, lane, signal);
        if (restored === 0 && (sizes.get(lane.id)?.saved ?? 0) > 0)
          options.onLog?.("The saved state of a lane could not be read; its prompt is evaluated again.");
        sizes.set(lane.id, { saved: restored, now: restored });
        return { ...seat, restored };
      } catch (error) {
        seat.release();
        throw error;
      }
    }

    /** Saves a lane's state where at least `grown` tokens are new in it. A question aside is not worth it. */
    async function save(slot: number, lane: Lane, grown: number): Promise<void> {
      const size = sizes.get(lane.id);
      if (store === undefined || size === undefined || lane.kind === "side" || size.now - size.saved < grown) return;
      await store.save(slot, lane);
      sizes.set(lane.id, { saved: size.now, now: size.now });
    }

    /** Frees the seat when the state is saved, without making anybody wait for it. */
    function leave(seat: Seat, lane: Lane): void {
      const saved = save(seat.slot, lane, saveEvery)
        .catch((error: unknown) => options.onLog?.(`The state of a lane was not saved: ${String(error)}`))
        .finally(() => {
          seat.release();
          saving.delete(saved);
        });
      saving.add(saved);
    }

    async function* run(prompt: Prompt, lane: Lane, caller: AbortSignal): AsyncGenerator<RuntimeEvent, void> {
      const signal = AbortSignal.any([caller, closing.signal]);
      const tokens = await tokenizer.prompt(template.render(prompt), answers, signal);
      const most = longestPrompt(prompt.maxTokens, window);
      if (tokens.length > most) throw new CloisterError("prompt-too-long", `prompt is too long: ${tokens.length} tokens > ${most} maximum`);
      const grammar = answerGrammar(prompt.answer, prompt.tools);
      const seat = await sit(lane, signal);
      try {
        yield* answer(prompt, lane, tokens, grammar, seat, signal);
      } finally {
        leave(seat, lane);
      }
    }

    async function* answer(
      prompt: Prompt,
      lane: Lane,
      tokens: readonly number[],
      grammar: ReturnType<typeof answerGrammar>,
      seat: { readonly slot: number; readonly restored: number },
      signal: AbortSignal,
    ): AsyncGenerator<RuntimeEvent, void> {
      const reader = createAnswerReader(createOutputParser(prompt.tools, { kind: prompt.answer.kind }), template, prompt);
      const request = {
        tokens,
        slot: seat.slot,
        stop: template.stop,
        grammar,
        maxTokens: Math.max(1, Math.min(prompt.maxTokens, window - tokens.length)),
        temperature: prompt.temperature,
      };
      let made: number[] | undefined = [];
      for await (const event of complete(server, request, signal)) {
        switch (event.type) {
          case "progress":
            yield { type: "prefill", done: event.done, total: event.total, cached: event.cached };
            break;
          case "piece":
            if (event.tokens === undefined) made = undefined;
            else made?.push(...event.tokens);
            if (event.text !== "") yield* reader.push(event.text);
            break;
          case "end": {
            yield* reader.end(event.reason);
            const own = made?.length === event.made ? withoutEnd(made, event.by) : undefined;
            const text = reader.asRendered();
            // The first spelling stays: it is the one whose state an earlier turn may still hold.
            if (own !== undefined && text !== undefined && answers.get(text) === undefined) answers.set(text, own);
            const total = event.evaluated + event.cached;
            sizes.set(lane.id, { saved: sizes.get(lane.id)?.saved ?? 0, now: total + event.made });
            const restored = Math.min(seat.restored, event.cached);
            yield {
              type: "end",
              reason: reader.stopReason(event.reason),
              timing: {
                promptTokens: total,
                cachedTokens: event.cached,
                ...(restored > 0 ? { restoredTokens: restored } : {}),
                outputTokens: event.made - (event.by === "limit" ? 0 : 1),
                prefillMs: event.promptMs,
                decodeMs: event.madeMs,
              },
            };
            return;
          }
          default:
            unreachable(event);
        }
      }
    }

    /** An answer's tokens without the one that ended it; undefined where a stop text of several tokens did. */
    function withoutEnd(made: readonly number[], by: "token" | "text" | "limit"): readonly number[] | undefined {
      if (by === "limit") return made;
      const last = made.at(-1);
      return by === "token" || (last !== undefined && stopTokens.has(last)) ? made.slice(0, -1) : undefined;
    }

    return {
      facts: {
        runtime: "llama-server",
        model: modelName,
        isModel: true,
        window,
        template: template.description,
        engine: `llama-server ${properties.build}`,
        can: {
          grammar: true,
          count: true,
          lanes: properties.slots > 1,
          store: store !== undefined,
          progress: true,
          cacheFigures: true,
          cancel: true,
        },
      },
      count: async (prompt) => (await tokenizer.prompt(template.render(prompt), answers, closing.signal)).length,
      countTexts: (texts) => mapFew(texts, 4, async (text) => (await tokenizer.plain(text, closing.signal)).length),
      run,
      async close() {
        if (closing.signal.aborted) return;
        closing.abort(new CloisterError("cancelled", "The runtime was closed."));
        await Promise.all(saving);
        for (const { slot, lane } of slots.seated()) await save(slot, lane, 1);
        server.close();
      },
    };
  } catch (error) {
    server.close();
    throw error;
  }
}
