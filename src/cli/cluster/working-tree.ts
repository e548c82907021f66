import { lstat, mkdir, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { CloisterError } from "../../error.ts";
import type { KubeObject } from "../../triage/kube-object.ts";
import { isKustomization, isYamlPath, usualFolders } from "../../triage/manifest-paths.ts";
import { findSyntaxErrors, type ManifestProblem, readManifests } from "../../triage/manifests.ts";
import { runProgram } from "../run-program.ts";
import { withTempFolder } from "../temp-folder.ts";
import {
  findRenderedFolders,
  isBelow,
  isCovered,
  isRendered,
  render,
  type RenderAccess,
  type RenderedFolders,
} from "./render-manifests.ts";

export interface TreeAccess extends RenderAccess {
  /** Folder of the manifests, from the top; found where it is absent. */
  readonly manifests: string | undefined;
}

export interface TreeManifests {
  /** Plain YAML files by path from the top: those that can be edited. */
  readonly files: ReadonlyMap<string, string>;
  readonly objects: readonly KubeObject[];
  readonly problems: readonly ManifestProblem[];
}

interface ReadTree extends TreeManifests {
  readonly rendered: RenderedFolders;
  readonly unrendered: readonly string[];
}

export interface TreeChange {
  readonly before: TreeManifests;
  readonly after: TreeManifests;
  /** Changed files that are no manifests. */
  readonly otherFiles: readonly string[];
  /** What the base commit says beside its manifests. */
  readonly repositoryText: string;
  /** The commit that `before` is. */
  readonly base: string;
}

const mostFiles = 2000;
const mostBytes = 4 * 2 ** 20;

/** The manifests of the working tree and of the commit that it began from. Throws `missing` where there is no repository or no manifest. */
export async function readTreeChange(access: TreeAccess, wantedBase: string | undefined): Promise<TreeChange> {
  const base = await chooseBase(access, wantedBase);
  const after = await readTree(access, access.root);
  const { before, repositoryText } = await withTempFolder(async (folder) => {
    const old = join(folder, "base");
    await mkdir(old);
    const archive = join(folder, "base.tar");
    await git(access, ["archive", "--format=tar", "--output", archive, base]);
    const { code, stderr } = await runProgram("tar", ["-xf", archive, "-C", old], { env: access.env, signal: access.signal });
    if (code !== 0) throw new CloisterError("internal", `The base commit could not be unpacked: ${stderr.trim()}`);
    const tree = await readTree(access, old);
    return { before: tree, repositoryText: await readText(old, new Set(tree.files.keys())) };
  });
  const list = async (...args: readonly string[]): Promise<string[]> => (await git(access, [...args, "-z"])).split("\0");
  const changed = [
    ...(await list("diff", "--name-only", "--no-renames", base)),
    ...(await list("ls-files", "--others", "--exclude-standard")),
  ];
  const isManifest = (path: string): boolean => [before, after].some((side) => side.files.has(path) || isRendered(path, side.rendered));
  const otherFiles = [...new Set(changed)].filter((path) => path !== "" && !isManifest(path));
  const unknown = after.unrendered
    .filter((chart) => changed.some((path) => isBelow(path, chart)))
    .map((chart) => ({
      path: join(chart, "Chart.yaml"),
      line: undefined,
      says: "the chart changes, and there is no helm to render it with",
    }));
  return { before, after: { ...after, problems: [...after.problems, ...unknown] }, otherFiles, repositoryText, base };
}

/** The text of a folder's files beside those that are left out, joined; what is no text or large is passed over. */
export async function readText(root: string, except: ReadonlySet<string>): Promise<string> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const texts: string[] = [];
  let room = mostBytes;
  // Sorted: what is taken from the text must not depend on how a folder is listed.
  const sorted = entries.map((entry) => ({ entry, path: join(entry.parentPath, entry.name) })).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { entry, path } of sorted) {
    if (!entry.isFile() || except.has(relative(root, path)) || /(?:^|\/)(?:\.git|node_modules)\//.test(relative(root, path))) continue;
    const { size } = await lstat(path);
    if (size > 2 ** 18 || size > room) continue;
    const text = await readFile(path, "utf8");
    if (text.includes("\0")) continue;
    room -= size;
    texts.push(text);
  }
  return texts.join("\n");
}

