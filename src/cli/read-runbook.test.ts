import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readRunbook } from "./read-runbook.ts";

test("what is no runbook is said at once: nothing, a folder, a link to itself, a file of many megabytes, no text", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runbook-"));
  const at = (name: string): string => join(folder, name);
  try {
    await mkdir(at("folder"));
    await symlink("loop", at("loop"));
    await writeFile(at("large"), "");
    await truncate(at("large"), 100 * 2 ** 20);
    await writeFile(at("empty"), "");
    await assert.rejects(readRunbook(at("none")), { code: "missing", message: /There is no runbook at/ });
    await assert.rejects(readRunbook(at("folder")), { code: "damaged", message: /not a plain file/ });
    await assert.rejects(readRunbook(at("loop")), { code: "damaged", message: /leads back to itself/ });
    await assert.rejects(readRunbook(at("large")), { code: "damaged", message: /at most 1048576 are read/ });
    await assert.rejects(readRunbook(at("empty")), { code: "damaged", message: /:1: the runbook/ });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
