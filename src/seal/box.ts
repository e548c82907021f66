import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { CloisterError } from "../error.ts";
import { requireNamespaces } from "./prove-seal.ts";

/** A command for a seal of its own: it ends by itself, says what it has to say in its output, and needs nobody outside. */
export interface BoxOptions {
  /** Absolute path of bubblewrap. */
  readonly bwrap: string;
  /** The only folder that is kept and may be written; the command begins in it. */
  readonly folder: string;
  readonly argv: readonly string[];
  /** Folders with programs, beside the system's own; read only, and first in PATH. */
  readonly programs: readonly string[];
  /** Milliseconds until everything in it is ended. */
  readonly timeoutMs: number;
  /** Bytes of output after which everything in it is ended. */
  readonly mostBytes: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BoxOutcome {
  /** Status of the command; `null` where it was stopped. */
  readonly code: number | null;
  /** What it printed on both streams, as it came. */
  readonly output: string;
  readonly stopped: "time" | "output" | undefined;
}

/** What of the system can be read inside: programs, libraries and what resolves `localhost`. No home, no temporary folder, no socket, no configuration beside. */
const system = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/passwd",
  "/etc/ld.so.cache",
  "/etc/alternatives",
];

/** Files of at most 64 MiB, 4 GiB of memory for each process, no core dumps; a word on descriptor 3 says that the command itself begins. */
const beginScript = 'ulimit -f 131072; ulimit -d 4194304; ulimit -c 0; echo begun >&3; exec 3>&-; exec "$@"';

/** The argv of bubblewrap for a command; pure. No network but a loopback of its own, no process of ours in sight, an environment of a few names. */
export function planBox({ folder, argv, programs }: Pick<BoxOptions, "folder" | "argv" | "programs">): readonly string[] {
  const variables = {
    PATH: [...programs, "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: "/tmp",
    TMPDIR: "/tmp",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    CI: "1",
    npm_config_update_notifier: "false",
  };
  const bound = (paths: readonly string[]): readonly string[] => paths.flatMap((path) => ["--ro-bind-try", path, path]);
  const isolation = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"];
  const devices = ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"];
  const place = ["--bind", folder, folder, "--chdir", folder];
  const names = Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]);
  const command = ["--", "/bin/sh", "-c", beginScript, "sh", ...argv];
  return [...isolation, ...bound(system), ...devices, ...bound(programs), ...place, ...names, ...command];
}

/**
 * Runs a command in a seal of its own and waits for its end; when it is over nothing of it is left. A status is a result, also where time or output ran out.
 * @throws CloisterError `missing` where the sandbox cannot be made and the command has not begun, `cancelled`
 */
export async function runInBox(options: BoxOptions): Promise<BoxOutcome> {
  await requireNamespaces(options.bwrap);
  return new Promise((done, fail) => {
    const { signal, timeoutMs, mostBytes } = options;
    if (signal?.aborted === true) return fail(new CloisterError("cancelled", "The sealed command was cancelled."));
    const child = spawn(options.bwrap, planBox(options), { env: {}, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    const parts: Buffer[] = [];
    let bytes = 0;
    let begun = false;
    let stopped: BoxOutcome["stopped"];
    // The kernel ends whatever is inside with the first process of the sandbox, and that dies with its parent.
    const stop = (why: BoxOutcome["stopped"]): void => {
      stopped ??= why;
      child.kill("SIGKILL");
    };
    const abort = (): void => void child.kill("SIGKILL");
    const timer = setTimeout(() => stop("time"), timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (part: Buffer) => {
        bytes += part.length;
        if (bytes > mostBytes) stop("output");
        else parts.push(part);
      });
    (child.stdio[3] as Readable).on("data", () => (begun = true)).on("error", () => undefined);
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    child.once("error", (cause) => {
      finish();
      fail(new CloisterError("missing", `The sandbox could not be started: ${cause.message}`, { cause }));
    });
    child.once("close", (code) => {
      finish();
      const output = Buffer.concat(parts).toString("utf8");
      if (signal?.aborted === true) fail(new CloisterError("cancelled", "The sealed command was cancelled."));
      else if (!begun && stopped === undefined)
        fail(new CloisterError("missing", `The sandbox did not close: ${output.trim().slice(0, 300)}`));
      else done({ code: stopped === undefined ? code : null, output, stopped });
    });
  });
}
