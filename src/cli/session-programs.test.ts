import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { dependencyFolder, writeSessionPrograms } from "./session-programs.ts";

const packageRoot = resolve(import.meta.dirname, "../../..");

test("triage, check and fix are programs; that triage finds something is no failure", async () => {
  const folder = await mkdtemp(join(tmpdir(), "it's a session "));
  try {
    const { pathFolder, readable } = await writeSessionPrograms(packageRoot, folder, ["triage", "check", "fix"]);
    const run = (name: string, ...args: string[]) => promisify(execFile)(join(pathFolder, name), args, { cwd: folder });
    assert.match((await run("triage", "--scenario", "oom-kill")).stdout, /^1\. container payments/);
    for (const name of ["check", "fix"])
      await assert.rejects(run(name, "--scenario", "oom-kill"), { code: 3, stderr: /is in no git repository/ });
    assert.ok(readable.every((path) => path.startsWith("/") && !path.endsWith("scenarios")));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("dependencies are looked for where each package manager puts them", () => {
  const folders = [
    "/app/node_modules/commander/index.js",
    "/usr/lib/node_modules/cloister/node_modules/commander/index.js",
    "/home/a/.pnpm/global/5/node_modules/.pnpm/commander@14.0.0/node_modules/commander/index.js",
    "/bundled/index.js",
  ].map(dependencyFolder);
  assert.deepEqual(folders, [
    "/app/node_modules",
    "/usr/lib/node_modules/cloister/node_modules",
    "/home/a/.pnpm/global/5/node_modules/.pnpm",
    "/bundled",
  ]);
});
