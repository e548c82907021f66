import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { CloisterError, unreachable } from "../../error.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { type FromEngine, type LoadRequest, parseFromEngine, type RunRequest, type ToEngine, type WireSegment } from "./wire.ts";

export interface EngineStart {
  readonly load: Omit<LoadRequest, "type">;
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborting it stops the process, also while it loads. */
  readonly signal: AbortSignal;
  readonly onLog: (text: string) => void;
  /** From 0 to 1, while the weights are loaded. */
  readonly onLoadProgress?: ((fraction: number) => void) | undefined;
  /** Milliseconds without any sign of life while loading, after which loading has failed. */
  readonly loadStallMs: number;
}

export type LoadedFacts = Extract<FromEngine, { type: "loaded" }>;
export type TurnEvent = Extract<FromEngine, { type: "prefill" | "text" | "ended" }>;
type TurnMessage = Extract<FromEngine, { id: number }>;

/** One engine process with its model loaded. */
export interface EngineLink {
  readonly facts: LoadedFacts;
  /** False once the process is gone: whoever asks it then gets `engine-lost`. */
  readonly alive: boolean;
  count(segments: readonly WireSegment[]): Promise<number>;
  countTexts(texts: readonly string[]): Promise<readonly number[]>;
  /** One turn; those of one lane wait for each other. Ends with `ended`, or throws. */
  run(request: Omit<RunRequest, "type" | "id">, signal: AbortSignal): AsyncGenerator<TurnEvent, void>;
  /** To be told after each turn that ended: how its answer will be rendered in later prompts, if it will. */
  remember(id: number, text: string | undefined): void;
  /** Ends the process and resolves when it is gone; what is worth it is saved before, where there is a store. */
  close(): Promise<void>;
}

/** A cancelled turn ends within one chunk; a process that does not answer for so long is stuck and is ended. Milliseconds. */
const cancelPatience = 120_000;
/** For saving what is worth it; the process itself gives up a little earlier. Milliseconds. */
const closePatience = 20_000;

/** Starts the engine's process and loads the model. Throws `missing`, `damaged`, `timeout`, `cancelled`, `internal`; leaves no process then. */
export async function startEngine(start: EngineStart): Promise<EngineLink> {
  const child = fork(join(import.meta.dirname, "engine-process.js"), [], {
    env: start.env,
    execArgv: [],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const process = watchProcess(child, start.onLog);
  try {
    const facts = await load(process, start);
    return createLink(process, facts, start.load.state !== undefined);
  } catch (error) {
    await process.kill();
    throw error;
  }
}

/** What the process says outside a turn, and its end, which is told to every mailbox. */
interface EngineProcess {
  readonly alive: boolean;
  send(message: ToEngine): void;
  /** A mailbox for the messages of one request; `undefined` for those of loading. */
  open(id: number | undefined): Mailbox<FromEngine>;
  close(id: number | undefined): void;
  /** Asks it to end by itself, and ends it where it does not. */
  dismiss(): Promise<void>;
  kill(): Promise<void>;
}

function watchProcess(child: ChildProcess, onLog: (text: string) => void): EngineProcess {
  const mailboxes = new Map<number | undefined, Mailbox<FromEngine>>();
  let lastWords = "";
  let alive = true;
  const gone = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      if (!alive) return;
      alive = false;
      const said = lastWords.trim() === "" ? "" : `; its last words: ${lastWords.trim()}`;
      const lost = new CloisterError("engine-lost", `The engine's process is gone (${how})${said}. The turn can be tried again.`);
      for (const mailbox of mailboxes.values()) mailbox.fail(lost);
      resolve();
    };
    child.once("exit", (code, signal) => end(signal === null ? `exit status ${code}` : signal));
    // Without a process id it never started, and no exit follows.
    child.on("error", (error) => (child.pid === undefined ? end(error.message) : onLog(`engine: ${error.message}`)));
  });

  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-1000);
    onLog(text.trimEnd());
  });
  child.on("message", (received) => {
    let message: FromEngine;
    try {
      message = parseFromEngine(received);
    } catch (error) {
      onLog(`engine: a message that makes no sense: ${String(error)}`);
      return;
    }
    if (message.type === "log") onLog(message.text);
    mailboxes.get("id" in message ? message.id : undefined)?.push(message);
  });

  return {
    get alive() {
      return alive;
    },
    send(message) {
      // A failure to send means that the process is going: its exit is what the mailboxes are told.
      if (child.connected) child.send(message, () => {});
    },
    open(id) {
      const mailbox = createMailbox<FromEngine>();
      if (!alive) mailbox.fail(new CloisterError("engine-lost", "The engine's process is gone. The turn can be tried again."));
      mailboxes.set(id, mailbox);
      return mailbox;
    },
    close: (id) => void mailboxes.delete(id),
    async dismiss() {
      if (!alive) return;
      this.send({ type: "close" });
      const stuck = setTimeout(() => child.kill("SIGKILL"), closePatience);
      await gone;
      clearTimeout(stuck);
    },
    async kill() {
      if (alive) child.kill("SIGKILL");
      await gone;
    },
  };
}

