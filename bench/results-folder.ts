import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CloisterError } from "../src/error.ts";

/**
 * What a bench has measured so far, in a folder: every finished piece is a file of its own, written whole or not at all, so that the same
 * command goes on where it was stopped. Pieces that were measured under other settings are never mixed in.
 */
export interface ResultsFolder {
  readonly path: string;
  /** A finished piece, or undefined where there is none or the file is no JSON: then it is measured again. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
  /** The same for a file that is not JSON. Resolves with its path. */
  writeText(file: string, text: string): Promise<string>;
}

/**
 * Opens the folder, or makes it. Throws `usage` where it holds results of other settings: those are figures of something else, and
 * throwing them away is for whoever measured them.
 */
export async function openResults(path: string, settings: Readonly<Record<string, unknown>>): Promise<ResultsFolder> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const known = await readJson(join(path, "settings.json"));
  // Through JSON and back, as the ones on the disk went.
  const wanted: unknown = JSON.parse(JSON.stringify(settings));
  if (known !== undefined && !isDeepStrictEqual(known, wanted)) {
    throw new CloisterError(
      "usage",
      `${path} holds results of other settings: ${JSON.stringify(known)}; asked for were ${JSON.stringify(wanted)}.`,
      {
        hint: "Name another folder with --out, or remove this one.",
      },
    );
  }
  if (known === undefined) await writeWhole(join(path, "settings.json"), json(wanted));
  return {
    path,
    read: (name) => readJson(join(path, fileOf(name))),
    write: (name, value) => writeWhole(join(path, fileOf(name)), json(value)),
    async writeText(file, text) {
      await writeWhole(join(path, file), text);
      return join(path, file);
    },
  };
}

function fileOf(name: string): string {
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(name)) throw new CloisterError("internal", `${JSON.stringify(name)} is no name of a result.`);
  return `${name}.json`;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || (thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Writes a file whole or not at all; `mode` for a new one, less the process's mask. */
export async function writeWhole(path: string, text: string, mode = 0o600): Promise<void> {
  await writeFile(`${path}.part`, text, { mode });
  await rename(`${path}.part`, path);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}
