import { constants } from "node:fs";
import { copyFile, link, open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { CloisterError } from "../error.ts";
import { findEntry, findEntryByDigest } from "./catalogue.ts";
import { digestStart, type ByteProgress } from "./digest.ts";
import { readGguf } from "./gguf.ts";
import { withLock } from "./lock.ts";
import { freeBytes, requireSpace, type FreeBytes } from "./space.ts";
import { fileBytes, isModelName, makeStore, modelPath, modelsFolder, storePath } from "./store.ts";

export interface ImportOptions {
  readonly signal: AbortSignal;
  /** For a file that the catalogue does not know; without it the name is made from the file's. */
  readonly name?: string | undefined;
  readonly progress?: ByteProgress | undefined;
  readonly free?: FreeBytes | undefined;
}

export interface ImportResult {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Does the catalogue know the file? */
  readonly known: boolean;
  /** How it came into the store. A clone and a link take no room; a link is the same file under two names. */
  readonly by: "clone" | "link" | "copy";
}

/**
 * Takes a GGUF file into the store: under its catalogue name where the digest is known, otherwise under `name` or a name made of the
 * file's. The file itself stays where it is. Throws `CloisterError`: `not-found`, `damaged` (not a whole GGUF, or a catalogue name
 * with another digest), `bad-request` (no name, or one that is taken), `no-space`, `locked`, `cancelled`.
 */
export async function importModel(home: string, file: string, options: ImportOptions): Promise<ImportResult> {
  const { fileBytes: bytes } = await readGguf(file);
  const asked = options.name ?? safeName(file);
  if (!isModelName(asked))
    throw new CloisterError("bad-request", `No name for a model can be made of ${JSON.stringify(asked.slice(0, 80))}.`, {
      hint: `cloister model import FILE --name NAME (small letters, digits, dots, dashes)`,
    });
  await makeStore(home);
  return await withLock(home, asked, async () => {
    const placed = storePath(home, asked, "import");
    await rm(placed, { force: true });
    try {
      // Placed first and hashed then: what gets a name is what was hashed, also if the original changes meanwhile.
      const by = await place(home, await realpath(file), placed, bytes, options);
      const digest = await digestStart(placed, bytes, options.signal, options.progress);
      const sha256 = digest?.digest("hex");
      if (sha256 === undefined) throw new CloisterError("damaged", `${file} changed while it was read.`);
      const known = findEntryByDigest(sha256);
      const name = known?.name ?? asked;
      if (known === undefined) await requireFreeName(home, name, file, sha256);
      const path = modelPath(home, name);
      const settle = async (): Promise<void> => {
        await sync(placed);
        await rename(placed, path);
        // What a pull that did not end left of it is not needed any more.
        for (const kind of ["partial", "partial.json"] as const) await rm(storePath(home, name, kind), { force: true });
        if (known === undefined) await writeFile(storePath(home, name, "sha256"), `${sha256}  ${name}.gguf\n`);
      };
      await (name === asked ? settle() : withLock(home, name, settle));
      return { name, path, bytes, sha256, known: known !== undefined, by };
    } finally {
      await rm(placed, { force: true });
    }
  });
}

/** A model's name out of a file's: `Llama-3 8B (Q4).gguf` becomes `llama-3-8b-q4`. May be empty. */
export function safeName(file: string): string {
  return basename(file)
    .replace(/\.gguf$/i, "")
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, 64)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
}

/** Brings the file's bytes to `placed`: as a clone where the file system can, as a second link on the same one, else as a copy. */
async function place(home: string, file: string, placed: string, bytes: number, options: ImportOptions): Promise<ImportResult["by"]> {
  try {
    await copyFile(file, placed, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return "clone";
  } catch {
    await rm(placed, { force: true });
  }
  try {
    await link(file, placed);
    return "link";
  } catch {
    // Another file system, or one without links.
  }
  await requireSpace(modelsFolder(home), bytes, options.free ?? freeBytes);
  await copyBytes(file, placed, options.signal);
  return "copy";
}

async function copyBytes(file: string, placed: string, signal: AbortSignal): Promise<void> {
  const from = await open(file, "r");
  try {
    await writeFile(placed, from.createReadStream({ autoClose: false, highWaterMark: 1024 * 1024 }), { flag: "wx", signal });
  } catch (cause) {
    if (signal.aborted) throw new CloisterError("cancelled", "The import was cancelled; nothing was changed.");
    throw cause;
  } finally {
    await from.close();
  }
}

/** A name of the catalogue is for that file alone, and one that another import has is not taken away from it. */
async function requireFreeName(home: string, name: string, file: string, sha256: string): Promise<void> {
  const pinned = findEntry(name);
  if (pinned !== undefined)
    throw new CloisterError("damaged", `${file} is not ${name}: its sha256 is ${sha256}, the catalogue's is ${pinned.sha256}.`, {
      hint: "Import it under another name with --name NAME if it is meant to be another model.",
    });
  if ((await fileBytes(modelPath(home, name))) === undefined) return;
  throw new CloisterError("bad-request", `There is a model ${name} already.`, {
    hint: `cloister model rm ${name} first, or import it with --name NAME`,
  });
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
