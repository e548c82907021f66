import { availableParallelism } from "node:os";
import type { Llama, LlamaContextSequence, LlamaGrammar, LlamaGrammarEvaluationState, LlamaModel } from "node-llama-cpp";
import { CloisterError } from "../../error.ts";
import type { Biases } from "./decode.ts";
import { chooseLaneCount } from "./lane-count.ts";
import { readVocabulary, type Vocabulary } from "./vocabulary.ts";
import { chooseWindow } from "./window-size.ts";
import type { LoadRequest } from "./wire.ts";

type Library = typeof import("node-llama-cpp");

export interface LoadedModel {
  /** Conversations whose state is in memory at once. */
  readonly lanes: number;
  /** Bytes that each of them takes. */
  readonly laneBytes: number;
  /** A new lane's state, empty; of no more than `lanes` at once. */
  openSequence(): LlamaContextSequence;
  readonly vocabulary: Vocabulary;
  readonly biases: Biases;
  /** Tokens, prompt and answer together. */
  readonly window: number;
  readonly trainedWindow: number;
  readonly threads: number;
  /** Bounds the threads of the next step. Without a GPU only: with one, threads that wait say nothing about the processor. */
  readonly useThreads: ((threads: number) => void) | undefined;
  /** `node-llama-cpp 3.22.1 (cpu)` */
  readonly engine: string;
  /** What a stored state depends on, beside model and engine. */
  readonly stateSettings: string;
  /** Throws `internal` with the grammar's beginning. */
  compileGrammar(gbnf: string): Promise<LlamaGrammar>;
  beginGrammar(grammar: LlamaGrammar): LlamaGrammarEvaluationState;
}

export interface LoadReport {
  readonly progress: (fraction: number) => void;
  readonly log: (text: string) => void;
}

/** Loads the model and makes its context. Throws `missing` without the engine, `damaged` for a file it cannot read, `internal` without memory. */
export async function loadModel(request: LoadRequest, report: LoadReport): Promise<LoadedModel> {
  const library = await importLibrary();
  const said = createLastWords();
  const llama = await startLlama(library, (text) => {
    said.push(text);
    report.log(text);
  });
  const model = await openModel(llama, request.modelPath, report.progress, said);
  const window = await chooseWindow({
    wanted: request.window,
    trained: model.trainContextSize,
    memory: request.memory,
    bytesFor: async (contextSize) => (await contextBytes(model, contextSize, 1)).cpu,
  });
  const [one, two] = [await contextBytes(model, window, 1), await contextBytes(model, window, 2)];
  const laneBytes = Math.max(0, two.cpu + two.gpu - one.cpu - one.gpu);
  const free = llama.gpu === false ? request.memory : (await llama.getVramState()).free / 2;
  const lanes = chooseLaneCount({ laneBytes, free, budget: request.laneMemory ?? laneBytes, most: request.lanes });
  // On machines with fast and slow cores the engine counts the fast ones; it knows nothing of quotas, which the caller does.
  const threads = Math.max(1, Math.min(request.threads ?? llama.cpuMathCores, llama.cpuMathCores, availableParallelism()));
  try {
    const context = await model.createContext({
      contextSize: request.window === undefined ? { max: window } : window,
      sequences: lanes,
      flashAttention: true,
      threads,
    });
    const vocabulary = readVocabulary(model);
    return {
      lanes,
      laneBytes,
      // Checkpoints are for models that cannot be cut back. The one before the last answer is enough; unasked the library would take many more.
      openSequence: () => context.getSequence({ checkpoints: { max: 1, interval: false } }),
      vocabulary,
      biases: {
        free: new library.TokenBias(model.tokenizer),
        held: new library.TokenBias(model.tokenizer).set([...vocabulary.control], "never"),
      },
      window: Math.min(window, context.contextSize),
      trainedWindow: model.trainContextSize,
      threads,
      useThreads: llama.gpu === false ? (limit) => (llama.maxThreads = limit) : undefined,
      engine: `node-llama-cpp ${await libraryVersion(library)} (${llama.gpu === false ? "cpu" : llama.gpu})`,
      // A state's layout follows the number of lanes: the engine refuses one that was written beside another number.
      stateSettings: `llama.cpp ${llama.llamaCppRelease.release}, lanes ${lanes}, kv f16, flash attention, sliding window ${model.fileInsights.swaSize ?? "none"}`,
      compileGrammar: (gbnf) => compileGrammar(llama, gbnf, said),
      beginGrammar: (grammar) => new library.LlamaGrammarEvaluationState({ model, grammar }),
    };
  } catch (error) {
    throw new CloisterError("internal", `A window of ${window} tokens could not be made: ${messageOf(error)}`, {
      hint: "choose a smaller window, or a smaller model",
      cause: error,
    });
  }
}

