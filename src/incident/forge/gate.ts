import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";

import { type GitSetting, runGit } from "./git.ts";
import type { Repository } from "./repository.ts";

/** A branch that somebody wants to push, while its objects are not yet part of the repository. */
export interface PushedBranch {
  readonly owner: string;
  readonly repository: string;
  readonly branch: string;
  /** Where it left the default branch. */
  readonly base: string;
  /** The commit that is pushed. */
  readonly commit: string;
  /** Files that differ between the two, by path. */
  readonly changedFiles: readonly string[];
  /** Paths of all files of one of the two commits. */
  list(commit: string): Promise<readonly string[]>;
  /** The text of a file of one of the two commits; nothing where it has none, or where it is no file, or larger than 1 MiB. */
  read(commit: string, path: string): Promise<string | undefined>;
}

export type GateVerdict =
  | { readonly kind: "pass" }
  /** What git tells whoever pushes, a line each. */
  | { readonly kind: "refuse"; readonly says: readonly string[] };

/** May this branch be pushed? Asked in the forge's own process, with what was pushed; what the client says of it is not asked. */
export type Gate = (push: PushedBranch) => Promise<GateVerdict>;

const maxQuestionBytes = 64 * 1024;
const maxFileBytes = 1024 * 1024;
const zeros = /^0+$/;

/**
 * Answers the questions of a push's pre-receive hook, which come on descriptor 3: the quarantine that holds the pushed objects, a line `OLD NEW REF` for each
 * branch, a line `end`. The answer is lines for the person who pushes, then `pass` or `refuse`. A gate that fails refuses: what was not checked does not pass.
 */
export function answerHook(child: ChildProcess, setting: GitSetting, repository: Repository, gate: Gate): void {
  const channel = child.stdio[3] as Duplex;
  let asked = "";
  channel.on("error", () => undefined);
  channel.setEncoding("utf8").on("data", (text: string) => {
    asked += text;
    if (asked.length > maxQuestionBytes) return void channel.end("The push has more branches than this forge looks at.\nrefuse\n");
    if (!/(?:^|\n)end\n$/.test(asked)) return;
    const [quarantine = "", ...lines] = asked.split("\n").slice(0, -2);
    asked = "";
    void judge(setting, repository, quarantine, lines, gate)
      .catch((): readonly string[] => ["The check of this branch failed to run. Nothing was pushed. Try again."])
      .then((says) =>
        channel.write([...says.map((line) => line.replaceAll(/\p{Cc}+/gu, " ")), says.length === 0 ? "pass" : "refuse", ""].join("\n")),
      );
  });
}

/** What is said against the push; nothing where it may pass. */
async function judge(
  setting: GitSetting,
  repository: Repository,
  quarantine: string,
  lines: readonly string[],
  gate: Gate,
): Promise<readonly string[]> {
  const says: string[] = [];
  for (const line of lines) {
    const [, commit = "", ref = ""] = line.split(" ");
    // Everything else the hook refuses itself.
    if (!ref.startsWith("refs/heads/") || zeros.test(commit) || !/^[0-9a-f]{40,64}$/.test(commit)) continue;
    const push = await lookAt({ ...setting, quarantine: { objects: quarantine, repository: repository.path } }, repository, ref, commit);
    const verdict = push === undefined ? unrelated : await gate(push);
    if (verdict.kind === "refuse") says.push(...verdict.says);
  }
  return says;
}

const unrelated: GateVerdict = { kind: "refuse", says: ["This branch has no history in common with the default branch."] };

async function lookAt(setting: GitSetting, repository: Repository, ref: string, commit: string): Promise<PushedBranch | undefined> {
  const git = (...args: string[]) => runGit(setting, ["-C", repository.path, ...args]);
  const { exit, stdout } = await git("merge-base", `refs/heads/${repository.defaultBranch}`, commit);
  const base = stdout.trim();
  if (exit !== 0) return undefined;
  const paths = (text: string): readonly string[] => text.split("\0").filter((path) => path !== "");
  const changed = await git("diff", "--name-only", "--no-renames", "-z", base, commit, "--");
  return {
    owner: repository.owner,
    repository: repository.name,
    branch: ref.slice("refs/heads/".length),
    base,
    commit,
    changedFiles: paths(changed.stdout),
    list: async (of) => paths((await git("ls-tree", "-r", "-z", "--name-only", "--full-tree", of)).stdout),
    read: async (of, path) => {
      const blob = await runGit(setting, ["-C", repository.path, "cat-file", "blob", `${of}:${path}`], { maxBytes: maxFileBytes });
      return blob.exit === 0 && !blob.truncated ? blob.stdout : undefined;
    },
  };
}
