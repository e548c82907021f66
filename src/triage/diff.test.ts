import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { unifiedDiff } from "./diff.ts";

const lines = (...texts: readonly string[]): string => texts.map((text) => `${text}\n`).join("");

test("a line that changes stands between three lines on each side", () => {
  const text = lines("a", "b", "c", "d", "e", "f", "g", "h");
  assert.equal(
    unifiedDiff("x.yaml", text, text.replace("e", "E")),
    "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n",
  );
  assert.equal(unifiedDiff("x.yaml", text, text), "");
});

test("git makes the second text of the first with every such diff", async () => {
  const folder = await mkdtemp(join(tmpdir(), "diff-"));
  try {
    const text = lines("a: 1 # why", "b:", "  - x", "", "c: 3");
    const pairs: readonly (readonly [string, string])[] = [
      [text, text.replace("a: 1", "a: 2")],
      [text, text.replace("  - x\n", "  - x\n  - y\n")],
      [text, text.replace("  - x\n", "")],
      [text, `${text}d: 4\n`],
      [text, text.trimEnd()],
      [text.trimEnd(), `${text}d: 4`],
      ["a", "b"],
      ["a: 1\r\nb: 2\r\n", "a: 1\r\nb: 3\r\n"],
      [lines("x", "x", "x"), lines("x", "x", "x", "x")],
    ];
    for (const [before, after] of pairs) {
      await writeFile(join(folder, "f.yaml"), before);
      await writeFile(join(folder, "f.patch"), unifiedDiff("f.yaml", before, after));
      await promisify(execFile)("git", ["apply", "--whitespace=nowarn", "f.patch"], { cwd: folder });
      assert.equal(await readFile(join(folder, "f.yaml"), "utf8"), after);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
