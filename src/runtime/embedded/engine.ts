import type { LlamaContextSequence, LlamaGrammar, LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import { CloisterError } from "../../error.ts";
import { decode } from "./decode.ts";
import type { LoadedModel } from "./load-model.ts";
import { promptTokens } from "./prompt-tokens.ts";
import { createRecentMap } from "./recent-map.ts";
import { createSpeculator } from "./speculation/speculator.ts";
import { longestPrompt } from "./window-size.ts";
import { createThreadGovernor } from "./thread-governor.ts";
import type { FromEngine, RunRequest, WireSegment } from "./wire.ts";

/** Small enough that cancelling is felt and progress is seen, large enough to cost nothing (189 tok/s against 181 in one piece). */
const chunkTokens = 256;

export type RunReport = Extract<FromEngine, { type: "log" | "prefill" | "text" | "ended" }>;

/** One model, one context, one sequence whose state stays from turn to turn. Runs come one at a time: the caller sees to it. */
export interface Engine {
  /** What `run` would evaluate, in tokens. */
  count(segments: readonly WireSegment[]): number;
  /** Throws `prompt-too-long`, `cancelled`, and `internal` for a grammar that does not compile. The state up to there is kept. */
  run(request: RunRequest, signal: AbortSignal, report: (event: RunReport) => void): Promise<void>;
  /** The last answer, if it was that of run `id`, will come back in prompts as `text`. */
  remember(id: number, text: string): void;
}

export function createEngine(loaded: LoadedModel): Engine {
  const { sequence, vocabulary, window } = loaded;
  const answers = createRecentMap<readonly number[]>(256);
  const grammars = createRecentMap<LlamaGrammar>(32);
  const governor = createThreadGovernor(loaded.threads);
  const speculator = createSpeculator({ vocabulary, now: () => performance.now(), random: Math.random });
  let last: { readonly id: number; readonly tokens: readonly Token[] } | undefined;

  /** Many tokens at once wait little for each other, so prefill always has all threads; single ones have as many as the governor says. */
  async function pace<T>(step: () => Promise<T>): Promise<T> {
    const { useThreads } = loaded;
    if (useThreads === undefined) return await step();
    useThreads(governor.threads);
    const [cpu, started] = [process.cpuUsage(), performance.now()];
    try {
      return await step();
    } finally {
      const [{ user, system }, now] = [process.cpuUsage(cpu), performance.now()];
      governor.observe({ cpuMs: (user + system) / 1000, wallMs: now - started, now });
      useThreads(loaded.threads);
    }
  }

  async function grammarFor(request: RunRequest): Promise<(() => LlamaGrammarEvaluationState) | undefined> {
    if (request.grammar === undefined) return undefined;
    const { gbnf } = request.grammar;
    const grammar = grammars.get(gbnf) ?? (await loaded.compileGrammar(gbnf));
    grammars.set(gbnf, grammar);
    return () => loaded.beginGrammar(grammar);
  }

  return {
    count: (segments) => promptTokens(segments, vocabulary.tokenizer, answers).length,

    async run(request, signal, report) {
      const { id } = request;
      const tokens = promptTokens(request.segments, vocabulary.tokenizer, answers) as Token[];
      const total = tokens.length;
      const most = longestPrompt(request.maxTokens, window);
      if (total > most) throw new CloisterError("prompt-too-long", `prompt is too long: ${total} tokens > ${most} maximum`);
      if (total === 0) throw new CloisterError("internal", "The template rendered an empty prompt.");
      const begin = await grammarFor(request);
      last = undefined;

      const started = performance.now();
      const cached = await keepPrefix(sequence, tokens);
      report({ type: "prefill", id, done: cached, total, cached });
      const lastChunk = await prefill(sequence, tokens, signal, (done) => report({ type: "prefill", id, done, total, cached }));

      let prefilled = performance.now();
      const {
        reason,
        tokens: answer,
        ...counts
      } = await decode({
        sequence,
        vocabulary,
        input: lastChunk,
        grammar: begin === undefined || request.grammar === undefined ? undefined : { from: request.grammar.from, begin },
        stop: request.stop,
        maxTokens: Math.min(request.maxTokens, window - total),
        temperature: request.temperature,
        signal,
        pace,
        speculate: (parts) =>
          speculator.begin({ ...parts, mode: request.speculation ?? "calibrated", log: (text) => report({ type: "log", text }) }),
        onPrefilled: () => {
          prefilled = performance.now();
          report({ type: "prefill", id, done: total, total, cached });
        },
        onText: (text) => report({ type: "text", id, text }),
      });
      if (answer !== undefined) last = { id, tokens: answer };
      const timing = {
        promptTokens: total,
        cachedTokens: cached,
        ...counts,
        prefillMs: prefilled - started,
        decodeMs: performance.now() - prefilled,
      };
      report({ type: "ended", id, reason, timing });
    },

    remember(id, text) {
      // The first spelling stays: it is the one whose state an earlier turn may still hold.
      if (last?.id === id && answers.get(text) === undefined) answers.set(text, last.tokens);
    },
  };
}

/** Erases the state from the first token on that differs, and gives the number of tokens that are left. */
async function keepPrefix(sequence: LlamaContextSequence, tokens: readonly Token[]): Promise<number> {
  // Without the last token: an answer needs at least one token to be evaluated.
  await sequence.adaptStateToTokens(tokens.slice(0, -1), false);
  return sequence.nextTokenIndex;
}

/** Evaluates what is new, chunk by chunk, up to the last chunk, which it returns: decoding begins with it. Throws `cancelled`. */
async function prefill(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  signal: AbortSignal,
  onChunk: (done: number) => void,
): Promise<readonly Token[]> {
  for (;;) {
    if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled.");
    const done = sequence.nextTokenIndex;
    if (tokens.length - done <= chunkTokens) return tokens.slice(done);
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(done, done + chunkTokens));
    onChunk(sequence.nextTokenIndex);
  }
}