async function contextBytes(model: LlamaModel, contextSize: number, sequences: number): Promise<{ cpu: number; gpu: number }> {
  const options = { contextSize, sequences, modelGpuLayers: model.gpuLayers, flashAttention: true };
  const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2(options);
  return { cpu: cpuRam, gpu: gpuVram };
}

/** The engine's last lines, for errors that it explains nowhere else. */
interface LastWords {
  push(line: string): void;
  /** Lines said so far: what `since` takes. */
  readonly count: number;
  since(count: number): readonly string[];
}

function createLastWords(): LastWords {
  const kept = 20;
  let lines: string[] = [];
  let count = 0;
  return {
    push(line) {
      lines = [...lines, line].slice(-kept);
      count++;
    },
    get count() {
      return count;
    },
    since: (from) => (count > from ? lines.slice(from - count) : []),
  };
}

async function importLibrary(): Promise<Library> {
  try {
    return await import("node-llama-cpp");
  } catch (error) {
    throw new CloisterError("missing", `The engine is not installed: ${messageOf(error)}`, {
      hint: "npm install node-llama-cpp@3.22.1",
      cause: error,
    });
  }
}

async function startLlama(library: Library, log: (text: string) => void): Promise<Llama> {
  try {
    return await library.getLlama({
      gpu: "auto",
      // Nothing is fetched or compiled behind the user's back.
      build: "never",
      skipDownload: true,
      progressLogs: false,
      maxThreads: 0,
      logLevel: library.LlamaLogLevel.warn,
      logger: (_level, message) => log(message.trimEnd()),
    });
  } catch (error) {
    if (!(error instanceof library.NoBinaryFoundError)) throw error;
    throw new CloisterError("missing", "The engine has no build for this machine.", {
      hint: "npx node-llama-cpp source download",
      cause: error,
    });
  }
}

async function openModel(llama: Llama, modelPath: string, progress: (fraction: number) => void, said: LastWords): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath, defaultContextFlashAttention: true, onLoadProgress: progress });
  } catch (error) {
    const outOfMemory = error instanceof Error && error.name === "InsufficientMemoryError";
    throw new CloisterError(
      outOfMemory ? "internal" : "damaged",
      `The engine cannot load ${modelPath}: ${[messageOf(error), ...said.since(said.count - 3)].join("; ")}`,
      { hint: outOfMemory ? "choose a smaller model" : "cloister model verify", cause: error },
    );
  }
}

async function compileGrammar(llama: Llama, gbnf: string, said: LastWords): Promise<LlamaGrammar> {
  const before = said.count;
  try {
    return await llama.createGrammar({ grammar: gbnf });
  } catch (error) {
    const why = [messageOf(error), ...said.since(before)].join("; ");
    throw new CloisterError("internal", `A grammar does not compile: ${why}; it begins: ${gbnf.slice(0, 200)}`, { cause: error });
  }
}

async function libraryVersion(library: Library): Promise<string> {
  return await library.getModuleVersion();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
