import { readFile, stat } from "node:fs/promises";
import { availableParallelism, freemem, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError, unreachable } from "../../error.ts";
import { answerGrammar } from "../../prompt/grammar/answer-grammar.ts";
import { createOutputParser } from "../../prompt/output.ts";
import type { Prompt } from "../../prompt/prompt.ts";
import type { Turn } from "../../messages/conversation.ts";
import type { PromptTemplate, Segment } from "../../prompt/template.ts";
import type { Lane, Runtime, RuntimeEvent } from "../runtime.ts";
import { createAnswerReader } from "../answer-reader.ts";
import { computeThreads } from "./compute-threads.ts";
import { engineEnvironment } from "./engine-environment.ts";
import { type EngineLink, startEngine } from "./engine-link.ts";
import { modelFingerprint } from "./model-fingerprint.ts";
import { createRestartBudget } from "./restart-budget.ts";
import type { LoadRequest } from "./wire.ts";

export interface EmbeddedOptions {
  readonly modelPath: string;
  /** Name as the catalogue has it. */
  readonly modelName: string;
  /**
   * Tokens, prompt and answer together; never more than the model was trained on. Absent: as many as the model was trained on, at
   * most 32,768, and no more than half of the memory that is free beside the model can hold.
   */
  readonly window?: number | undefined;
  readonly template: PromptTemplate;
  /** Folder for states on the disk; absent: none are kept. Several processes may share it. */
  readonly stateFolder?: string | undefined;
  /** Bytes that all states in the folder may take; 8 GiB by default. */
  readonly stateBytes?: number | undefined;
  /** sha256 of the model's file, where it is known; else states are kept apart by the file's size, time and ends. */
  readonly modelDigest?: string | undefined;
  /** Conversations whose state is kept in memory, at most; absent: as many as an eighth of the machine's memory holds, at most four. */
  readonly lanes?: number | undefined;
  /** What the engine's environment is taken from: paths, locale and GPU settings, nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Compute threads; never more than the physical cores, which is also the default. */
  readonly threads?: number | undefined;
  /** Aborting it closes the runtime. */
  readonly signal?: AbortSignal | undefined;
  /** Lines of the engine's own log. */
  readonly onLog?: ((text: string) => void) | undefined;
  /** From 0 to 1, while the weights are loaded. */
  readonly onLoadProgress?: ((fraction: number) => void) | undefined;
  /** Milliseconds that loading may stand still; two minutes by default. */
  readonly loadStallMs?: number | undefined;
}

const restartsPerMinute = 5;
const defaultStateBytes = 8 * 2 ** 30;

/**
 * The default runtime: node-llama-cpp in a process of its own. Resolves when the model is loaded. Throws `missing` (no such file,
 * or the engine is not installed), `damaged`, `timeout`, `cancelled`, `internal`; no process is left then.
 */
