import { lstat, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { CloisterError } from "../../error.ts";
import type { Files } from "./scenario-files.ts";

/** A folder in the making: nothing stands at its final place before all of it does. */
export interface FolderInTheMaking {
  /** Where it is for now; its name is already the final one. */
  readonly folder: string;
  write(files: Files, executable?: ReadonlySet<string>): Promise<void>;
  /** Moves it to its place. Throws `bad-request` where something has come to stand there meanwhile. */
  finish(): Promise<void>;
}

/** Throws `bad-request` where there is anything at the path, `missing` where there is no folder to put it into. */
export async function demandFree(target: string): Promise<void> {
  if ((await lstat(target).catch(() => undefined)) !== undefined)
    throw new CloisterError("bad-request", `${target} is there already; a capture overwrites nothing.`, {
      field: "out",
      hint: "Name another folder with --out.",
    });
  const parent = await lstat(dirname(target)).catch(() => undefined);
  if (parent === undefined) throw new CloisterError("missing", `There is no folder ${dirname(target)}.`, { field: "out" });
}

/** Makes a folder beside its final place, hands it over, and removes it again unless `work` finished it. Only its owner may read it. */
export async function withFolderInTheMaking<T>(wanted: string, work: (making: FolderInTheMaking) => Promise<T>): Promise<T> {
  const target = resolve(wanted);
  await demandFree(target);
  const outer = await mkdtemp(join(dirname(target), ".capture-")).catch((cause: unknown) => {
    throw new CloisterError("bad-request", `Nothing can be written to ${dirname(target)}.`, { field: "out", cause });
  });
  const folder = join(outer, basename(target));
  try {
    await mkdir(folder, { mode: 0o700 });
    return await work({
      folder,
      write: (files, executable) => writeFiles(folder, files, executable ?? new Set()),
      finish: async () => {
        await demandFree(target);
        await rename(folder, target);
      },
    });
  } finally {
    await rm(outer, { recursive: true, force: true });
  }
}

async function writeFiles(folder: string, files: Files, executable: ReadonlySet<string>): Promise<void> {
  for (const [path, content] of files) {
    const file = resolve(folder, path);
    // Paths are made of names that were checked; this holds whatever becomes of that.
    if (!file.startsWith(`${folder}${sep}`)) throw new CloisterError("internal", `${path} would lie outside of the capture.`);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, content, { mode: executable.has(path) ? 0o700 : 0o600, flag: "wx" });
  }
}
