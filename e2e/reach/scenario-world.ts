import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { loadCluster } from "../../src/incident/cluster/load-cluster.ts";
import { loadScenario, type Scenario } from "../../src/incident/scenario.ts";
import { snapshotOf } from "../../src/incident/snapshot.ts";
import { verifyCheckout, type VerifyResult } from "../../src/incident/verify.ts";
import type { Snapshot } from "../../src/triage/snapshot.ts";

/** A repository's files by path. */
export type Tree = ReadonlyMap<string, string>;

/** A scenario with what is needed to judge a run of it. */
export interface ScenarioWorld {
  readonly scenario: Scenario;
  readonly snapshot: Snapshot;
  readonly repository: Tree;
  /** The repository after each of the patches that are known to be right. */
  readonly right: readonly Tree[];
}

export const scenariosRoot = resolve(import.meta.dirname, "../../../scenarios");

export async function scenarioIds(): Promise<readonly string[]> {
  const entries = await readdir(scenariosRoot, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

export async function openWorld(id: string): Promise<ScenarioWorld> {
  const scenario = await loadScenario(join(scenariosRoot, id));
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  const repository = await readTree(scenario.paths.repo);
  const folder = join(scenario.folder, "verify", "right");
  const patches = (await readdir(folder).catch(() => [])).sort();
  const right = await Promise.all(patches.map((patch) => withTree(repository, (at) => patched(at, join(folder, patch)))));
  return { scenario, snapshot, repository, right };
}

/** The scenario's hidden checks against a tree. */
export function verifyTree(world: ScenarioWorld, tree: Tree): Promise<VerifyResult> {
  return withTree(tree, (folder) => verifyCheckout(world.scenario, folder));
}

/** A folder with the tree's files, which is gone afterwards. */
export async function withTree<T>(tree: Tree, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "reach-"));
  try {
    for (const [path, text] of tree) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function patched(folder: string, patch: string): Promise<Tree> {
  const run = (...args: string[]) => promisify(execFile)("git", args, { cwd: folder });
  await run("init", "--quiet");
  await run("apply", patch);
  return readTree(folder);
}

export async function readTree(root: string): Promise<Tree> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const own = paths.filter((path) => !path.startsWith(".git/")).sort();
  return new Map(await Promise.all(own.map(async (path): Promise<[string, string]> => [path, await readFile(join(root, path), "utf8")])));
}
