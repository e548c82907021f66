import type { LlamaContextSequence, LlamaGrammar, LlamaGrammarEvaluationState, Token } from "node-llama-cpp";
import { CloisterError } from "../../error.ts";
import type { Lane } from "../runtime.ts";
import { createComputeShare, type ShareMember } from "./compute-share.ts";
import { decode } from "./decode.ts";
import { keepPrefix } from "./kept-prefix.ts";
import { createLaneStorage, type LaneState } from "./lane-state.ts";
import { createLaneTable } from "./lane-table.ts";
import type { LoadedModel } from "./load-model.ts";
import { prefill } from "./prefill.ts";
import { promptTokens } from "./prompt-tokens.ts";
import { createRecentMap } from "./recent-map.ts";
import { createSpeculator } from "./speculation/speculator.ts";
import type { StateStore } from "./state/state-store.ts";
import { leastBaseTokens, saveIsDue } from "./state/worth.ts";
import { createThreadGovernor } from "./thread-governor.ts";
import { rememberTokens } from "./token-memo.ts";
import { longestPrompt } from "./window-size.ts";
import type { FromEngine, RunRequest, WireSegment } from "./wire.ts";

export type RunReport = Extract<FromEngine, { type: "log" | "prefill" | "text" | "ended" }>;

/** One model and one context, with a state for each lane that is in memory. */
export interface Engine {
  /** What `run` would evaluate, in tokens. Touches no state. */
  count(segments: readonly WireSegment[]): number;
  countTexts(texts: readonly string[]): number[];
  /**
   * Runs of one lane wait for each other; those of others share the engine. Throws `prompt-too-long`, `cancelled`, and `internal` for a grammar that
   * does not compile. The state up to there is kept.
   */
  run(request: RunRequest, signal: AbortSignal, report: (event: RunReport) => void): Promise<void>;
  /** The answer of run `id` will come back in prompts as `text`; without text it will not. */
  remember(id: number, text: string | undefined): void;
  /** Saves what is worth it. Whatever runs has to be cancelled before; nothing can be run after. */
  close(): Promise<void>;
}

/** Bounds of what is remembered, in tokens and characters: a few times the longest window's worth. */
const rememberedAnswers = 2 ** 20;
const rememberedTexts = 2 ** 22;
const patient = new AbortController().signal;
const onlyLane: Lane = { id: "", kind: "main" };

function requireFits(total: number, most: number): void {
  if (total > most) throw new CloisterError("prompt-too-long", `prompt is too long: ${total} tokens > ${most} maximum`);
  if (total === 0) throw new CloisterError("internal", "The template rendered an empty prompt.");
}

interface Told {
  readonly lane: string;
  /** Undefined where the answer was cut within a token. */
  readonly tokens: readonly Token[] | undefined;
}

