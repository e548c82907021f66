import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CloisterError } from "../src/error.ts";

export interface ChildProgram {
  /** What it printed when it was ready. */
  readonly hello: Readonly<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts a program of this folder in a process of its own and waits for its first line, one of JSON. */
export async function startProgram(file: string, signal: AbortSignal): Promise<ChildProgram> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [join(import.meta.dirname, file)], { env: {}, stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-2000)));
  const gone = once(child, "exit");
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  try {
    const { value, done } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    if (done === true) throw new CloisterError("internal", `${file} ended before it was ready: ${words.trim()}`);
    return { hello: JSON.parse(value) as Record<string, unknown>, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
