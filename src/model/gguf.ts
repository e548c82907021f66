import { constants } from "node:fs";
import { access, open, stat, type FileHandle } from "node:fs/promises";
import { CloisterError } from "../error.ts";
import { HeaderCut, Malformed, parseGgufHeader, type GgufHeader, type GgufValue } from "./gguf-header.ts";
import { fileTypes } from "./tensor-types.ts";

/** What a model's file says about the model. Lengths and windows are in tokens or elements, sizes in bytes. */
export interface GgufMetadata {
  readonly architecture: string;
  readonly name: string | undefined;
  /** Elements of all tensors: counted, not claimed. */
  readonly parameters: number;
  /** Tokens the model was trained on at a time. */
  readonly contextLength: number;
  readonly blockCount: number;
  readonly embeddingLength: number;
  /** Attention heads of each block; 0 for a block without attention. */
  readonly heads: readonly number[];
  /** Heads that keep keys and values, of each block. */
  readonly kvHeads: readonly number[];
  /** Elements of one head's key and value. `undefined` where the file does not say and it cannot be derived. */
  readonly keyLength: number | undefined;
  readonly valueLength: number | undefined;
  readonly vocabularySize: number | undefined;
  readonly chatTemplate: string | undefined;
  readonly bosToken: number | undefined;
  readonly eosToken: number | undefined;
  readonly eotToken: number | undefined;
  /** `Q4_K_M`; where the file does not say, the type that most of its elements have. */
  readonly quantisation: string;
  /** All tensors together, without padding. */
  readonly tensorBytes: number;
  readonly fileBytes: number;
}

const firstRead = 8 * 1024 * 1024;
/** The largest header known, of a 256 K vocabulary with its merges, has about 16 MiB. */
const maxHeaderBytes = 128 * 1024 * 1024;
const maxBlocks = 4_096;

/**
 * Reads and checks the header of a GGUF file, and that all its tensors are inside the file: whatever passes can be handed to the
 * engine. Does not read the weights, so a flipped bit in them is `verifyModel`'s to find. Takes some 30 ms for a vocabulary of 150 K.
 * Throws `CloisterError`: `not-found`, `damaged` (foreign, cut, inconsistent).
 */
export async function readGguf(path: string): Promise<GgufMetadata> {
  const bytes = await sizeOf(path);
  const file = await open(path, "r");
  try {
    return describe(await readHeader(file, bytes), bytes);
  } catch (thrown) {
    if (!(thrown instanceof Malformed)) throw thrown;
    throw new CloisterError("damaged", `${path} ${thrown.message}.`, {
      hint: "Use another copy of the file; one that was pulled: `cloister model rm`, then `cloister model pull` again.",
    });
  } finally {
    await file.close();
  }
}

/** Asked before the file is opened: opening a pipe would wait for its writer. */
async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new CloisterError("damaged", `${path} is not a file.`);
    await access(path, constants.R_OK);
    return found.size;
  } catch (cause) {
    if (cause instanceof CloisterError) throw cause;
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
    if (code === "ENOENT" || code === "ENOTDIR") throw new CloisterError("not-found", `There is no file ${path}.`, { cause });
    throw new CloisterError("damaged", `${path} cannot be read (${code}).`, { cause });
  }
}

/** Reads as much of the file as its header needs: a first piece, and a larger one only where the header goes on. */
async function readHeader(file: FileHandle, fileBytes: number): Promise<GgufHeader> {
  for (let wanted = firstRead; ; wanted *= 4) {
    const length = Math.min(wanted, fileBytes, maxHeaderBytes);
    const bytes = await readStart(file, length);
    try {
      return parseGgufHeader(bytes);
    } catch (thrown) {
      if (!(thrown instanceof HeaderCut)) throw thrown;
      if (bytes.length < length || length === fileBytes)
        throw new Malformed(`is cut short: its ${fileBytes} bytes end inside ${thrown.inside}`);
      if (length === maxHeaderBytes) throw new Malformed(`is damaged: its header is over ${maxHeaderBytes} bytes`);
    }
  }
}

