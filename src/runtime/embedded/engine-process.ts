/**
 * The engine's own process: holds the model, answers messages, dies with its parent. A native crash in here costs the parent one
 * turn and nothing else.
 */
import { asCloisterError } from "../../error.ts";
import { createEngine, type Engine } from "./engine.ts";
import { loadModel } from "./load-model.ts";
import { type EngineFailureCode, type FromEngine, type LoadRequest, parseToEngine, type RunRequest, type ToEngine } from "./wire.ts";

const running = new Map<number, AbortController>();
let engine: Engine | undefined;

function send(message: FromEngine): void {
  process.send?.(message);
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
    engine = createEngine(loaded);
    const { window, trainedWindow, threads } = loaded;
    send({ type: "loaded", window, trainedWindow, threads, engine: loaded.engine });
  } catch (error) {
    send({ type: "load-failed", ...failure(error) });
  }
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

function count(id: number, segments: Extract<ToEngine, { type: "count" }>["segments"]): void {
  try {
    send({ type: "counted", id, tokens: ready().count(segments) });
  } catch (error) {
    send({ type: "failed", id, ...failure(error) });
  }
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
      return count(message.id, message.segments);
    case "run":
      return void run(message);
    case "cancel":
      return running.get(message.id)?.abort();
    case "remember":
      return ready().remember(message.id, message.text);
    default:
      return message satisfies never;
  }
});

// Ctrl-C reaches the whole group of processes: the parent decides what to stop, and how.
process.on("SIGINT", () => {});
// Leaving in the ordinary way waits for the computation that is under way; there is nothing here to save.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
if (process.send === undefined) throw new Error("This program is started by Cloister and not by hand.");
