import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { CloisterError } from "../../error.ts";
import { type GitSetting, mustRunGit, runGit } from "./git.ts";
import { postReceiveHook, preReceiveHook } from "./hooks.ts";
import { isBranchName, isName, requireName } from "./names.ts";

/** A bare repository of the forge. `path` is `<root>/repositories/<owner>/<name>.git`. */
export interface Repository {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly path: string;
}

export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** A git repository on this machine, bare or with a work tree; its branches are copied, it is never written to. */
  readonly from: string;
}

/** How the repositories' hooks speak of the forge, and how large a push may be. */
export interface RepositoryRules {
  readonly host: string;
  readonly maxPushBytes: number;
}

/** Copy the branches of `from` into a new bare repository with the forge's rules; whole or not at all. */
export async function importRepository(setting: GitSetting, rules: RepositoryRules, input: NewRepository): Promise<Repository> {
  const owner = requireName(input.owner, "owner");
  const name = requireName(input.name, "repository name");
  if (!isBranchName(input.defaultBranch))
    throw new CloisterError("bad-request", `${JSON.stringify(input.defaultBranch)} is not a branch's name.`, { field: "defaultBranch" });
  const path = join(setting.root, "repositories", owner, `${name}.git`);
  const exists = await stat(path).catch(() => undefined);
  if (exists !== undefined)
    throw new CloisterError("bad-request", `The forge has a repository ${owner}/${name} already.`, { field: "name" });

  const partial = `${path}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const git = (...args: string[]) => mustRunGit(setting, ["-C", partial, ...args], { timeoutMs: 300_000 });
    await git("init", "--quiet", "--bare", "--template=", `--initial-branch=${input.defaultBranch}`);
    const fetched = await runGit(
      setting,
      ["-C", partial, "fetch", "--quiet", "--no-tags", resolve(input.from), "+refs/heads/*:refs/heads/*"],
      {
        timeoutMs: 300_000,
      },
    );
    if (fetched.exit !== 0)
      throw new CloisterError("bad-request", `${input.from} cannot be imported into the forge: ${fetched.stderr.trim().slice(0, 500)}`, {
        field: "from",
      });
    const tip = await runGit(setting, ["-C", partial, "rev-parse", "--quiet", "--verify", `refs/heads/${input.defaultBranch}^{commit}`]);
    if (tip.exit !== 0)
      throw new CloisterError("bad-request", `${input.from} has no branch ${input.defaultBranch}.`, {
        field: "defaultBranch",
        hint: "name the branch that pull requests go to",
      });
    for (const [key, value] of Object.entries(configuration(rules))) await git("config", key, value);
    await mkdir(join(partial, "hooks"));
    await writeFile(join(partial, "hooks", "pre-receive"), preReceiveHook(), { mode: 0o755 });
    await writeFile(join(partial, "hooks", "post-receive"), postReceiveHook(`https://${rules.host}/${owner}/${name}`), { mode: 0o755 });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return { owner, name, defaultBranch: input.defaultBranch, path };
}

/** The repositories that a forge's folder holds from an earlier time. */
export async function findRepositories(setting: GitSetting): Promise<Repository[]> {
  const found: Repository[] = [];
  const top = join(setting.root, "repositories");
  for (const owner of await foldersIn(top)) {
    if (!isName(owner)) continue;
    for (const folder of await foldersIn(join(top, owner))) {
      const name = folder.replace(/\.git$/, "");
      if (folder === name || !isName(name)) continue;
      const path = join(top, owner, folder);
      const head = await runGit(setting, ["-C", path, "symbolic-ref", "--short", "HEAD"]);
      if (head.exit === 0) found.push({ owner, name, defaultBranch: head.stdout.trim(), path });
    }
  }
  return found;
}

function configuration(rules: RepositoryRules): Record<string, string> {
  return {
    "receive.maxInputSize": String(rules.maxPushBytes),
    "receive.fsckObjects": "true",
    // The hook says these three in words that help; git says them once more, in case the hook is ever lost.
    "receive.denyNonFastForwards": "true",
    "receive.denyDeletes": "true",
    "receive.advertisePushOptions": "false",
    // No housekeeping that outlives the request.
    "receive.autogc": "false",
    "gc.auto": "0",
  };
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
