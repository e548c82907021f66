import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../src/error.ts";
import { openResults } from "./results-folder.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cloister-results-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("what was measured is there again under the same settings, and a piece that was not is undefined", () =>
  inFolder(async (folder) => {
    const first = await openResults(join(folder, "new", "one"), { model: "m", answer: 64 });
    await first.write("session-llama-server-1", { turns: [1, 2] });
    const again = await openResults(join(folder, "new", "one"), { model: "m", answer: 64 });
    assert.deepEqual(await again.read("session-llama-server-1"), { turns: [1, 2] });
    assert.equal(await again.read("session-llama-server-2"), undefined);
  }));

test("results of other settings are neither mixed in nor thrown away", () =>
  inFolder(async (folder) => {
    await openResults(folder, { model: "m" });
    await assert.rejects(openResults(folder, { model: "n" }), (thrown) => thrown instanceof CloisterError && thrown.code === "usage");
    assert.deepEqual(await readdir(folder), ["settings.json"]);
  }));

test("a piece that was cut short is measured again; a settings file cut short does not stop the bench", () =>
  inFolder(async (folder) => {
    const results = await openResults(folder, { model: "m" });
    await writeFile(join(folder, "row.json"), '{"value": 1');
    assert.equal(await results.read("row"), undefined);
    await writeFile(join(folder, "settings.json"), "{");
    await openResults(folder, { model: "m" });
  }));

test("a name cannot leave the folder", () =>
  inFolder(async (folder) => {
    const results = await openResults(folder, {});
    await assert.rejects(async () => results.write("../row", 1), /is no name of a result/);
  }));
