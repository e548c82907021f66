import { tensorTypes, type TensorType } from "./tensor-types.ts";

/** A value of the metadata; of an array of strings, and of one that is too long to be a model's shape, only the length is kept. */
export type GgufValue = number | boolean | string | readonly number[] | { readonly length: number };

export interface GgufTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly elements: number;
  /** In bytes, without padding. */
  readonly bytes: number;
  /** In bytes from the start of the tensor data. */
  readonly offset: number;
}

export interface GgufHeader {
  readonly version: number;
  readonly values: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** Where the tensor data begins, in bytes from the start of the file. */
  readonly dataOffset: number;
}

/** The file breaks the format, or a bound of ours: what is wrong, as the end of the sentence "FILE …". */
export class Malformed extends Error {}

/** The bytes at hand end inside the header. Whether the file itself ends there is for the caller to say. */
export class HeaderCut extends Error {
  readonly inside: string;

  constructor(inside: string) {
    super(`the header is cut inside ${inside}`);
    this.inside = inside;
  }
}

// Bounds far above any model known, so that a damaged count is refused before it costs time or memory.
const maxCount = 65_536;
const maxKeyBytes = 1_024;
const maxStringBytes = 4 * 1024 * 1024;
const maxArrayLength = 16 * 1024 * 1024;
const keptArrayLength = 4_096;
const maxDimensions = 4;
const maxElements = 2 ** 50;

/** Sizes of the scalar types of the metadata, by number; 8 is a string, 9 an array. */
const scalarBytes: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const stringType = 8;
const arrayType = 9;

/**
 * Reads the header of a GGUF file, version 2 or 3, little-endian: counts, metadata and the tensors' table, held to the same rules
 * as the engine's own loader (no key or tensor twice, tensors one after the other, aligned). Throws `Malformed` or `HeaderCut`,
 * nothing else, whatever the bytes are.
 * Source: docs/gguf.md of ggml-org/ggml.
 */
export function parseGgufHeader(bytes: Uint8Array): GgufHeader {
  const cursor = new Cursor(bytes);
  const magic = cursor.take(4, "the magic number");
  if (String.fromCharCode(...magic) !== "GGUF") throw new Malformed("is not a GGUF file: it does not begin with the letters GGUF");
  const version = cursor.u32("the version");
  if (version !== 2 && version !== 3) {
    // Byte order is told by the version alone: a big-endian 3 reads as 0x03000000.
    if ((version & 0xffff) === 0) throw new Malformed("is a GGUF file for machines of the other byte order");
    throw new Malformed(`is a GGUF file of version ${version}; versions 2 and 3 can be read`);
  }
  const tensorCount = cursor.count("the number of tensors", maxCount);
  const valueCount = cursor.count("the number of metadata entries", maxCount);

  const values = new Map<string, GgufValue>();
  for (let index = 0; index < valueCount; index++) {
    const key = cursor.string(`the key of metadata entry ${index}`, maxKeyBytes);
    if (key === "") throw new Malformed(`has an empty key (metadata entry ${index})`);
    if (values.has(key)) throw new Malformed(`has the metadata key ${quote(key)} twice`);
    values.set(key, readValue(cursor, key));
  }

  const alignment = values.get("general.alignment") ?? 32;
  if (typeof alignment !== "number" || alignment < 8 || alignment > 65_536 || Math.log2(alignment) % 1 !== 0)
    throw new Malformed("has an alignment that is not a power of two between 8 and 65536");

  const tensors = readTensors(cursor, tensorCount, alignment);
  return { version, values, tensors, dataOffset: padded(cursor.at, alignment) };
}

function readValue(cursor: Cursor, key: string): GgufValue {
  const what = `the value of ${quote(key)}`;
  const type = cursor.u32(what);
  if (type === stringType) return cursor.string(what, maxStringBytes);
  if (type !== arrayType) return cursor.scalar(type, what);

  const elementType = cursor.u32(what);
  const length = cursor.count(what, maxArrayLength);
  if (elementType === stringType) {
    // The vocabulary: 150,000 strings and as many merges, skipped without decoding one.
    for (let index = 0; index < length; index++) cursor.skip(cursor.count(what, maxStringBytes), what);
    return { length };
  }
  const size = scalarBytes.get(elementType);
  if (size === undefined) throw new Malformed(`has an array of a type that the format does not allow (${quote(key)})`);
  if (length > keptArrayLength) {
    cursor.skip(length * size, what);
    return { length };
  }
  return Array.from({ length }, () => Number(cursor.scalar(elementType, what)));
}

