import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { CloisterError } from "../error.ts";

/** Called with the bytes done so far, of `total`. */
export type ByteProgress = (bytes: number, total: number) => void;

export function newDigest(): Hash {
  return createHash("sha256");
}

/**
 * Feeds the first `length` bytes of a file into a digest and gives it back unfinished, so that more can follow. Returns
 * `undefined` where the file is shorter. Throws `cancelled`.
 */
export async function digestStart(path: string, length: number, signal: AbortSignal, progress?: ByteProgress): Promise<Hash | undefined> {
  const digest = newDigest();
  let done = 0;
  if (length > 0) {
    for await (const chunk of createReadStream(path, { end: length - 1, highWaterMark: 1024 * 1024 })) {
      if (signal.aborted) throw new CloisterError("cancelled", "Hashing was cancelled.");
      const bytes = chunk as Uint8Array;
      digest.update(bytes);
      done += bytes.length;
      progress?.(done, length);
    }
  }
  return done === length ? digest : undefined;
}
