import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import type { CatalogueEntry } from "./catalogue.ts";

/** A temporary folder for the time of `work`. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-model-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that do not repeat, the same each time. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < length; index++) bytes[index] = (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24;
  return bytes;
}

/** A catalogue entry for a file that a test made up, cut into parts of `partBytes`. */
export function entryFor(content: Uint8Array, partBytes = content.length, name = "sample"): CatalogueEntry {
  const parts = Math.ceil(content.length / partBytes);
  return {
    name,
    title: "A sample",
    bytes: content.length,
    sha256: sha256(content),
    licence: "Apache-2.0",
    parameters: 1,
    trainedWindow: 512,
    quantisation: "F32",
    guidance: "forms",
    hub: { repository: "owner/sample", file: "sample.gguf" },
    packages: {
      requirements: Array.from({ length: parts }, (_, index) => `sample-part${index + 1}==1.0.0`),
      member: /\/data\/part\d+\.bin$/,
      partBytes,
    },
  };
}

/** A zip archive of these members. */
export function zipOf(members: readonly { readonly path: string; readonly content: Uint8Array; readonly stored?: boolean }[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, content, stored = false } of members) {
    const name = Buffer.from(path);
    const packed = stored ? Buffer.from(content) : deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(stored ? 0 : 8, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(stored ? 0 : 8, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    bodies.push(local, name, packed);
    directory.push(entry, name);
    offset += local.length + name.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, listing, end]);
}

type Value =
  | { readonly u32: number }
  | { readonly u64: bigint }
  | { readonly f32: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly u32s: readonly number[] };

interface SampleTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Number of the type and bytes of the data. */
  readonly type: number;
  readonly bytes: number;
}

/** What a small model of two blocks says about itself. */
export const sampleValues: Readonly<Record<string, Value>> = {
  "general.architecture": { text: "llama" },
  "general.name": { text: "A sample" },
  "general.file_type": { u32: 3 },
  "llama.context_length": { u32: 512 },
  "llama.block_count": { u32: 2 },
  "llama.embedding_length": { u32: 32 },
  "llama.attention.head_count": { u32: 4 },
  "llama.attention.head_count_kv": { u32s: [2, 1] },
  "llama.rope.freq_base": { f32: 10_000 },
  "tokenizer.ggml.tokens": { texts: ["<s>", "</s>", "a", "b"] },
  "tokenizer.ggml.bos_token_id": { u32: 0 },
  "tokenizer.ggml.eos_token_id": { u32: 1 },
  "tokenizer.ggml.add_bos_token": { bool: true },
  "tokenizer.chat_template": { text: "{{ messages }}" },
};

export const sampleTensors: readonly SampleTensor[] = [
  { name: "token_embd.weight", shape: [32, 4], type: 0, bytes: 512 },
  { name: "blk.0.ffn.weight", shape: [32, 3], type: 3, bytes: 60 },
  { name: "output.weight", shape: [32, 2], type: 8, bytes: 68 },
];

/** The bytes of a GGUF file; its tensors' data is not padded at the end, so that not one byte can be missing. */
export function ggufOf(values: Readonly<Record<string, Value>> = sampleValues, tensors = sampleTensors, version = 3): Buffer {
  const parts: Buffer[] = [Buffer.from("GGUF"), u32(version), u64(tensors.length), u64(Object.keys(values).length)];
  for (const [key, value] of Object.entries(values)) parts.push(text(key), ...valueBytes(value));
  let offset = 0;
  for (const tensor of tensors) {
    parts.push(text(tensor.name), u32(tensor.shape.length), ...tensor.shape.map(u64), u32(tensor.type), u64(offset));
    offset = Math.ceil((offset + tensor.bytes) / 32) * 32;
  }
  const header = Buffer.concat(parts);
  const padding = Buffer.alloc(Math.ceil(header.length / 32) * 32 - header.length);
  const dataBytes = tensors.reduce((at, tensor) => Math.ceil(at / 32) * 32 + tensor.bytes, 0);
  return Buffer.concat([header, padding, noise(dataBytes)]);
}

function valueBytes(value: Value): Buffer[] {
  if ("u32" in value) return [u32(4), u32(value.u32)];
  if ("u64" in value) return [u32(10), u64(value.u64)];
  if ("bool" in value) return [u32(7), Buffer.from([value.bool ? 1 : 0])];
  if ("text" in value) return [u32(8), text(value.text)];
  if ("texts" in value) return [u32(9), u32(8), u64(value.texts.length), Buffer.concat(value.texts.map(text))];
  if ("u32s" in value) return [u32(9), u32(4), u64(value.u32s.length), ...value.u32s.map(u32)];
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value.f32);
  return [u32(6), bytes];
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}
