import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { noise, withFolder, zipOf } from "./sample.test.data.ts";
import { listZip, readZipMember } from "./zip.ts";

const content = Buffer.concat([noise(3_000_000), Buffer.alloc(3_000_000)]);
const never = new AbortController().signal;

async function readAll(folder: string, archive: Uint8Array, wanted = "a/data.bin"): Promise<Buffer> {
  const path = join(folder, "sample.whl");
  await writeFile(path, archive);
  const member = (await listZip(path)).find((each) => each.path === wanted);
  assert.ok(member, "the member is listed");
  const chunks: Uint8Array[] = [];
  for await (const chunk of readZipMember(path, member, never)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

for (const stored of [true, false])
  test(`a ${stored ? "stored" : "deflated"} member comes out as it went in`, async () => {
    const archive = zipOf([
      { path: "a/readme", content: Buffer.from("first") },
      { path: "a/data.bin", content, stored },
      { path: "a/empty", content: Buffer.alloc(0), stored },
    ]);
    await withFolder(async (folder) => {
      assert.ok((await readAll(folder, archive)).equals(content));
      assert.equal((await readAll(folder, archive, "a/empty")).length, 0);
    });
  });

test("leaving a member in the middle is no error", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "sample.whl");
    await writeFile(path, zipOf([{ path: "a/data.bin", content }]));
    const [member] = await listZip(path);
    assert.ok(member);
    for await (const chunk of readZipMember(path, member, never)) {
      assert.ok(chunk.length > 0);
      break;
    }
  });
});

test("an archive that lies about a member's length is refused", async () => {
  const archive = zipOf([{ path: "a/data.bin", content }]);
  for (const claimed of [content.length - 1, content.length + 1]) {
    const lying = Buffer.from(archive);
    lying.writeUInt32LE(claimed, lying.readUInt32LE(lying.length - 6) + 24);
    await withFolder(async (folder) => {
      await assert.rejects(readAll(folder, lying), { name: "CloisterError", code: "damaged" });
    });
  }
});

test("cut and damaged archives are refused, never read past", async () => {
  const small = zipOf([{ path: "a/data.bin", content: noise(400) }]);
  await withFolder(async (folder) => {
    for (let length = 0; length < small.length; length += 7)
      await assert.rejects(readAll(folder, small.subarray(0, length)), { name: "CloisterError", code: "damaged" });
    for (let at = 0; at < small.length; at++) {
      const flipped = Buffer.from(small);
      flipped[at] = ~flipped[at]! & 0xff;
      try {
        await readAll(folder, flipped);
      } catch (thrown) {
        assert.ok(thrown instanceof CloisterError || thrown instanceof assert.AssertionError, `byte ${at}: ${String(thrown)}`);
      }
    }
  });
});
