import { lstat, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../error.ts";
import type { HistoryCommit } from "./history.ts";

/** A folder's files by path, with forward slashes. */
export type Tree = ReadonlyMap<string, TreeFile>;
export interface TreeFile {
  readonly bytes: Buffer;
  readonly executable: boolean;
}

const maxFiles = 2000;
const maxFileBytes = 4 * 1024 * 1024;

/** Reads a folder whole. Symbolic links and other special files are refused: a repository that is made from it would carry them. */
export async function readTree(root: string, label: string): Promise<Tree> {
  const files = new Map<string, TreeFile>();
  const walk = async (inner: string): Promise<void> => {
    const names = (await readdir(join(root, inner))).sort();
    for (const name of names) {
      const path = inner === "" ? name : `${inner}/${name}`;
      const stat = await lstat(join(root, path));
      if (stat.isDirectory()) await walk(path);
      else if (!stat.isFile()) throw new CloisterError("damaged", `${label}/${path} is neither a file nor a folder.`, { field: path });
      else if (stat.size > maxFileBytes || files.size >= maxFiles)
        throw new CloisterError("damaged", `${label}/${path}: at most ${maxFiles} files of ${maxFileBytes} bytes are read.`, {
          field: path,
        });
      else files.set(path, { bytes: await readFile(join(root, path)), executable: (stat.mode & 0o100) !== 0 });
    }
  };
  await walk("").catch((cause: unknown) => {
    if (cause instanceof CloisterError) throw cause;
    throw new CloisterError("missing", `${label} cannot be read.`, { field: label, cause });
  });
  return files;
}

/** What a commit changes: written and removed paths. Pure; `damaged` names the path that a commit asks for and nobody has. */
export function changesOf(commit: HistoryCommit, final: Tree, overlay: Tree): { write: Tree; remove: readonly string[] } {
  const write = new Map(overlay);
  const about = `history.yaml, commit "${commit.message.split("\n")[0]}"`;
  const lastForm = (path: string): TreeFile => {
    const file = final.get(path);
    if (file === undefined) throw new CloisterError("damaged", `${about}: repo/${path} is missing.`, { field: path });
    return file;
  };
  for (const path of commit.take) write.set(path, lastForm(path));
  for (const { file, replace, with: text } of commit.older) {
    const now = write.get(file) ?? lastForm(file);
    const parts = now.bytes.toString("utf8").split(replace);
    if (parts.length !== 2)
      throw new CloisterError("damaged", `${about}: the text to replace occurs ${parts.length - 1} times in ${file}, not once.`, {
        field: file,
      });
    write.set(file, { ...now, bytes: Buffer.from(parts.join(text)) });
  }
  return { write, remove: commit.remove };
}