/** The top of the repository that a folder belongs to. */
export async function findRepository(folder: string, env: TreeAccess["env"], signal: AbortSignal): Promise<string> {
  const { code, stdout } = await runProgram("git", ["-C", folder, "rev-parse", "--show-toplevel"], { env, signal });
  if (code !== 0)
    throw new CloisterError("missing", `${folder} is in no git repository.`, {
      hint: "Change into the repository that holds the manifests.",
    });
  return stdout.trim();
}

/** The commit that a change is held against: the one that was named, or where the branch began. Throws `usage` for a name of none. */
export async function chooseBase(access: TreeAccess, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return findBase(access);
  // Resolved before any other command of git sees it: a name that begins with a dash would be read as an option there.
  const args = ["-C", access.root, "rev-parse", "--verify", "--quiet", "--end-of-options", `${wanted}^{commit}`];
  const { code, stdout } = await runProgram("git", args, access);
  if (code !== 0) throw new CloisterError("usage", `There is no commit ${wanted} in ${access.root}.`, { hint: "git log --oneline" });
  return stdout.trim();
}

/** The commit where the present branch left the default one; the last commit where there is only one branch. */
async function findBase(access: TreeAccess): Promise<string> {
  for (const branch of ["origin/HEAD", "origin/main", "origin/master", "main", "master"]) {
    const { code, stdout } = await runProgram("git", ["-C", access.root, "merge-base", "HEAD", branch], access);
    if (code === 0) return stdout.trim();
  }
  const { code, stdout } = await runProgram("git", ["-C", access.root, "rev-parse", "--verify", "--quiet", "HEAD"], access);
  if (code !== 0)
    throw new CloisterError("missing", `${access.root} has no commit yet: there is nothing to hold a change against.`, {
      hint: "git commit",
    });
  return stdout.trim();
}

export async function git(access: TreeAccess, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram("git", ["-C", access.root, ...args], access);
  if (code !== 0) throw new CloisterError("internal", `git ${args[0] ?? ""} failed: ${stderr.trim().split("\n")[0] ?? ""}`);
  return stdout;
}

/** The manifests below a folder: plain files, what kustomize makes of them, what Helm makes of a chart. */
async function readTree(access: TreeAccess, root: string): Promise<ReadTree> {
  const folder = access.manifests ?? (await findFolder(root));
  const start = join(root, folder);
  if (relative(root, start).startsWith("..")) throw new CloisterError("usage", `${folder} is outside the repository.`);
  const paths = (await yamlPaths(start)).map((path) => relative(root, path));
  if (paths.length === 0)
    throw new CloisterError("missing", `There is no manifest below ${folder}.`, { hint: "Name their folder with --manifests." });
  const rendered = await findRenderedFolders(root, paths);
  const files = new Map<string, string>();
  for (const path of paths)
    if (!isKustomization(path) && !rendered.charts.some((chart) => isBelow(path, chart)))
      files.set(path, await readFile(join(root, path), "utf8"));
  const { made, problems, unrendered } = await render(rendered, { ...access, root });
  // What an overlay takes in is applied as the overlay says it; by itself it need be no object, but YAML it has to be.
  const loose = new Map([...files].filter(([path]) => !isCovered(path, rendered)));
  const covered = new Map([...files].filter(([path]) => isCovered(path, rendered)));
  const read = readManifests(new Map([...loose, ...made]), access.namespace);
  return {
    files,
    objects: read.objects,
    problems: [...findSyntaxErrors(covered), ...problems, ...read.problems],
    rendered,
    unrendered,
  };
}

async function findFolder(root: string): Promise<string> {
  for (const folder of usualFolders) {
    const found = await lstat(join(root, folder)).catch(() => undefined);
    if (found?.isDirectory() === true && (await yamlPaths(join(root, folder))).length > 0) return folder;
  }
  return ".";
}

async function yamlPaths(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries
    // A link may lead out of the repository.
    .filter((entry) => entry.isFile() && isYamlPath(join(relative(folder, entry.parentPath), entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (paths.length > mostFiles)
    throw new CloisterError("too-large", `There are ${paths.length} YAML files below ${folder}; at most ${mostFiles} are read.`, {
      hint: "Name the manifests' folder with --manifests.",
    });
  let bytes = 0;
  for (const path of paths) bytes += (await lstat(path)).size;
  if (bytes > mostBytes)
    throw new CloisterError("too-large", `The YAML files below ${folder} come to ${bytes} bytes; at most ${mostBytes} are read.`, {
      hint: "Name the manifests' folder with --manifests.",
    });
  return paths;
}