export function createEngine(loaded: LoadedModel, store: StateStore | undefined): Engine {
  const { vocabulary, window } = loaded;
  const tokenizer = rememberTokens(vocabulary.tokenizer, rememberedTexts);
  const answers = createRecentMap<readonly number[]>(rememberedAnswers, (tokens, text) => tokens.length + text.length);
  const grammars = createRecentMap<LlamaGrammar>(32);
  const governor = createThreadGovernor(loaded.threads);
  const speculator = createSpeculator({ vocabulary, now: () => performance.now(), random: Math.random });
  const share = createComputeShare(() => performance.now());
  const told = createRecentMap<Told>(64);
  let prefillRate: number | undefined;

  // A conversation that goes on in a new process is counted as it is run: with the tokens that its answers were generated with.
  for (const { text, tokens } of store?.answers() ?? []) if (answers.get(text) === undefined) answers.set(text, tokens);

  const storage =
    store &&
    createLaneStorage({
      store,
      tokenBytes: loaded.laneBytes / window,
      prefillRate: () => prefillRate,
      async renew(sequence: LlamaContextSequence) {
        await sequence.dispose();
        return loaded.openSequence();
      },
    });

  const lanes = createLaneTable<LaneState>({
    most: loaded.lanes,
    open: (lane) => ({ lane, sequence: loaded.openSequence(), saved: 0, settled: true, answers: [] }),
    async replace(gone, lane) {
      await asMember((member) => storage?.save(gone, member));
      await gone.sequence.clearHistory();
      return { lane, sequence: gone.sequence, saved: 0, settled: true, answers: [] };
    },
  });

  async function asMember(work: (member: ShareMember) => Promise<void> | undefined): Promise<void> {
    const member = share.join();
    try {
      await work(member);
    } finally {
      member.leave();
    }
  }

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

  const tokensOf = (segments: readonly WireSegment[]): Token[] => promptTokens(segments, tokenizer, answers) as Token[];

  async function turn(
    request: RunRequest,
    state: LaneState,
    member: ShareMember,
    signal: AbortSignal,
    report: (event: RunReport) => void,
  ): Promise<void> {
    const { id } = request;
    const tokens = tokensOf(request.segments);
    const total = tokens.length;
    const begin = await grammarFor(request);
    const base = Math.min(tokensOf(request.segments.slice(0, request.base ?? 0)).length, total - 1);

    const started = performance.now();
    const inMemory = await keepPrefix(state.sequence, tokens);
    state.saved = Math.min(state.saved, inMemory);
    state.settled = true;
    state.answers = request.segments.flatMap(({ text, assistant }) => {
      const known = assistant === true ? answers.get(text) : undefined;
      return known === undefined ? [] : [{ text, tokens: [...known] }];
    });
    // Only a lane that has just come, or has begun anew, can find more on the disk than it has.
    const mayRestore = inMemory === 0 || inMemory < base;
    const cached = (mayRestore ? await storage?.restore(state, tokens, inMemory, member) : undefined) ?? inMemory;
    const restoredTokens = cached > inMemory ? cached : undefined;
    report({ type: "prefill", id, done: cached, total, cached });

    const { sequence } = state;
    const saveBase = storage !== undefined && state.lane.kind !== "side" && base >= leastBaseTokens && cached < base;
    const { rest, rate } = await prefill({
      sequence,
      tokens,
      member,
      signal,
      stopAt: saveBase ? base : undefined,
      onStop: () => storage?.saveBase(state, member),
      onChunk: (done) => report({ type: "prefill", id, done, total, cached }),
    });
    prefillRate = rate ?? prefillRate;

    let prefilled = performance.now();
    // The prompt's last chunk and the first token are one step, and it is the decoder that does it.
    const release = await member.hold(signal);
    state.settled = false;
    try {
      const {
        reason,
        tokens: answer,
        ...counts
      } = await decode({
        sequence,
        vocabulary,
        biases: loaded.biases,
        input: rest,
        grammar: begin === undefined || request.grammar === undefined ? undefined : { from: request.grammar.from, begin },
        stop: request.stop,
        maxTokens: Math.min(request.maxTokens, window - total),
        temperature: request.temperature,
        signal,
        pace: (step) => member.step(() => pace(step), signal),
        speculate: (parts) =>
          speculator.begin({ ...parts, mode: request.speculation ?? "calibrated", log: (text) => report({ type: "log", text }) }),
        onPrefilled: () => {
          release();
          prefilled = performance.now();
          report({ type: "prefill", id, done: total, total, cached });
        },
        onText: (text) => report({ type: "text", id, text }),
      });
      told.set(String(id), { lane: state.lane.id, tokens: answer });
      const timing = {
        promptTokens: total,
        cachedTokens: cached,
        restoredTokens,
        ...counts,
        prefillMs: prefilled - started,
        decodeMs: performance.now() - prefilled,
      };
      report({ type: "ended", id, reason, timing });
    } finally {
      release();
    }
  }

  /** Between two turns of the lane, if there is such a moment; the next turn waits. */
  async function saveIfDue(id: string, answer: { readonly text: string; readonly tokens: readonly number[] } | undefined): Promise<void> {
    const use = lanes.tryEnter(id);
    if (use === undefined) return;
    try {
      const state = use.kept;
      if (answer !== undefined) {
        state.answers = [...state.answers, { text: answer.text, tokens: [...answer.tokens] }];
        state.settled = true;
      }
      if (storage !== undefined && saveIsDue(state.sequence.nextTokenIndex, state.saved))
        await asMember((member) => storage.save(state, member));
    } finally {
      use.leave();
    }
  }

  return {
    count: (segments) => tokensOf(segments).length,
    countTexts: (texts) => texts.map((text) => tokenizer.plain(text).length),

    async run(request, signal, report) {
      // Before it waits, and before another lane gives way for it.
      requireFits(tokensOf(request.segments).length, longestPrompt(request.maxTokens, window));
      const use = await lanes.enter(request.lane ?? onlyLane, signal);
      try {
        await asMember((member) => turn(request, use.kept, member, signal, report));
      } finally {
        use.leave();
      }
    },

    remember(id, text) {
      const { lane, tokens } = told.get(String(id)) ?? {};
      if (lane === undefined) return;
      // The first spelling stays: it is the one whose state an earlier turn may still hold.
      if (text !== undefined && tokens !== undefined && answers.get(text) === undefined) answers.set(text, tokens);
      const comesBack = text !== undefined && tokens !== undefined && answers.get(text) === tokens;
      void saveIfDue(lane, comesBack ? { text, tokens } : undefined);
    },

    async close() {
      if (storage === undefined) return;
      await Promise.all(
        lanes.ids.map(async (id) => {
          const use = await lanes.enter({ id, kind: "main" }, patient);
          // Nobody else enters: the process ends.
          await asMember((member) => storage.save(use.kept, member));
        }),
      );
    },
  };
}