async function readStart(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** The facts that the engine and the planner need, out of a header. Throws `Malformed` where one is missing or makes no sense. */
export function describe(header: GgufHeader, fileBytes: number): GgufMetadata {
  const { values, tensors } = header;
  const last = tensors.at(-1);
  if (last === undefined) throw new Malformed("holds no tensors: it is a vocabulary, not a model");
  const needed = header.dataOffset + last.offset + last.bytes;
  if (needed > fileBytes) throw new Malformed(`is cut short: it has ${fileBytes} bytes, its tensors need ${needed}`);
  const parts = values.get("split.count");
  if (typeof parts === "number" && parts > 1) throw new Malformed(`is one of ${parts} parts of a model; join them to one file first`);

  const architecture = text(values, "general.architecture");
  if (architecture === undefined) throw new Malformed("does not name its architecture");
  const own = (key: string): string => `${architecture}.${key}`;
  const blockCount = required(values, own("block_count"), maxBlocks);
  const embeddingLength = required(values, own("embedding_length"), 2 ** 24);
  const heads = perBlock(values, own("attention.head_count"), blockCount) ?? [];
  const kvHeads = perBlock(values, own("attention.head_count_kv"), blockCount) ?? heads;
  const headWidth = heads.find((count) => count > 0);
  // The format's own default; models whose heads are wider than that say so in the two keys.
  const derivedLength = headWidth === undefined ? undefined : Math.floor(embeddingLength / headWidth);
  const fileType = integer(values, "general.file_type", 2 ** 16);
  return {
    architecture,
    name: text(values, "general.name"),
    parameters: tensors.reduce((sum, tensor) => sum + tensor.elements, 0),
    contextLength: required(values, own("context_length"), 2 ** 31),
    blockCount,
    embeddingLength,
    heads,
    kvHeads,
    keyLength: integer(values, own("attention.key_length"), 2 ** 20) ?? derivedLength,
    valueLength: integer(values, own("attention.value_length"), 2 ** 20) ?? derivedLength,
    vocabularySize: arrayLength(values.get("tokenizer.ggml.tokens")) ?? integer(values, own("vocab_size"), 2 ** 31),
    chatTemplate: text(values, "tokenizer.chat_template"),
    bosToken: integer(values, "tokenizer.ggml.bos_token_id", 2 ** 32),
    eosToken: integer(values, "tokenizer.ggml.eos_token_id", 2 ** 32),
    eotToken: integer(values, "tokenizer.ggml.eot_token_id", 2 ** 32),
    quantisation: (fileType === undefined ? undefined : fileTypes.get(fileType)) ?? mostlyOf(header),
    tensorBytes: tensors.reduce((sum, tensor) => sum + tensor.bytes, 0),
    fileBytes,
  };
}

type Values = GgufHeader["values"];

function text(values: Values, key: string): string | undefined {
  const value = values.get(key);
  return typeof value === "string" ? value : undefined;
}

function integer(values: Values, key: string, max: number): number | undefined {
  const value = values.get(key);
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > max)
    throw new Malformed(`is damaged: ${JSON.stringify(key)} is not a number between 0 and ${max}`);
  return value;
}

function required(values: Values, key: string, max: number): number {
  const value = integer(values, key, max);
  if (value === undefined || value === 0) throw new Malformed(`is not a language model: it does not say its ${JSON.stringify(key)}`);
  return value;
}

/** A number for all blocks, or an array with one for each. */
function perBlock(values: Values, key: string, blocks: number): readonly number[] | undefined {
  const value = values.get(key);
  if (!Array.isArray(value)) {
    const same = integer(values, key, 2 ** 16);
    return same === undefined ? undefined : Array.from({ length: blocks }, () => same);
  }
  const counts = value as readonly number[];
  if (counts.length !== blocks || counts.some((count) => !Number.isInteger(count) || count < 0 || count > 2 ** 16))
    throw new Malformed(`is damaged: ${JSON.stringify(key)} does not hold a number for each of the ${blocks} blocks`);
  return counts;
}

function arrayLength(value: GgufValue | undefined): number | undefined {
  return typeof value === "object" ? value.length : undefined;
}

function mostlyOf(header: GgufHeader): string {
  const elements = new Map<string, number>();
  for (const tensor of header.tensors) elements.set(tensor.type.name, (elements.get(tensor.type.name) ?? 0) + tensor.elements);
  return [...elements].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "unknown";
}
