import type { Hash } from "node:crypto";
import { open, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { z } from "zod";
import { CloisterError } from "../error.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { digestStart, newDigest, type ByteProgress } from "./digest.ts";
import { storePath } from "./store.ts";

const checkpointEvery = 64 * 1024 * 1024;

/** How much of a partial file was safely on the disk, and the digest of that much. `of` is the digest of the whole file it belongs to. */
const checkpointSchema = z.object({
  of: z.string(),
  bytes: z.number().int().positive(),
  sha256: z.string(),
});

/**
 * The beginning of a model's file while it is being pulled. What a killed process left is taken over up to its last checkpoint, after
 * hashing that much again: a write that never reached the disk cannot become part of a model. Whichever source the bytes came from is
 * the same, since all sources hold the same file.
 */
export class PartialFile {
  readonly path: string;
  readonly #statePath: string;
  readonly #entry: CatalogueEntry;
  readonly #file: FileHandle;
  #digest: Hash;
  #bytes: number;
  #checkpoint: number;

  private constructor(path: string, statePath: string, entry: CatalogueEntry, file: FileHandle, digest: Hash, bytes: number) {
    this.path = path;
    this.#statePath = statePath;
    this.#entry = entry;
    this.#file = file;
    this.#digest = digest;
    this.#bytes = bytes;
    this.#checkpoint = bytes;
  }

  static async open(home: string, entry: CatalogueEntry, signal: AbortSignal, progress?: ByteProgress): Promise<PartialFile> {
    const path = storePath(home, entry.name, "partial");
    const statePath = storePath(home, entry.name, "partial.json");
    const file = await open(path, "a+").then(async (handle) => (await handle.close(), open(path, "r+")));
    try {
      const kept = await keptStart(path, statePath, entry, signal, progress);
      await file.truncate(kept?.bytes ?? 0);
      return new PartialFile(path, statePath, entry, file, kept?.digest ?? newDigest(), kept?.bytes ?? 0);
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Throws `no-space` where the disk is full. */
  async append(chunk: Uint8Array): Promise<void> {
    await writeFully(this.#file, chunk, this.#bytes);
    this.#digest.update(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes - this.#checkpoint >= checkpointEvery) await this.checkpoint();
  }

  /** Makes what is here safe: after this, a lost process or a power cut costs nothing of it. */
  async checkpoint(): Promise<void> {
    if (this.#bytes === this.#checkpoint) return;
    await this.#file.sync();
    const state: z.infer<typeof checkpointSchema> = {
      of: this.#entry.sha256,
      bytes: this.#bytes,
      sha256: this.#digest.copy().digest("hex"),
    };
    await writeFile(`${this.#statePath}.new`, JSON.stringify(state));
    await rename(`${this.#statePath}.new`, this.#statePath);
    this.#checkpoint = this.#bytes;
  }

  /** Is the file whole, and the one that the catalogue names? */
  isWhole(): boolean {
    return this.#bytes === this.#entry.bytes && this.#digest.copy().digest("hex") === this.#entry.sha256;
  }

  /** Forgets everything that is here. */
  async clear(): Promise<void> {
    await rm(this.#statePath, { force: true });
    await this.#file.truncate(0);
    this.#digest = newDigest();
    this.#bytes = 0;
    this.#checkpoint = 0;
  }

  /** Gives the whole file its final name. */
  async finish(path: string): Promise<void> {
    await this.#file.sync();
    await rename(this.path, path);
    await rm(this.#statePath, { force: true });
  }

  /** Leaves what is here for the next time; an empty file is removed. To be called in every case. */
  async close(): Promise<void> {
    try {
      if (this.#bytes > 0 && this.#bytes < this.#entry.bytes) await this.checkpoint();
    } finally {
      await this.#file.close();
      if (this.#bytes === 0) await rm(this.path, { force: true });
    }
  }
}

async function keptStart(
  path: string,
  statePath: string,
  entry: CatalogueEntry,
  signal: AbortSignal,
  progress?: ByteProgress,
): Promise<{ digest: Hash; bytes: number } | undefined> {
  const state = checkpointSchema.safeParse(await readFile(statePath, "utf8").then(parseJson, () => undefined));
  if (!state.success || state.data.of !== entry.sha256 || state.data.bytes > entry.bytes) return undefined;
  const { bytes, sha256 } = state.data;
  if (bytes === entry.bytes && sha256 !== entry.sha256) return undefined;
  const digest = await digestStart(path, bytes, signal, progress);
  return digest?.copy().digest("hex") === sha256 ? { digest, bytes } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function writeFully(file: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  try {
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position + done);
      done += bytesWritten;
    }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw cause;
    throw new CloisterError("no-space", "The disk is full; what was pulled so far is kept.", {
      hint: "Make room and give the same command again: it goes on from there.",
      cause,
    });
  }
}
