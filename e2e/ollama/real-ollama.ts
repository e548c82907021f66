import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, openAsBlob } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface RealOllama {
  readonly url: string;
  /** Does a model's process compute? Undefined where the server was not started here. */
  readonly isWorking: (() => Promise<boolean>) | undefined;
  stop(): Promise<void>;
}

/** The server at a URL, or one that is started from the program at a path, in folders of its own. */
export async function startOllama(urlOrProgram: string): Promise<RealOllama> {
  if (/^https?:/.test(urlOrProgram)) return { url: urlOrProgram, isWorking: undefined, stop: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), "cloister-ollama-"));
  const child = spawn(urlOrProgram, ["serve"], {
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      OLLAMA_MODELS: join(folder, "models"),
      OLLAMA_HOST: "127.0.0.1:0",
      OLLAMA_NO_CLOUD: "1",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      // It stops its models' processes by itself.
      child.kill("SIGTERM");
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const url = await listening(child);
    return { url, isWorking: () => computes(child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listening(child: ChildProcess): Promise<string> {
  let said = "";
  return await new Promise((resolve, reject) => {
    child.stderr?.on("data", (piece: Buffer) => {
      said = (said + piece.toString()).slice(-20_000);
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (address !== undefined) resolve(`http://${address}`);
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ollama serve ended (${code}): ${said.slice(-1000)}`)));
  });
}

/** Do the server's children use a processor? A busy machine may leave them little of it. */
async function computes(server: number): Promise<boolean> {
  const ticks = async (): Promise<number> => {
    let total = 0;
    for (const id of await readdir("/proc")) {
      const stat = /^\d+$/.test(id) ? await readFile(`/proc/${id}/stat`, "utf8").catch(() => "") : "";
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(fields[1]) === server) total += Number(fields[11]) + Number(fields[12]);
    }
    return total;
  };
  const before = await ticks();
  await sleep(500);
  return (await ticks()) - before > 5;
}

export interface ModelToCreate {
  readonly name: string;
  readonly file: string;
  /** In Ollama's template language; absent: what it finds for the file. */
  readonly template?: string;
}

/** Tokens that the engine evaluates at a time, and does not stop within. */
export const chunk = 64;

/** Creates a model from a GGUF file through the API. One thread: with more a busy machine lets them wait for each other. */
export async function createModel(url: string, { name, file, template }: ModelToCreate): Promise<void> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  const digest = `sha256:${hash.digest("hex")}`;
  const known = await fetch(`${url}/api/blobs/${digest}`, { method: "HEAD" });
  if (!known.ok) await mustSucceed(await fetch(`${url}/api/blobs/${digest}`, { method: "POST", body: await openAsBlob(file) }));
  const body = { model: name, files: { "model.gguf": digest }, parameters: { num_thread: 1, num_batch: chunk }, template, stream: false };
  await mustSucceed(await fetch(`${url}/api/create`, { method: "POST", body: JSON.stringify(body) }));
}

async function mustSucceed(response: Response): Promise<void> {
  const text = await response.text();
  if (!response.ok) throw new Error(`Ollama answered ${response.status}: ${text.slice(0, 500)}`);
}
