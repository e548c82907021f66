import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CloisterError } from "../src/error.ts";

/** How a server of a peer is started: a pure value. It is told to listen on `port` of the loopback interface. */
export interface ServerPlan {
  readonly name: string;
  readonly argv: readonly string[];
  /** The whole environment: nothing is inherited, no key of a cloud among it. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly port: number;
  /** A path that answers 200 when the server is ready. */
  readonly readyPath: string;
  /** Milliseconds it may take to be. */
  readonly patience: number;
}

export interface RunningServer {
  readonly url: string;
  /** The end of what it said. */
  readonly complaint: () => string;
  /** Ends it and what it started, and resolves when it is gone. */
  close(): Promise<void>;
}

/** Starts a server and waits until it answers. Throws `unreachable` with its last words, `timeout`, `cancelled`; nothing is left running then. */
export async function startServer(plan: ServerPlan, signal: AbortSignal): Promise<RunningServer> {
  signal.throwIfAborted();
  const [program = "", ...args] = plan.argv;
  // A group of its own, so that what it starts can be ended with it.
  const child = spawn(program, args, { env: { ...plan.env }, cwd: plan.cwd, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let words = "";
  let gone = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      gone = true;
      resolve();
    };
    child.once("exit", end);
    child.once("error", (error) => {
      words += error.message;
      if (child.pid === undefined) end();
    });
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-4000)));
  const url = `http://127.0.0.1:${plan.port}`;
  const server: RunningServer = {
    url,
    complaint: () => words.trim(),
    async close() {
      if (!gone && child.pid !== undefined) endGroup(child.pid);
      await ended;
    },
  };
  try {
    const until = performance.now() + plan.patience;
    while (!(await answers(`${url}${plan.readyPath}`, signal))) {
      if (gone) throw new CloisterError("unreachable", `${plan.name} ended before it was ready: ${words.trim().slice(-600)}`);
      if (performance.now() > until)
        throw new CloisterError(
          "timeout",
          `${plan.name} was not ready after ${Math.round(plan.patience / 1000)} s: ${words.trim().slice(-600)}`,
        );
      await sleep(100, undefined, { signal });
    }
    return server;
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
}

/** A port of the loopback interface that was free a moment ago. Some servers cannot be told to choose one and say which. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new CloisterError("internal", "The loopback interface gave no port.");
  return address.port;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Its leader is gone already; its exit is what is waited for.
  }
}

async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(2000)]) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
