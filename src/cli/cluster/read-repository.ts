import { spawn } from "node:child_process";
import { CloisterError } from "../../error.ts";
import type { LeftOut } from "../../incident/capture/plan-lists.ts";
import { isInnerPath } from "../../incident/inner-path.ts";
import { runProgram } from "../run-program.ts";

export interface ReadRepository {
  readonly commit: string;
  readonly name: string;
  readonly branch: string;
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly executable: boolean }>;
  readonly leftOut: readonly LeftOut[];
}

interface Access {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

const mostFiles = 2000;
const mostFileBytes = 4 * 2 ** 20;
const mostBytes = 64 * 2 ** 20;

/** The tracked files of a repository at its last commit, byte for byte as git keeps them: no filter of the user's runs. Throws `missing`. */
export async function readRepository(folder: string, access: Access): Promise<ReadRepository> {
  const git = async (...args: string[]): Promise<string> => {
    const { code, stdout } = await runProgram("git", ["-C", folder, ...args], access);
    if (code !== 0) throw new CloisterError("missing", `${folder} is no git repository with a commit.`, { field: "repo" });
    return stdout;
  };
  const commit = (await git("rev-parse", "--verify", "HEAD^{commit}")).trim();
  const top = (await git("rev-parse", "--show-toplevel")).trim();
  const branch = (await git("rev-parse", "--abbrev-ref", "HEAD")).trim();
  const leftOut: LeftOut[] = [];
  const wanted: { readonly id: string; readonly path: string; readonly executable: boolean; readonly size: number }[] = [];
  let bytes = 0;
  for (const line of (await git("ls-tree", "-r", "-z", "--full-tree", "--long", "HEAD")).split("\0")) {
    const [, mode = "", type = "", id = "", size = "0", path = ""] = /^(\d+) (\w+) ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
    if (path === "") continue;
    const why = reasonAgainst(mode, type, path, Number(size), wanted.length, bytes);
    if (why !== undefined) leftOut.push({ what: `file ${path}`, why });
    else {
      bytes += Number(size);
      wanted.push({ id, path, executable: mode === "100755", size: Number(size) });
    }
  }
  const blobs = await readBlobs(folder, wanted, access);
  const files = new Map(wanted.map(({ path, executable }, index) => [path, { bytes: blobs[index] ?? Buffer.alloc(0), executable }]));
  return { commit, name: top.split("/").at(-1) ?? "", branch, files, leftOut };
}

function reasonAgainst(mode: string, type: string, path: string, size: number, count: number, bytes: number): string | undefined {
  if (type !== "blob" || mode === "120000") return type === "blob" ? "a symbolic link" : "a module of its own";
  if (!isInnerPath(path) || path.length > 300 || path.startsWith(" ")) return "a path that no scenario takes";
  if (size > mostFileBytes) return `larger than ${mostFileBytes} bytes`;
  if (count >= mostFiles) return `only ${mostFiles} files are taken`;
  return bytes + size > mostBytes ? `only ${mostBytes} bytes are taken` : undefined;
}

/** All blobs through one `git cat-file`, whose answers are `ID blob SIZE`, a line feed, the bytes, a line feed. */
function readBlobs(
  folder: string,
  wanted: readonly { readonly id: string; readonly size: number }[],
  { env, signal }: Access,
): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["-C", folder, "cat-file", "--batch"], { env: { ...env }, stdio: ["pipe", "pipe", "ignore"], signal });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("error", (cause) =>
      reject(new CloisterError(signal.aborted ? "cancelled" : "missing", `git could not be run: ${cause.message}`, { cause })),
    );
    child.on("close", (code) => {
      const all = Buffer.concat(parts);
      const blobs: Buffer[] = [];
      let at = 0;
      for (const { id, size } of wanted) {
        const header = `${id} blob ${size}\n`;
        if (all.toString("latin1", at, at + header.length) !== header) break;
        at += header.length;
        blobs.push(all.subarray(at, at + size));
        at += size + 1;
      }
      if (code === 0 && blobs.length === wanted.length) resolve(blobs);
      else reject(new CloisterError("damaged", `git could not read the files of ${folder}.`, { hint: `git -C ${folder} fsck` }));
    });
    child.stdin.on("error", () => {});
    child.stdin.end(wanted.map(({ id }) => `${id}\n`).join(""));
  });
}
