import { statfs } from "node:fs/promises";
import { CloisterError } from "../error.ts";

/** Left free on purpose: a disk that is full to the last byte breaks other programs. */
const marginBytes = 64 * 1024 * 1024;

/** Free bytes that a user may still write on the file system of that folder. */
export type FreeBytes = (folder: string) => Promise<number>;

export const freeBytes: FreeBytes = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

/** Throws `no-space`, with figures, unless `needed` bytes and a margin are free. */
export async function requireSpace(folder: string, needed: number, free: FreeBytes): Promise<void> {
  const wanted = needed + marginBytes;
  const available = await free(folder);
  if (available >= wanted) return;
  throw new CloisterError("no-space", `${folder} has ${megabytes(available)} free; ${megabytes(wanted)} are needed.`, {
    hint: `Make ${megabytes(wanted - available)} of room there, or set CLOISTER_HOME to a folder on a larger disk.`,
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
