import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdtemp, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { CloisterError } from "../error.ts";
import { clientSwitches } from "./switches.ts";

/** A Claude Code that runs on this machine. */
export interface FoundClient {
  /** What to start: the program, or Node and the script. */
  readonly argv: readonly string[];
  /** As the client itself says, `2.1.330`. */
  readonly version: string;
  readonly source: "given" | "path" | "package";
  /** The file that was found, without symbolic links. */
  readonly path: string;
  /** The folder that has to be readable for it to run. */
  readonly folder: string;
}

export interface FindOptions {
  /** A client that the user named; then only this one is looked at. */
  readonly given?: string | undefined;
  /** PATH, in which `claude` is looked for. */
  readonly searchPath: string;
  /** Our own package's folder: the clients that it depends on are found from there. */
  readonly packageRoot: string;
  /** Node, for clients that are scripts. */
  readonly node: string;
  /** Where a private HOME for the question may be made. */
  readonly tempRoot: string;
  readonly signal?: AbortSignal | undefined;
}

/** Our development dependencies, each with the file that npm would link as `claude`. */
const packaged = [
  ["@anthropic-ai/claude-code", "bin/claude.exe"],
  ["claude-code-2.1.84", "cli.js"],
] as const;

/** Milliseconds a client may take to say its version. */
const patience = 20_000;

/**
 * All clients of this machine that can say their version, each file once: the given one, or what PATH and the package hold. A given
 * one that does not answer is an error (`missing`); of the others, those that do not answer are left out.
 */
export async function findClients(options: FindOptions): Promise<FoundClient[]> {
  const candidates =
    options.given === undefined
      ? [...onPath(options.searchPath), ...inPackage(options.packageRoot)]
      : [{ path: options.given, source: "given" as const }];
  const found = new Map<string, FoundClient>();
  for (const { path, source } of candidates) {
    const file = await executable(path);
    if (file === undefined || found.has(file)) continue;
    const argv = /\.[cm]?js$/.test(file) ? [options.node, file] : [file];
    const version = await askVersion(argv, options);
    if (version !== undefined) found.set(file, { argv, version, source, path: file, folder: dirname(file) });
  }
  if (options.given !== undefined && found.size === 0)
    throw new CloisterError("missing", `${options.given} is not a Claude Code that runs here: it does not answer --version.`, installHint);
  return [...found.values()];
}

const installHint = { hint: "npm install -g @anthropic-ai/claude-code" };

/**
 * The client to use: `latest` (also where nothing is wanted) is the highest version that was found, a number is that very version, a path
 * that file. Throws `missing` with the command that installs it.
 */
export function chooseClient(found: readonly FoundClient[], wanted = "latest"): FoundClient {
  const newestFirst = [...found].sort((a, b) => compareVersions(b.version, a.version));
  const chosen = wanted === "latest" ? newestFirst[0] : newestFirst.find((client) => client.version === wanted || client.path === wanted);
  if (chosen !== undefined) return chosen;
  if (found.length === 0) throw new CloisterError("missing", "There is no Claude Code on this machine.", installHint);
  throw new CloisterError(
    "missing",
    `There is no Claude Code ${wanted} here, but ${newestFirst.map((client) => client.version).join(", ")}.`,
    {
      hint: /^\d/.test(wanted) ? `npm install -g @anthropic-ai/claude-code@${wanted}` : installHint.hint,
    },
  );
}

/** Negative where `a` is older than `b`. Versions are three numbers; what follows them does not count. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `2.1.84 (Claude Code)`, as both clients answer. */
export function readVersion(said: string): string | undefined {
  return /^(\d+\.\d+\.\d+)\S* \(Claude Code\)/m.exec(said)?.[1];
}

function onPath(searchPath: string): { path: string; source: "path" }[] {
  return searchPath
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .map((folder) => ({ path: join(folder, "claude"), source: "path" }));
}

function inPackage(packageRoot: string): { path: string; source: "package" }[] {
  // As Node resolves it, so that it is found wherever npm put it.
  const { resolve } = createRequire(join(packageRoot, "package.json"));
  return packaged.flatMap(([name, file]) => {
    try {
      return [{ path: join(dirname(resolve(`${name}/package.json`)), file), source: "package" as const }];
    } catch {
      return [];
    }
  });
}

async function executable(path: string): Promise<string | undefined> {
  try {
    const file = await realpath(path);
    await access(file, /\.[cm]?js$/.test(file) ? constants.R_OK : constants.X_OK);
    return file;
  } catch {
    return undefined;
  }
}

async function askVersion(argv: readonly string[], options: FindOptions): Promise<string | undefined> {
  const home = await mkdtemp(join(options.tempRoot, "client-"));
  try {
    const [program = "", ...rest] = argv;
    const env = {
      ...clientSwitches,
      HOME: home,
      CLAUDE_CONFIG_DIR: home,
      TMPDIR: home,
      CLAUDE_CODE_TMPDIR: home,
      PATH: `${dirname(options.node)}:/usr/bin:/bin`,
    };
    const said = await new Promise<string>((resolve) => {
      execFile(
        program,
        [...rest, "--version"],
        { env, cwd: home, timeout: patience, signal: options.signal, killSignal: "SIGKILL" },
        (_, stdout) => resolve(stdout),
      );
    });
    options.signal?.throwIfAborted();
    return readVersion(said);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
