import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const home = process.env["CLOISTER_HOME"] ?? join(process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister");
export const modelPath = join(home, "models", "smollm2-135m.gguf");
/** A program that takes llama-server's flags: the real one, or `scripts/llama-server.py` with a Python that has its wheel. */
const program = process.env["CLOISTER_TEST_LLAMA_SERVER"];

/** Why there is no real llama-server here; undefined where there is one. */
export const absent: string | undefined =
  program === undefined || program === ""
    ? "CLOISTER_TEST_LLAMA_SERVER names no llama-server (.ci/run sets it)"
    : existsSync(modelPath)
      ? undefined
      : `no model at ${modelPath}: cloister model pull smollm2-135m`;

export interface LlamaServer {
  readonly url: string;
  readonly slotFolder: string;
  /** Is a slot at work? */
  isWorking(): Promise<boolean>;
  /** Calls of the engine so far: each evaluates a chunk of a prompt or makes a token. */
  steps(): Promise<number>;
  stop(): Promise<void>;
}

/** A real llama-server on a free port of loopback, with the smallest model. One thread: with more a busy machine lets them wait for each other. */
export async function startLlamaServer(flags: readonly string[] = []): Promise<LlamaServer> {
  const slotFolder = await mkdtemp(join(tmpdir(), "cloister-slots-"));
  const own = ["-m", modelPath, "-c", "4096", "-np", "2", "-b", "128", "-t", "1", "--metrics", "--host", "127.0.0.1", "--port", "0"];
  const child = spawn(program ?? "", [...own, "--alias", "smollm2", "--slot-save-path", slotFolder, ...flags], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    }
    await rm(slotFolder, { recursive: true, force: true });
  };
  try {
    const url = await listening(child);
    const read = async (path: string): Promise<string> => await (await fetch(`${url}${path}`)).text();
    return {
      url,
      slotFolder,
      isWorking: async () => (JSON.parse(await read("/slots")) as { is_processing: boolean }[]).some((slot) => slot.is_processing),
      steps: async () => Number(/^llamacpp:n_decode_total (\d+)/m.exec(await read("/metrics"))?.[1]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listening(child: ChildProcess): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`llama-server did not listen within two minutes: ${said.slice(-1000)}`)), 120_000).unref();
    const read = (piece: Buffer): void => {
      said = (said + piece.toString()).slice(-20_000);
      const url = /listening on (http:\/\/[\d.]+:\d+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`llama-server ended (${code}): ${said.slice(-1000)}`)));
  });
}
