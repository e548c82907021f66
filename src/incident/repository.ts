import { spawn } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CloisterError } from "../error.ts";
import { fastImport } from "./fast-import.ts";
import type { PlannedCommit } from "./fast-import.ts";
import { changesOf, readTree } from "./history-tree.ts";
import type { Tree } from "./history-tree.ts";
import type { Scenario } from "./scenario.ts";

export interface RepositoryOptions {
  /** Only `PATH` is taken from it, to find git. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch; the commits' dates count back from here. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the scenario's git repository in an absent or empty folder: the default branch checked out, its history dated back from
 * `now`. The same scenario and second give the same commit ids on every machine: nobody's git settings are read. What was made
 * is removed again when it fails.
 */
export async function makeRepository(scenario: Scenario, targetFolder: string, options: RepositoryOptions): Promise<{ head: string }> {
  const target = resolve(targetFolder);
  const stream = fastImport(scenario.repository.defaultBranch, await planCommits(scenario, options.now));
  const made = await claimFolder(target);
  try {
    const git = (args: readonly string[], input?: Buffer) => runGit(target, args, options, input);
    await git(["init", "--quiet", "--template=", `--initial-branch=${scenario.repository.defaultBranch}`]);
    await git(["fast-import", "--quiet", "--done"], stream);
    await git(["reset", "--quiet", "--hard"]);
    return { head: (await git(["rev-parse", "HEAD"])).trim() };
  } catch (thrown) {
    if (made) await rm(target, { recursive: true, force: true });
    else for (const name of await readdir(target)) await rm(join(target, name), { recursive: true, force: true });
    throw thrown;
  }
}

/** The commits with all their bytes; `damaged` when the last one does not leave exactly `repo/`. */
export async function planCommits(scenario: Scenario, now: number): Promise<PlannedCommit[]> {
  const final = await readTree(scenario.paths.repo, `${scenario.id}/repo`);
  const tree = new Map<string, Buffer>();
  const commits: PlannedCommit[] = [];
  for (const commit of scenario.history.commits) {
    const none: Tree = new Map();
    const overlay =
      commit.overlay === undefined
        ? none
        : await readTree(join(scenario.paths.history, commit.overlay), `${scenario.id}/history/${commit.overlay}`);
    const { write, remove } = changesOf(commit, final, overlay);
    for (const path of remove) tree.delete(path);
    for (const [path, file] of write) tree.set(path, file.bytes);
    commits.push({ message: commit.message, author: commit.author, seconds: Math.floor(now / 1000) - commit.ago, write, remove });
  }
  const wrong = [...new Set([...final.keys(), ...tree.keys()])].find(
    (path) => tree.get(path)?.equals(final.get(path)?.bytes ?? missing) !== true,
  );
  if (wrong !== undefined)
    throw new CloisterError("damaged", `${scenario.id}/history.yaml: after the last commit ${wrong} is not as in repo/.`, {
      field: wrong,
      hint: "Take it in the last commit that touches it, or remove it.",
    });
  return commits;
}

/** Equal to no file: a path that `repo/` does not have. */
const missing = Buffer.from("\0not in repo/\0");

/** True where the folder was made here. */
async function claimFolder(target: string): Promise<boolean> {
  const names = await readdir(target).catch(() => undefined);
  if (names === undefined) {
    await mkdir(target, { recursive: true });
    return true;
  }
  if (names.length === 0) return false;
  throw new CloisterError("bad-request", `${target} is not empty: the repository was not made, nothing was changed.`, {
    field: "targetFolder",
  });
}

function runGit(cwd: string, args: readonly string[], { env, signal }: RepositoryOptions, input?: Buffer): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn("git", [...settings, ...args], {
      cwd,
      env: {
        PATH: env["PATH"],
        HOME: cwd,
        LC_ALL: "C",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CEILING_DIRECTORIES: resolve(cwd, ".."),
        GIT_TERMINAL_PROMPT: "0",
      },
      stdio: ["pipe", "pipe", "pipe"],
      ...(signal === undefined ? {} : { signal }),
    });
    let out = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text.slice(0, 100_000 - out.length)));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text.slice(0, 4000 - said.length)));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      if (cause.name === "AbortError") fail(new CloisterError("cancelled", "Making the repository was cancelled.", { cause }));
      else
        fail(
          new CloisterError("missing", "git cannot be started; the scenario's repository is made with it.", {
            hint: "Install git.",
            cause,
          }),
        );
    });
    child.on("close", (code) => {
      if (code === 0) done(out);
      else fail(new CloisterError("internal", `git ${args[0] ?? ""} failed (${code ?? "killed"}): ${said.trim()}`));
    });
    // A git that dies early closes the pipe; its status and words, in "close", say why.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

const settings = ["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"];
