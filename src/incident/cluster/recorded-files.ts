import { readdir, readFile, stat } from "node:fs/promises";
import { CloisterError } from "../../error.ts";

/** The text of one file of the recording, refused when it is not there or larger than `limit` bytes. */
export async function readRecorded(file: string, limit: number): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > limit) throw new CloisterError("damaged", `${file} has ${size} bytes; a recorded file may have ${limit}.`, { field: file });
    return await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof CloisterError) throw cause;
    throw new CloisterError("missing", `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      field: file,
      hint: "A recorded cluster is a folder with cluster.yaml, objects/GROUP/VERSION/RESOURCE.yaml and logs/NAMESPACE/POD/CONTAINER.log.",
      cause,
    });
  }
}

/** The names in a folder, sorted, without hidden ones; links are neither files nor folders here and are left out. */
export async function listFolder(folder: string, kind: "directory" | "file"): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const wanted = entries.filter((entry) => !entry.name.startsWith(".") && (kind === "file" ? entry.isFile() : entry.isDirectory()));
    return wanted.map((entry) => entry.name).sort();
  } catch (cause) {
    throw new CloisterError("missing", `The folder ${folder} cannot be read: a recorded cluster keeps its objects there.`, {
      field: folder,
      cause,
    });
  }
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
