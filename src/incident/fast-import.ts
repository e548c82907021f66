import type { Tree } from "./history-tree.ts";

export interface PlannedCommit {
  readonly message: string;
  /** `Name <mail>`; author and committer. */
  readonly author: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
  readonly write: Tree;
  readonly remove: readonly string[];
}

/** The commits as one stream for `git fast-import --done`, all on one branch. Pure: the same commits give the same bytes, hence the same ids. */
export function fastImport(branch: string, commits: readonly PlannedCommit[]): Buffer {
  const parts: (string | Buffer)[] = [];
  const data = (bytes: Buffer) => parts.push(`data ${bytes.length}\n`, bytes, "\n");
  commits.forEach(({ message, author, seconds, write, remove }, index) => {
    parts.push(`commit refs/heads/${branch}\nmark :${index + 1}\n`);
    parts.push(`author ${author} ${seconds} +0000\ncommitter ${author} ${seconds} +0000\n`);
    data(Buffer.from(`${message.trimEnd()}\n`));
    if (index > 0) parts.push(`from :${index}\n`);
    for (const path of remove) parts.push(`D ${path}\n`);
    for (const [path, file] of write) {
      parts.push(`M ${file.executable ? "100755" : "100644"} inline ${path}\n`);
      data(file.bytes);
    }
    parts.push("\n");
  });
  parts.push("done\n");
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
}
