import { type GitSetting, mustRunGit, runGit } from "./git.ts";
import { isBranchName } from "./names.ts";
import type { Repository } from "./repository.ts";

export interface Commit {
  readonly sha: string;
  readonly subject: string;
  readonly body: string;
  readonly authorName: string;
  readonly authorEmail: string;
  /** ISO 8601. */
  readonly committedAt: string;
}

export interface Branch {
  readonly name: string;
  readonly sha: string;
  readonly subject: string;
  readonly committedAt: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: "added" | "modified" | "removed";
  /** Lines; 0 for a binary file. */
  readonly additions: number;
  readonly deletions: number;
}

export interface TreeEntry {
  readonly kind: "folder" | "file";
  readonly name: string;
}

/** The text of a change; `truncated` when it was over the bound and ends early. */
export interface Diff {
  readonly text: string;
  readonly truncated: boolean;
}

const maxCommits = 250;
const maxBranches = 1000;
const maxDiffBytes = 4 * 1024 * 1024;
const commitFormat = "%H%x00%s%x00%b%x00%an%x00%ae%x00%cI%x00%x01";
const shaPattern = /^[0-9a-f]{40,64}$/;

/** The commit that a branch points to. */
export async function branchTip(setting: GitSetting, repository: Repository, branch: string): Promise<string | undefined> {
  if (!isBranchName(branch)) return undefined;
  const result = await runGit(setting, ["-C", repository.path, "rev-parse", "--quiet", "--verify", `refs/heads/${branch}^{commit}`]);
  const sha = result.stdout.trim();
  return result.exit === 0 && shaPattern.test(sha) ? sha : undefined;
}

/** Newest first, at most 1000. */
export async function listBranches(setting: GitSetting, repository: Repository): Promise<Branch[]> {
  const format = "%(refname:lstrip=2)%00%(objectname)%00%(contents:subject)%00%(committerdate:iso-strict)";
  const args = ["for-each-ref", "--sort=-committerdate", `--count=${maxBranches}`, `--format=${format}`, "refs/heads/"];
  const { stdout } = await mustRunGit(setting, ["-C", repository.path, ...args]);
  const branches: Branch[] = [];
  for (const line of stdout.split("\n")) {
    const [name, sha, subject, committedAt] = line.split("\0");
    if (name && sha && committedAt) branches.push({ name, sha, subject: subject ?? "", committedAt });
  }
  return branches;
}

/** The commits that `head` has and `base` has not, oldest first, at most 250. */
export async function commitsBetween(setting: GitSetting, repository: Repository, base: string, head: string): Promise<Commit[]> {
  requireSha(base);
  requireSha(head);
  const args = ["log", `--max-count=${maxCommits}`, `--format=${commitFormat}`, `${base}..${head}`, "--"];
  const { stdout } = await mustRunGit(setting, ["-C", repository.path, ...args]);
  const commits: Commit[] = [];
  for (const entry of stdout.split("\0\u0001")) {
    const [sha, subject, body, authorName, authorEmail, committedAt] = entry.replace(/^\n/, "").split("\0");
    if (sha === undefined || committedAt === undefined) continue;
    commits.push({
      sha,
      subject: subject ?? "",
      body: (body ?? "").trim(),
      authorName: authorName ?? "",
      authorEmail: authorEmail ?? "",
      committedAt,
    });
  }
  return commits.toReversed();
}

/** What `head` changes since it left `base`, as `git diff base...head` prints it, at most 4 MiB of it. */
export async function diffBetween(setting: GitSetting, repository: Repository, base: string, head: string): Promise<Diff> {
  const args = ["-C", repository.path, "-c", "core.quotePath=false", ...diffArguments(base, head)];
  const { stdout, truncated } = await mustRunGit(setting, args, { maxBytes: maxDiffBytes });
  return { text: stdout, truncated };
}

/** The same change, counted file by file. */
export async function changedFiles(setting: GitSetting, repository: Repository, base: string, head: string): Promise<ChangedFile[]> {
  const at = ["-C", repository.path];
  const counts = await mustRunGit(setting, [...at, ...diffArguments(base, head, "--numstat", "-z")]);
  const kinds = await mustRunGit(setting, [...at, ...diffArguments(base, head, "--name-status", "-z")]);
  const statuses = new Map<string, ChangedFile["status"]>();
  const words = kinds.stdout.split("\0");
  for (let at = 0; at + 1 < words.length; at += 2) {
    const letter = words[at];
    statuses.set(words[at + 1] ?? "", letter === "A" ? "added" : letter === "D" ? "removed" : "modified");
  }
  const files: ChangedFile[] = [];
  for (const line of counts.stdout.split("\0")) {
    const [added, deleted, path] = line.split("\t");
    if (path === undefined) continue;
    files.push({ path, status: statuses.get(path) ?? "modified", additions: Number(added) || 0, deletions: Number(deleted) || 0 });
  }
  return files;
}

/** The top level of a branch: folders first. */
export async function listTree(setting: GitSetting, repository: Repository, sha: string): Promise<TreeEntry[]> {
  requireSha(sha);
  const { stdout } = await mustRunGit(setting, ["-C", repository.path, "ls-tree", "-z", sha]);
  const entries: TreeEntry[] = [];
  for (const line of stdout.split("\0")) {
    const [mode, name] = line.split("\t");
    if (name !== undefined) entries.push({ kind: mode?.includes(" tree ") ? "folder" : "file", name });
  }
  return entries.sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name, "en") : a.kind === "folder" ? -1 : 1));
}

/** A file at the top level of a commit, at most 256 KiB of it. */
export async function readTopFile(setting: GitSetting, repository: Repository, sha: string, name: string): Promise<string | undefined> {
  requireSha(sha);
  if (name.includes("/") || name.includes("\0")) return undefined;
  const result = await runGit(setting, ["-C", repository.path, "cat-file", "blob", `${sha}:${name}`], { maxBytes: 256 * 1024 });
  return result.exit === 0 ? result.stdout : undefined;
}

// Renames are shown as a removal and an addition, and no driver or filter that a repository names is ever run.
function diffArguments(base: string, head: string, ...format: string[]): string[] {
  requireSha(base);
  requireSha(head);
  return ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", ...format, `${base}...${head}`, "--"];
}

function requireSha(text: string): void {
  if (!shaPattern.test(text)) throw new TypeError(`${JSON.stringify(text)} is not the id of a commit`);
}