async function load(process: EngineProcess, start: EngineStart): Promise<LoadedFacts> {
  const mailbox = process.open(undefined);
  const stop = (): void => mailbox.fail(new CloisterError("cancelled", "Loading the model was cancelled."));
  start.signal.addEventListener("abort", stop, { once: true });
  const seconds = Math.round(start.loadStallMs / 1000);
  const stalled = setTimeout(() => {
    mailbox.fail(new CloisterError("timeout", `Loading ${start.load.modelPath} made no progress for ${seconds} s.`));
  }, start.loadStallMs);
  try {
    if (start.signal.aborted) stop();
    process.send({ type: "load", ...start.load });
    for (;;) {
      const message = await mailbox.take();
      stalled.refresh();
      if (message.type === "loading") start.onLoadProgress?.(message.fraction);
      if (message.type === "loaded") return message;
      if (message.type === "load-failed") throw failed(message);
    }
  } catch (error) {
    if (!(error instanceof CloisterError) || error.code !== "engine-lost") throw error;
    throw new CloisterError("internal", `The engine died while it was loading ${start.load.modelPath}: ${error.message}`, {
      hint: "cloister model verify",
      cause: error,
    });
  } finally {
    clearTimeout(stalled);
    start.signal.removeEventListener("abort", stop);
    process.close(undefined);
  }
}

function createLink(process: EngineProcess, facts: LoadedFacts, saves: boolean): EngineLink {
  let nextId = 1;

  /** One question, one answer. */
  async function ask(question: (id: number) => ToEngine): Promise<TurnMessage> {
    const id = nextId++;
    const mailbox = process.open(id);
    try {
      process.send(question(id));
      const answer = await mailbox.take();
      if (answer.type === "failed") throw failed(answer);
      if (!("id" in answer)) throw new CloisterError("internal", `The engine answered a question with ${answer.type}.`);
      return answer;
    } finally {
      process.close(id);
    }
  }

  async function* run(request: Omit<RunRequest, "type" | "id">, signal: AbortSignal): AsyncGenerator<TurnEvent, void> {
    const id = nextId++;
    const mailbox = process.open(id);
    const cancel = (): void => process.send({ type: "cancel", id });
    let over = false;
    signal.addEventListener("abort", cancel, { once: true });
    try {
      process.send({ type: "run", id, ...request });
      if (signal.aborted) cancel();
      while (!over) {
        const event = turnEvent(await mailbox.take());
        over = event.type === "ended" || event.type === "failed";
        if (event.type === "failed") throw failed(event);
        yield event;
      }
    } finally {
      signal.removeEventListener("abort", cancel);
      // The consumer went away in the middle: the next turn begins when this one has stopped.
      if (!over && process.alive) {
        cancel();
        await settle(mailbox);
      }
      process.close(id);
    }
  }

  async function settle(mailbox: Mailbox<FromEngine>): Promise<void> {
    const stuck = setTimeout(() => void process.kill(), cancelPatience);
    try {
      for (;;) {
        const { type } = await mailbox.take();
        if (type === "ended" || type === "failed") return;
      }
    } catch {
      // The process is gone, which is one way to stop.
    } finally {
      clearTimeout(stuck);
    }
  }

  return {
    facts,
    get alive() {
      return process.alive;
    },
    run,
    async count(segments) {
      const answer = await ask((id) => ({ type: "count", id, segments: [...segments] }));
      if (answer.type === "counted") return answer.tokens;
      throw new CloisterError("internal", `The engine answered a count with ${answer.type}.`);
    },
    async countTexts(texts) {
      if (texts.length === 0) return [];
      const answer = await ask((id) => ({ type: "count-texts", id, texts: [...texts] }));
      if (answer.type === "counted-texts" && answer.tokens.length === texts.length) return answer.tokens;
      throw new CloisterError("internal", `The engine answered a count with ${answer.type}.`);
    },
    remember: (id, text) => process.send({ type: "remember", id, text }),
    close: () => (saves ? process.dismiss() : process.kill()),
  };
}

function turnEvent(message: FromEngine): TurnEvent | Extract<TurnMessage, { type: "failed" }> {
  switch (message.type) {
    case "prefill":
    case "text":
    case "ended":
    case "failed":
      return message;
    case "counted":
    case "counted-texts":
    case "log":
    case "loading":
    case "loaded":
    case "load-failed":
      throw new CloisterError("internal", `The engine answered a turn with ${message.type}.`);
    default:
      return unreachable(message);
  }
}

function failed({ code, message, hint }: Extract<FromEngine, { type: "failed" | "load-failed" }>): CloisterError {
  return new CloisterError(code, message, { hint });
}
