import { spawn } from "node:child_process";
import { CloisterError } from "../error.ts";
import { programSources } from "./program-sources.ts";

export interface ProgramRun {
  readonly cwd?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Milliseconds; a minute where absent. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of output that are taken; 256 MiB where absent. */
  readonly mostBytes?: number | undefined;
}

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, never through a shell. Throws `missing` where it is not there, `timeout`, `too-large`, `cancelled`; a status is a result. */
export function runProgram(program: string, args: readonly string[], run: ProgramRun): Promise<ProgramResult> {
  const { timeoutMs = 60_000, mostBytes = 256 * 2 ** 20 } = run;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: run.cwd, env: { ...run.env }, stdio: ["ignore", "pipe", "pipe"], signal: run.signal });
    const parts: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    let failure: CloisterError | undefined;
    const stop = (why: CloisterError): void => {
      failure ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(
      () => stop(new CloisterError("timeout", `${program} ${args[0] ?? ""} took longer than ${timeoutMs / 1000} s.`)),
      timeoutMs,
    );
    child.stdout.on("data", (part: Buffer) => {
      bytes += part.length;
      if (bytes > mostBytes) stop(new CloisterError("too-large", `${program} ${args[0] ?? ""} printed more than ${mostBytes} bytes.`));
      else parts.push(part);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-20_000)));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (run.signal.aborted) reject(new CloisterError("cancelled", `${program} was cancelled.`, { cause }));
      else if (cause.code === "ENOENT")
        reject(new CloisterError("missing", `${program} is not on PATH.`, { hint: programSources[program], cause }));
      else reject(new CloisterError("internal", `${program} could not be started: ${cause.message}`, { cause }));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (failure !== undefined) reject(failure);
      else resolve({ code: code ?? 1, stdout: Buffer.concat(parts).toString("utf8"), stderr });
    });
  });
}