export async function createEmbeddedRuntime(options: EmbeddedOptions): Promise<Runtime> {
  const { template } = options;
  const closing = new AbortController();
  const budget = createRestartBudget(restartsPerMinute);
  const threads = computeThreads({ ...(await cpuFiles()), available: Math.min(availableParallelism(), options.threads ?? Infinity) });
  const memory = await memoryForState(options.modelPath);
  const state = options.stateFolder === undefined ? undefined : await stateOptions(options, options.stateFolder);

  const start = (window: number | undefined): Promise<EngineLink> =>
    startEngine({
      load: { modelPath: options.modelPath, window, threads, memory, laneMemory: totalmem() / 8, lanes: options.lanes, state },
      env: engineEnvironment(options.env),
      signal: closing.signal,
      onLog: options.onLog ?? (() => {}),
      onLoadProgress: options.onLoadProgress,
      loadStallMs: options.loadStallMs ?? 120_000,
    });

  const close = async (): Promise<void> => {
    closing.abort(new CloisterError("cancelled", "The runtime was closed."));
    options.signal?.removeEventListener("abort", closeBySignal);
    await starting?.catch(() => {});
    await link?.close();
  };
  const closeBySignal = (): void => void close();

  let link: EngineLink | undefined;
  let starting: Promise<EngineLink> | undefined;
  options.signal?.addEventListener("abort", closeBySignal, { once: true });
  if (options.signal?.aborted === true) closeBySignal();
  try {
    starting = start(options.window);
    link = await starting;
  } catch (error) {
    await close();
    throw error;
  } finally {
    starting = undefined;
  }
  const { facts } = link;

  /** The engine, started again where it was lost. */
  async function engine(): Promise<EngineLink> {
    closing.signal.throwIfAborted();
    if (link?.alive === true) return link;
    // A turn and a count may both find it gone: one start serves both.
    starting ??= restart().finally(() => (starting = undefined));
    return await starting;
  }

  async function restart(): Promise<EngineLink> {
    const wait = budget.next(Date.now());
    if (wait === undefined) {
      throw new CloisterError("engine-lost", `The engine died ${restartsPerMinute} times within a minute and is not started again yet.`, {
        hint: "cloister doctor; another model or a smaller window may help",
      });
    }
    await sleep(wait, undefined, { signal: closing.signal }).catch(() => closing.signal.throwIfAborted());
    link = await start(facts.window);
    return link;
  }

  async function* run(prompt: Prompt, lane: Lane, signal: AbortSignal): AsyncGenerator<RuntimeEvent, void> {
    if (signal.aborted) throw new CloisterError("cancelled", "The turn was cancelled before it began.");
    const running = await engine();
    const segments = template.render(prompt);
    const reader = createAnswerReader(createOutputParser(prompt.tools, { kind: prompt.answer.kind }), template, prompt);
    const events = running.run(
      {
        lane,
        segments: [...segments],
        base: sharedSegments(segments, template.render({ ...prompt, turns: [anotherTurn] })),
        stop: [...template.stop],
        grammar: answerGrammar(prompt.answer, prompt.tools),
        maxTokens: prompt.maxTokens,
        temperature: prompt.temperature,
      },
      AbortSignal.any([signal, closing.signal]),
    );
    for await (const event of events) {
      switch (event.type) {
        case "prefill":
          yield { type: "prefill", done: event.done, total: event.total, cached: event.cached };
          break;
        case "text":
          yield* reader.push(event.text);
          break;
        case "ended": {
          yield* reader.end(event.reason);
          running.remember(event.id, reader.asRendered());
          yield { type: "end", reason: reader.stopReason(event.reason), timing: event.timing };
          break;
        }
        default:
          unreachable(event);
      }
    }
  }

  return {
    facts: {
      runtime: "embedded",
      model: options.modelName,
      isModel: true,
      window: facts.window,
      template: template.description,
      engine: facts.engine,
      can: { grammar: true, count: true, lanes: true, store: state !== undefined, progress: true, cacheFigures: true, cancel: true },
    },
    count: async (prompt) => (await engine()).count(template.render(prompt)),
    countTexts: async (texts) => await (await engine()).countTexts(texts),
    run,
    close,
  };
}

/** A first turn that no conversation has: what is rendered alike before it is system text and tools. */
const anotherTurn: Turn = { role: "user", text: "\u0001" };

/** How many segments two renderings begin with alike. */
function sharedSegments(one: readonly Segment[], other: readonly Segment[]): number {
  const differs = one.findIndex((segment, at) => segment.text !== other[at]?.text || segment.special !== other[at]?.special);
  return differs < 0 ? one.length : differs;
}

async function stateOptions(options: EmbeddedOptions, folder: string): Promise<LoadRequest["state"]> {
  return {
    folder,
    bytes: options.stateBytes ?? defaultStateBytes,
    model: options.modelName,
    modelDigest: options.modelDigest ?? (await modelFingerprint(options.modelPath)),
    template: options.template.description,
  };
}

/** Linux's own words about its processors; absent elsewhere. */
async function cpuFiles(): Promise<{ cpuinfo: string | undefined; cpuMax: string | undefined }> {
  const read = (path: string): Promise<string | undefined> => readFile(path, "utf8").catch(() => undefined);
  const [cpuinfo, cpuMax] = await Promise.all([read("/proc/cpuinfo"), read("/sys/fs/cgroup/cpu.max")]);
  return { cpuinfo, cpuMax };
}

/** Bytes for the window's state: half of what is free beside the model's weights, at least a quarter of a gibibyte. */
async function memoryForState(modelPath: string): Promise<number> {
  const file = await stat(modelPath).catch((error: unknown) => {
    throw new CloisterError("missing", `There is no model file at ${modelPath}.`, { hint: "cloister model pull NAME", cause: error });
  });
  const limit = process.constrainedMemory() ?? 0;
  const free = Math.min(freemem(), limit > 0 ? limit : Infinity);
  return Math.max(2 ** 28, (free - file.size) / 2);
}
