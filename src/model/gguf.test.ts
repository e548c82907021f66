import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { parseGgufHeader, HeaderCut, Malformed } from "./gguf-header.ts";
import { describe, readGguf } from "./gguf.ts";
import { ggufOf, noise, sampleTensors, sampleValues, withFolder } from "./sample.test.data.ts";

const sample = ggufOf();

async function readBytes(folder: string, bytes: Uint8Array): Promise<Awaited<ReturnType<typeof readGguf>>> {
  const path = join(folder, "sample.gguf");
  await writeFile(path, bytes);
  return await readGguf(path);
}

async function refusal(bytes: Uint8Array): Promise<CloisterError> {
  return await withFolder(async (folder) => {
    try {
      await readBytes(folder, bytes);
    } catch (thrown) {
      assert.ok(thrown instanceof CloisterError, `not a CloisterError: ${String(thrown)}`);
      assert.match(thrown.message, /sample\.gguf/, "names the file");
      return thrown;
    }
    return assert.fail("the file was taken for a model");
  });
}

test("a whole file is described", async () => {
  await withFolder(async (folder) => {
    assert.deepEqual(await readBytes(folder, sample), {
      architecture: "llama",
      name: "A sample",
      parameters: 32 * 9,
      contextLength: 512,
      blockCount: 2,
      embeddingLength: 32,
      heads: [4, 4],
      kvHeads: [2, 1],
      keyLength: 8,
      valueLength: 8,
      vocabularySize: 4,
      chatTemplate: "{{ messages }}",
      bosToken: 0,
      eosToken: 1,
      eotToken: undefined,
      quantisation: "Q4_1",
      tensorBytes: 640,
      fileBytes: sample.length,
    });
  });
});

test("version 2, 64-bit numbers, key lengths of the file's own and a missing template are read", async () => {
  const { "tokenizer.chat_template": _, "general.file_type": __, ...rest } = sampleValues;
  const bytes = ggufOf(
    {
      ...rest,
      "llama.context_length": { u64: 4_096n },
      "llama.attention.key_length": { u32: 256 },
      "tokenizer.ggml.eot_token_id": { u32: 3 },
    },
    sampleTensors,
    2,
  );
  await withFolder(async (folder) => {
    const read = await readBytes(folder, bytes);
    assert.equal(read.contextLength, 4_096);
    assert.equal(read.keyLength, 256);
    assert.equal(read.valueLength, 8);
    assert.equal(read.eotToken, 3);
    assert.equal(read.chatTemplate, undefined);
    assert.equal(read.quantisation, "F32", "the type of most elements");
  });
});

test("a vocabulary longer than the first read is skipped, not kept", async () => {
  const tokens = Array.from({ length: 300_000 }, (_, index) => `token number ${index} of a long vocabulary`);
  await withFolder(async (folder) => {
    const read = await readBytes(folder, ggufOf({ ...sampleValues, "tokenizer.ggml.tokens": { texts: tokens } }));
    assert.equal(read.vocabularySize, 300_000);
  });
});

test("a file cut at any byte is refused", async () => {
  for (let length = 0; length < sample.length; length++) {
    const cut = sample.subarray(0, length);
    let thrown: unknown;
    try {
      describe(parseGgufHeader(cut), length);
    } catch (error) {
      thrown = error;
    }
    assert.ok(thrown instanceof HeaderCut || thrown instanceof Malformed, `cut at ${length}: ${String(thrown)}`);
  }
  for (const length of [0, 3, 4, 20, 100, sample.length - 700, sample.length - 1]) {
    const error = await refusal(sample.subarray(0, length));
    assert.equal(error.code, "damaged");
    assert.match(error.message, /cut short/);
  }
});

const { "general.architecture": _, ...nameless } = sampleValues;
const { "llama.context_length": __, ...windowless } = sampleValues;
const one = sampleTensors[0]!;
const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["a foreign file", Buffer.from("<!doctype html><html>Sign in</html>"), /not a GGUF file/],
  ["a file of the other byte order", Buffer.concat([Buffer.from("GGUF"), Buffer.from([0, 0, 0, 3]), Buffer.alloc(64)]), /byte order/],
  ["version 1", ggufOf(sampleValues, sampleTensors, 1), /version 1/],
  ["no tensors", ggufOf(sampleValues, []), /no tensors/],
  ["no architecture", ggufOf(nameless), /architecture/],
  ["an architecture that is no text", ggufOf({ ...nameless, "general.architecture": { u32: 1 } }), /architecture/],
  ["no window", ggufOf(windowless), /llama\.context_length/],
  ["a part of a model", ggufOf({ ...sampleValues, "split.count": { u32: 3 } }), /one of 3 parts/],
  ["too many blocks", ggufOf({ ...sampleValues, "llama.block_count": { u32: 1_000_000 } }), /llama\.block_count/],
  ["heads for other blocks", ggufOf({ ...sampleValues, "llama.attention.head_count_kv": { u32s: [1, 2, 3] } }), /head_count_kv/],
  ["a crooked alignment", ggufOf({ ...sampleValues, "general.alignment": { u32: 33 } }), /alignment/],
  ["one tensor twice", ggufOf(sampleValues, [one, one]), /twice/],
  ["an unknown tensor type", ggufOf(sampleValues, [{ ...one, type: 4 }]), /type 4/],
  ["rows that do not fill a block", ggufOf(sampleValues, [{ ...one, shape: [31], type: 3 }]), /blocks/],
  ["five dimensions", ggufOf(sampleValues, [{ ...one, shape: [32, 1, 1, 1, 1] }]), /5 dimensions/],
  ["an empty dimension", ggufOf(sampleValues, [{ ...one, shape: [32, 0] }]), /impossible size/],
  ["a tensor that overlaps the next", ggufOf(sampleValues, [{ ...one, bytes: 32 }, sampleTensors[1]!]), /does not follow/],
];
for (const [what, bytes, message] of refused)
  test(`${what} is refused by name`, async () => {
    const error = await refusal(bytes);
    assert.equal(error.code, "damaged");
    assert.match(error.message, message);
  });

test("a count beyond all bounds is refused before it is believed", () => {
  for (const at of [8, 16]) {
    const bytes = Buffer.from(sample);
    bytes.writeBigUInt64LE(0xffff_ffff_ffffn, at);
    assert.throws(() => parseGgufHeader(bytes), Malformed);
  }
});

test("a missing file, a folder and a device are refused", async () => {
  await withFolder(async (folder) => {
    await assert.rejects(readGguf("/dev/zero"), { name: "CloisterError", code: "damaged" });
    await assert.rejects(readGguf(join(folder, "none.gguf")), { name: "CloisterError", code: "not-found" });
    await assert.rejects(readGguf(folder), { name: "CloisterError", code: "damaged" });
  });
});

test("20,000 files with flipped bytes are read or refused, and nothing else", () => {
  const flips = noise(20_000 * 9, 7);
  const headerBytes = sample.length - 640;
  let taken = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(sample);
    for (let flip = 0; flip <= round % 3; flip++) {
      const at = (flips.readUInt16LE(round * 9 + flip * 3) % headerBytes) & 0xffff;
      bytes[at] = flips[round * 9 + flip * 3 + 2]!;
    }
    try {
      describe(parseGgufHeader(bytes), bytes.length);
      taken++;
    } catch (thrown) {
      assert.ok(thrown instanceof HeaderCut || thrown instanceof Malformed, `round ${round}: ${String(thrown)}`);
    }
  }
  assert.ok(taken > 0 && taken < 20_000, `${taken} of 20,000 were taken`);
});
