import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What a command may touch of the world outside: made once in `main.ts`, handed to every command, replaced whole in tests. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where models, sessions and caches are kept: `CLOISTER_HOME`, or `cloister` in the user's data folder. */
  readonly home: string;
  /** The package's own folder: `runbooks/` and `scenarios/` are in it. */
  readonly packageRoot: string;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export function cliContext(signal: AbortSignal): CliContext {
  const env = process.env;
  return {
    env,
    cwd: process.cwd(),
    home: cloisterHome(env),
    packageRoot: resolve(import.meta.dirname, "../../.."),
    stdout: process.stdout,
    stderr: process.stderr,
    signal,
  };
}

/** `CLOISTER_HOME`, or `cloister` in the user's data folder. */
export function cloisterHome(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env["CLOISTER_HOME"] ?? join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "cloister"));
}
