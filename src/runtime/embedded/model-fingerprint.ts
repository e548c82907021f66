import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const endBytes = 2 ** 20;

/**
 * Tells model files apart in no time, where nobody knows the digest: size, time of the last change, the first and the last MiB. States of a file that was
 * replaced or touched are not found again; those of another file are never taken for its own.
 */
export async function modelFingerprint(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size, mtimeMs } = await file.stat();
    const digest = createHash("sha256").update(`${size} ${mtimeMs}\n`);
    for (const at of [0, Math.max(0, size - endBytes)]) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, endBytes)), 0, Math.min(size, endBytes), at);
      digest.update(buffer.subarray(0, bytesRead));
    }
    return `fingerprint-${digest.digest("hex")}`;
  } finally {
    await file.close();
  }
}
