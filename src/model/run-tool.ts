import { spawn } from "node:child_process";

export interface ToolResult {
  /** Exit status; `undefined` where a signal ended it. */
  readonly status: number | undefined;
  /** The end of what it wrote to standard output and error together, at most 16 KiB. */
  readonly output: string;
}

export interface ToolOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a program to its end; `undefined` where there is no such program. On abort its whole process group gets SIGTERM, and SIGKILL two seconds
 * later; the promise settles when it is gone, with `status` undefined.
 */
export type RunTool = (argv: readonly string[], options: ToolOptions) => Promise<ToolResult | undefined>;

const maxOutput = 16 * 1024;
const graceMs = 2_000;

export const runTool: RunTool = (argv, { env, signal }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return resolve({ status: undefined, output: "" });
    const [program = "", ...rest] = argv;
    // A process group of its own: version managers put shell scripts before the real program.
    const child = spawn(program, rest, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-maxOutput);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    let killing: NodeJS.Timeout | undefined;
    const stop = (): void => {
      killGroup(child.pid, "SIGTERM");
      killing = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs);
    };
    signal.addEventListener("abort", stop, { once: true });
    const done = (): void => {
      signal.removeEventListener("abort", stop);
      clearTimeout(killing);
    };
    child.once("error", (thrown) => {
      done();
      if ("code" in thrown && (thrown.code === "ENOENT" || thrown.code === "EACCES")) resolve(undefined);
      else reject(thrown);
    });
    child.once("close", (status) => {
      done();
      resolve({ status: status ?? undefined, output });
    });
  });

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}
