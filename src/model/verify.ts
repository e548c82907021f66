import { readFile } from "node:fs/promises";
import { CloisterError } from "../error.ts";
import { findEntry } from "./catalogue.ts";
import { digestStart, type ByteProgress } from "./digest.ts";
import { requireModel } from "./installed.ts";
import { storePath } from "./store.ts";

export interface VerifyResult {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** What the digest was held against: the catalogue, what `import` wrote down, or nothing. */
  readonly against: "catalogue" | "import" | "nothing";
}

/**
 * Reads the whole file of a model and holds its digest against the one that is known. Throws `CloisterError`: `not-found`, `missing`,
 * `damaged` (the file stays where it is), `cancelled`.
 */
export async function verifyModel(home: string, name: string, signal: AbortSignal, progress?: ByteProgress): Promise<VerifyResult> {
  const { path, entry, metadata } = await requireModel(home, name);
  const digest = await digestStart(path, metadata.fileBytes, signal, progress);
  const sha256 = digest?.digest("hex") ?? "";
  const noted = entry === undefined ? await notedDigest(home, name) : undefined;
  const expected = entry?.sha256 ?? noted;
  if (expected !== undefined && sha256 !== expected)
    throw new CloisterError("damaged", `The model ${name} is damaged: its sha256 is ${sha256}, it should be ${expected}. File: ${path}.`, {
      hint:
        findEntry(name) === undefined
          ? `cloister model rm ${name}, then import it again`
          : `cloister model rm ${name} && cloister model pull ${name}`,
    });
  const against = entry !== undefined ? "catalogue" : noted !== undefined ? "import" : "nothing";
  return { name, path, bytes: metadata.fileBytes, sha256, against };
}

/** The digest that `importModel` wrote down, in the form of `sha256sum`. */
async function notedDigest(home: string, name: string): Promise<string | undefined> {
  const text = await readFile(storePath(home, name, "sha256"), "utf8").catch(() => "");
  return /^([0-9a-f]{64})\s/.exec(text)?.[1];
}
