import { open, type FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createInflateRaw } from "node:zlib";
import { CloisterError } from "../error.ts";

/** One file inside a zip archive. Sizes and offsets in bytes. */
export interface ZipMember {
  readonly path: string;
  readonly method: "stored" | "deflated";
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const entryBytes = 46;
const localBytes = 30;
const maxCommentBytes = 65_535;
const maxDirectoryBytes = 16 * 1024 * 1024;
const chunkBytes = 1024 * 1024;
const largest32 = 0xffffffff;

/**
 * The members of a zip archive, from its central directory. Zip64 (members or archives of 4 GiB and more), encryption and spanned
 * archives are refused. Throws `CloisterError` `damaged`.
 * Source: APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
 */
export async function listZip(path: string): Promise<readonly ZipMember[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const tail = await readExactly(file, path, Math.max(0, size - endBytes - maxCommentBytes), Math.min(size, endBytes + maxCommentBytes));
    const end = findEnd(tail);
    if (end === undefined) throw damaged(path, "its end is missing");
    const count = end.readUInt16LE(10);
    const directoryBytes = end.readUInt32LE(12);
    const directoryOffset = end.readUInt32LE(16);
    if (count === 0xffff || directoryBytes === largest32 || directoryOffset === largest32) throw damaged(path, "it is of the zip64 kind");
    if (directoryBytes > maxDirectoryBytes) throw damaged(path, "its directory is too large");
    return parseDirectory(path, await readExactly(file, path, directoryOffset, directoryBytes), count);
  } finally {
    await file.close();
  }
}

/**
 * The bytes of one member, unpacked as they are read. Ends with `damaged` where they are not exactly `member.bytes`: an archive
 * cannot make it write more than it said. Its checksum is not looked at; whoever reads model bytes checks a digest of the whole.
 */
export async function* readZipMember(path: string, member: ZipMember, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, "r");
  try {
    const local = await readExactly(file, path, member.headerOffset, localBytes);
    if (local.readUInt32LE(0) !== localSignature) throw damaged(path, `${member.path} is not where the directory says`);
    const start = member.headerOffset + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
    let written = 0;
    const packed = readRange(file, path, start, member.packedBytes);
    for await (const chunk of member.method === "stored" ? packed : inflate(path, packed)) {
      signal.throwIfAborted();
      written += chunk.length;
      if (written > member.bytes) break;
      yield chunk;
    }
    if (written !== member.bytes) throw damaged(path, `${member.path} does not have the length that the directory says`);
  } finally {
    await file.close();
  }
}

function findEnd(tail: Buffer): Buffer | undefined {
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) === endSignature && at + endBytes + tail.readUInt16LE(at + 20) === tail.length) return tail.subarray(at);
  }
  return undefined;
}

function parseDirectory(path: string, directory: Buffer, count: number): ZipMember[] {
  const members: ZipMember[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + entryBytes > directory.length || directory.readUInt32LE(at) !== entrySignature) throw damaged(path, "its directory is cut");
    const flags = directory.readUInt16LE(at + 8);
    const method = directory.readUInt16LE(at + 10);
    const packedBytes = directory.readUInt32LE(at + 20);
    const bytes = directory.readUInt32LE(at + 24);
    const nameEnd = at + entryBytes + directory.readUInt16LE(at + 28);
    const headerOffset = directory.readUInt32LE(at + 42);
    const next = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
    if (next > directory.length) throw damaged(path, "its directory is cut");
    const name = directory.toString("utf8", at + entryBytes, nameEnd);
    at = next;
    // What cannot be read is left out: the member that is looked for is then not found, and said so by name.
    if ((flags & 1) !== 0 || (method !== 0 && method !== 8) || [packedBytes, bytes, headerOffset].includes(largest32)) continue;
    members.push({ path: name, method: method === 0 ? "stored" : "deflated", packedBytes, bytes, headerOffset });
  }
  return members;
}

async function* inflate(path: string, packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const inflater = createInflateRaw({ chunkSize: chunkBytes });
  const feeding = pipeline(Readable.from(packed), inflater).catch(() => {});
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array;
  } catch (cause) {
    throw cause instanceof CloisterError ? cause : damaged(path, "its packed data makes no sense", cause);
  } finally {
    inflater.destroy();
    await feeding;
  }
}

async function* readRange(file: FileHandle, path: string, start: number, length: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let done = 0; done < length;) {
    const chunk = await readExactly(file, path, start + done, Math.min(chunkBytes, length - done));
    done += chunk.length;
    yield chunk;
  }
}

async function readExactly(file: FileHandle, path: string, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw damaged(path, "it is cut short");
    filled += bytesRead;
  }
  return bytes;
}

function damaged(path: string, why: string, cause?: unknown): CloisterError {
  return new CloisterError("damaged", `The archive ${path} cannot be read: ${why}.`, { cause });
}
