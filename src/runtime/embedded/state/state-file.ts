import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { digestOf } from "./identity.ts";

/** `ggsq`, least byte first: how llama.cpp begins the file of one sequence's state. Then its version, the number of tokens, the tokens. */
const magic = 0x67677371;
const headerBytes = 12;
const chunkBytes = 4 * 2 ** 20;

// The engine's process has one thread for asynchronous file work, and the model computes on it: files are read and written here at once, in pieces.

/** The tokens that a state file says it holds, at most `most`. Throws where it is no file of that kind. */
export function readTokens(path: string, most: number): Uint32Array {
  return withFile(path, (file, size) => {
    const header = readAt(file, 0, headerBytes);
    const count = header.readUInt32LE(8);
    if (header.readUInt32LE(0) !== magic) throw new Error("it does not begin as a state does");
    if (count > most || headerBytes + 4 * count > size) throw new Error(`it says that it holds ${count} tokens`);
    const bytes = readAt(file, headerBytes, 4 * count);
    return Uint32Array.from({ length: count }, (_, index) => bytes.readUInt32LE(4 * index));
  });
}

export function tokensDigest(tokens: ArrayLike<number>): string {
  const bytes = Buffer.alloc(4 * tokens.length);
  for (let index = 0; index < tokens.length; index++) bytes.writeUInt32LE(tokens[index] ?? 0, 4 * index);
  return digestOf(bytes);
}

/** sha256 of the whole file, with a pause after each piece so that other work goes on. */
export async function fileDigest(path: string): Promise<string> {
  const digest = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const read = readSync(file, chunk, 0, chunk.length, null);
      if (read === 0) return digest.digest("hex");
      digest.update(chunk.subarray(0, read));
      await breathe();
    }
  } finally {
    closeSync(file);
  }
}

function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  const file = openSync(path, "r");
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw new Error("it is no file");
    return use(file, found.size);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const read = readSync(file, bytes, done, length - done, position + done);
    if (read === 0) throw new Error("it is cut short");
    done += read;
  }
  return bytes;
}
