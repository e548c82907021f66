import { spawn } from "node:child_process";

import { CloisterError } from "../../error.ts";

/** How git is run: with a configuration of nobody's, so that neither the user's nor the machine's settings change what the forge does. */
export interface GitSetting {
  /** The folder the forge owns; git's HOME. */
  readonly root: string;
  /** Where `git` and `sh` are found. */
  readonly path: string;
  /** A push that is being looked at: where its objects are, and the repository whose own come after them. */
  readonly quarantine?: { readonly objects: string; readonly repository: string } | undefined;
}

export interface GitOutput {
  readonly exit: number;
  /** UTF-8 as far as it is; other bytes become U+FFFD. */
  readonly stdout: string;
  readonly stderr: string;
  /** More came than `maxBytes`: `stdout` ends there. */
  readonly truncated: boolean;
}

export interface GitOptions {
  readonly maxBytes?: number;
  readonly timeoutMs?: number;
}

const defaultMaxBytes = 4 * 1024 * 1024;
const defaultTimeoutMs = 60_000;

/** The whole environment of a git child. */
export function gitEnvironment(setting: GitSetting): Record<string, string> {
  const { quarantine } = setting;
  return {
    ...(quarantine === undefined || quarantine.objects === ""
      ? {}
      : { GIT_OBJECT_DIRECTORY: quarantine.objects, GIT_ALTERNATE_OBJECT_DIRECTORIES: `${quarantine.repository}/objects` }),
    PATH: setting.path,
    HOME: setting.root,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

/**
 * Run git to its end and keep at most `maxBytes` (default 4 MiB) of what it prints. A non-zero exit is a result, not an error.
 * @throws CloisterError `missing` without git, `timeout` after `timeoutMs` (default 60 s)
 */
export function runGit(setting: GitSetting, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  return new Promise((resolve, reject) => {
    const child = spawn("git", args, { cwd: setting.root, env: gitEnvironment(setting), stdio: ["ignore", "pipe", "pipe"] });
    const output: Buffer[] = [];
    const complaint: Buffer[] = [];
    let kept = 0;
    let complained = 0;
    let truncated = false;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, options.timeoutMs ?? defaultTimeoutMs);
    child.stdout.on("data", (chunk: Buffer) => {
      const room = maxBytes - kept;
      if (chunk.length > room) {
        truncated = true;
        output.push(chunk.subarray(0, room));
        kept = maxBytes;
        child.kill("SIGKILL");
      } else {
        output.push(chunk);
        kept += chunk.length;
      }
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (complained < 16_384) complaint.push(chunk);
      complained += chunk.length;
    });
    child.once("error", (cause: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(
        cause.code === "ENOENT"
          ? new CloisterError("missing", "git was not found, and the forge keeps its repositories with it.", {
              hint: "apt-get install git",
            })
          : cause,
      );
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      if (late) return reject(new CloisterError("timeout", `git ${args[0] ?? ""} did not end in time.`));
      const text = Buffer.concat(output).toString("utf8");
      resolve({ exit: truncated ? 0 : (code ?? 1), stdout: text, stderr: Buffer.concat(complaint).toString("utf8"), truncated });
    });
  });
}

/** As `runGit`, where anything but exit 0 is a fault. */
export async function mustRunGit(setting: GitSetting, args: readonly string[], options: GitOptions = {}): Promise<GitOutput> {
  const result = await runGit(setting, args, options);
  if (result.exit !== 0)
    throw new CloisterError(
      "internal",
      `git ${args.slice(0, 4).join(" ")} failed: ${result.stderr.trim().slice(0, 500) || `exit ${result.exit}`}`,
    );
  return result;
}