function readTensors(cursor: Cursor, count: number, alignment: number): GgufTensor[] {
  const tensors: GgufTensor[] = [];
  const names = new Set<string>();
  let expectedOffset = 0;
  for (let index = 0; index < count; index++) {
    const name = cursor.string(`the name of tensor ${index}`, maxKeyBytes);
    const what = `the description of tensor ${quote(name)}`;
    if (names.has(name)) throw new Malformed(`has the tensor ${quote(name)} twice`);
    names.add(name);
    const dimensions = cursor.u32(what);
    if (dimensions > maxDimensions) throw new Malformed(`has a tensor of ${dimensions} dimensions (${quote(name)})`);
    let elements = 1;
    let rowLength = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) {
      const length = cursor.count(what, maxElements);
      if (dimension === 0) rowLength = length;
      elements *= length;
      if (elements === 0 || elements > maxElements) throw new Malformed(`has a tensor of an impossible size (${quote(name)})`);
    }
    const typeNumber = cursor.u32(what);
    const type = tensorTypes.get(typeNumber);
    if (type === undefined) throw new Malformed(`has a tensor of a type that is not known (${quote(name)}, type ${typeNumber})`);
    if (rowLength % type.elements !== 0) throw new Malformed(`has a tensor whose rows do not fill ${type.name} blocks (${quote(name)})`);
    const bytes = (elements / type.elements) * type.bytes;
    const offset = cursor.count(what, Number.MAX_SAFE_INTEGER);
    if (offset !== expectedOffset) throw new Malformed(`has a tensor that does not follow the one before it (${quote(name)})`);
    expectedOffset = padded(offset + bytes, alignment);
    if (!Number.isSafeInteger(expectedOffset)) throw new Malformed(`has tensors of an impossible size (${quote(name)})`);
    tensors.push({ name, type, elements, bytes, offset });
  }
  return tensors;
}

function padded(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** A name from a file that is not trusted, fit to stand in a message. */
function quote(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}

/** Reads little-endian values one after the other. `what` names the thing that is read, for the message. */
class Cursor {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(bytes: number, what: string): void {
    if (bytes > this.#bytes.length - this.at) throw new HeaderCut(what);
    this.at += bytes;
  }

  take(bytes: number, what: string): Uint8Array {
    const start = this.at;
    this.skip(bytes, what);
    return this.#bytes.subarray(start, this.at);
  }

  u32(what: string): number {
    this.skip(4, what);
    return this.#view.getUint32(this.at - 4, true);
  }

  /** An unsigned 64-bit number that may not be over `max`. */
  count(what: string, max: number): number {
    this.skip(8, what);
    const value = this.#view.getUint32(this.at - 8, true) + this.#view.getUint32(this.at - 4, true) * 2 ** 32;
    if (value > max) throw new Malformed(`is damaged: ${what} is out of bounds`);
    return value;
  }

  string(what: string, maxBytes: number): string {
    return this.#decoder.decode(this.take(this.count(what, maxBytes), what));
  }

  scalar(type: number, what: string): number | boolean {
    const size = scalarBytes.get(type);
    if (size === undefined) throw new Malformed(`is damaged: ${what} has a type that the format does not have (${type})`);
    this.skip(size, what);
    const start = this.at - size;
    switch (type) {
      case 0:
        return this.#view.getUint8(start);
      case 1:
        return this.#view.getInt8(start);
      case 2:
        return this.#view.getUint16(start, true);
      case 3:
        return this.#view.getInt16(start, true);
      case 4:
        return this.#view.getUint32(start, true);
      case 5:
        return this.#view.getInt32(start, true);
      case 6:
        return this.#view.getFloat32(start, true);
      case 7:
        return this.#view.getUint8(start) !== 0;
      case 10:
        return Number(this.#view.getBigUint64(start, true));
      case 11:
        return Number(this.#view.getBigInt64(start, true));
      default:
        return this.#view.getFloat64(start, true);
    }
  }
}
