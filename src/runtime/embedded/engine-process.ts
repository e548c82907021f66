/**
 * The engine's own process: holds the model, answers messages, dies with its parent. A native crash in here costs the parent one
 * turn and nothing else.
 */
import { asCloisterError } from "../../error.ts";
import { createEngine, type Engine } from "./engine.ts";
import { type LoadedModel, loadModel } from "./load-model.ts";
import { openStateStore, type StateStore } from "./state/state-store.ts";
import { type EngineFailureCode, type FromEngine, type LoadRequest, parseToEngine, type RunRequest } from "./wire.ts";

const running = new Map<number, AbortController>();
let engine: Engine | undefined;

/** Saving takes a second or two; a process that is still there after so long is stuck. Milliseconds. */
const farewellPatience = 15_000;

function send(message: FromEngine): void {
  // Without its parent it only saves what there is, and has nobody to tell.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function failure(thrown: unknown): { code: EngineFailureCode; message: string; hint?: string } {
  const { code, message, hint } = asCloisterError(thrown);
  const known: EngineFailureCode =
    code === "missing" || code === "damaged" || code === "prompt-too-long" || code === "cancelled" ? code : "internal";
  return hint === undefined ? { code: known, message } : { code: known, message, hint };
}

async function load(request: LoadRequest): Promise<void> {
  try {
    const loaded = await loadModel(request, {
      progress: (fraction) => send({ type: "loading", fraction }),
      log: (text) => send({ type: "log", text }),
    });
    engine = createEngine(loaded, openStore(request.state, loaded));
    const { window, trainedWindow, threads, lanes, laneBytes } = loaded;
    send({ type: "log", text: `lanes in memory: ${lanes}, each ${Math.ceil(laneBytes / 1e6)} MB at ${window} tokens` });
    send({ type: "loaded", window, trainedWindow, threads, engine: loaded.engine, lanes, laneBytes });
  } catch (error) {
    send({ type: "load-failed", ...failure(error) });
  }
}

function openStore(state: LoadRequest["state"], loaded: LoadedModel): StateStore | undefined {
  if (state === undefined) return undefined;
  const { modelDigest, template } = state;
  return openStateStore({
    root: state.folder,
    cap: state.bytes,
    identity: { modelDigest, template, engine: loaded.engine, settings: loaded.stateSettings },
    modelName: state.model,
    window: loaded.window,
    log: (text) => send({ type: "log", text }),
    processId: process.pid,
  });
}

async function run(request: RunRequest): Promise<void> {
  const cancelling = new AbortController();
  running.set(request.id, cancelling);
  try {
    await ready().run(request, cancelling.signal, send);
  } catch (error) {
    send({ type: "failed", id: request.id, ...failure(error) });
  } finally {
    running.delete(request.id);
  }
}

function answer(id: number, work: () => FromEngine): void {
  try {
    send(work());
  } catch (error) {
    send({ type: "failed", id, ...failure(error) });
  }
}

/** Stops what runs, saves what is worth it, and ends. Leaving in the ordinary way would run the native library's teardown, which there is no need for. */
function farewell(): void {
  const leave = (): boolean => process.kill(process.pid, "SIGKILL");
  for (const cancelling of running.values()) cancelling.abort();
  setTimeout(leave, farewellPatience);
  void (engine?.close() ?? Promise.resolve()).catch(() => {}).then(leave);
}

function ready(): Engine {
  if (engine === undefined) throw new Error("The engine was asked before its model was loaded.");
  return engine;
}

process.on("message", (received) => {
  const message = parseToEngine(received);
  switch (message.type) {
    case "load":
      return void load(message);
    case "count":
      return answer(message.id, () => ({ type: "counted", id: message.id, tokens: ready().count(message.segments) }));
    case "count-texts":
      return answer(message.id, () => ({ type: "counted-texts", id: message.id, tokens: ready().countTexts(message.texts) }));
    case "run":
      return void run(message);
    case "cancel":
      return running.get(message.id)?.abort();
    case "remember":
      return ready().remember(message.id, message.text);
    case "close":
      return farewell();
    default:
      return message satisfies never;
  }
});

// Ctrl-C reaches the whole group of processes: the parent decides what to stop, and how.
process.on("SIGINT", () => {});
process.on("disconnect", farewell);
if (process.send === undefined) throw new Error("This program is started by Cloister and not by hand.");
