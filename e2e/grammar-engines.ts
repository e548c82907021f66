import { fork, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import type { Order, Reply } from "./grammar-engine.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

/** Two engines for a test, one a core. */
export interface GrammarEngines {
  say(order: Omit<Extract<Order, { kind: "say" }>, "kind" | "id">): Promise<Extract<Reply, { kind: "said" }>>;
  /** Which of the texts the grammar takes whole, by llama.cpp's own test. */
  takes(gbnf: string, texts: readonly string[]): Promise<readonly boolean[]>;
  stop(): void;
}

export async function startGrammarEngines(modelPath: string, environment: NodeJS.ProcessEnv): Promise<GrammarEngines> {
  const pending = new Map<number, { engine: ChildProcess; resolve(reply: Reply): void; reject(error: Error): void }>();
  let lastId = 0;

  const start = (): { engine: ChildProcess; ready: Promise<void> } => {
    const engine = fork(join(import.meta.dirname, "grammar-engine.js"), [modelPath], { env: { ...environment, UV_THREADPOOL_SIZE: "1" } });
    const ready = new Promise<void>((resolve, reject) => {
      engine.once("exit", (code, signal) => {
        const lost = new Error(`The engine ended (${code ?? signal}).`);
        reject(lost);
        for (const [id, waiting] of pending) if (waiting.engine === engine && pending.delete(id)) waiting.reject(lost);
      });
      engine.on("message", (reply: Reply) => {
        if (reply.kind === "ready") return resolve();
        const waiting = pending.get(reply.id);
        pending.delete(reply.id);
        if (reply.kind === "failed") waiting?.reject(new Error(reply.message));
        else waiting?.resolve(reply);
      });
    });
    return { engine, ready };
  };

  const started = [start(), start()];
  const stop = (): void => started.forEach(({ engine }) => engine.kill("SIGKILL"));
  try {
    await Promise.all(started.map(({ ready }) => ready));
  } catch (error) {
    stop();
    throw error;
  }

  const ask = (order: Unnumbered<Order>): Promise<Reply> => {
    const id = ++lastId;
    const { engine } = started[id % started.length]!;
    return new Promise((resolve, reject) => {
      pending.set(id, { engine, resolve, reject });
      engine.send({ ...order, id });
    });
  };
  return {
    async say(order) {
      const reply = await ask({ kind: "say", ...order });
      if (reply.kind !== "said") throw new Error(`The engine answered ${reply.kind}.`);
      return reply;
    },
    async takes(gbnf, texts) {
      const reply = await ask({ kind: "test", gbnf, texts });
      if (reply.kind !== "tested") throw new Error(`The engine answered ${reply.kind}.`);
      return reply.taken;
    },
    stop,
  };
}
