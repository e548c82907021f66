import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { CloisterError } from "../error.ts";
import { findProgram } from "../seal/programs.ts";
import { programSources } from "./program-sources.ts";

export interface FoundPrograms {
  /** Folders for PATH inside the seal, each program's own first. */
  readonly pathFolders: readonly string[];
  /** Where the programs really are: has to be readable inside. */
  readonly readable: readonly string[];
}

/** Finds programs on PATH. Throws `missing` with the program and the command that gets it. */
export async function findPrograms(names: readonly string[], searchPath: string): Promise<FoundPrograms> {
  const found = await Promise.all(names.map((name) => locate(name, searchPath)));
  const pathFolders = [...new Set([...found.map(({ folder }) => folder), dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"])];
  return { pathFolders, readable: [...new Set(found.flatMap(({ file, folder }) => [folder, dirname(file)]))] };
}

async function locate(name: string, searchPath: string): Promise<{ folder: string; file: string }> {
  const path = await findProgram(name, searchPath);
  if (path === undefined) throw new CloisterError("missing", `${name} is not on PATH; a session needs it.`, { hint: programSources[name] });
  return { folder: dirname(path), file: await realpath(path) };
}
