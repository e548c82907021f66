import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");

test("runbook lint names file, line and what was expected; a file that is broken or missing stops no other", async () => {
  const folder = await mkdtemp(join(tmpdir(), "runbook-"));
  try {
    const good = await readFile(join(root, "runbooks/kubernetes-incident.yaml"), "utf8");
    await writeFile(join(folder, "broken.yaml"), good.replace("calls: 24", "calls: many"));
    await writeFile(join(folder, "odd.yaml"), good.replace("looks: 10", "looks: 24"));
    await writeFile(join(folder, "good.yaml"), good);
    const lint = (...files: readonly string[]) =>
      new Promise<{ code: number; stdout: string }>((done) => {
        const args = [join(root, "bin/cloister.js"), "runbook", "lint", ...files];
        execFile(process.execPath, args, { cwd: folder, env: { PATH: process.env["PATH"], HOME: folder } }, (error, stdout) =>
          done({ code: error === null ? 0 : Number(error.code), stdout }),
        );
      });
    const all = await lint("nowhere.yaml", "broken.yaml", "odd.yaml", "good.yaml");
    const [missing, broken, odd, whole, ...more] = all.stdout.trimEnd().split("\n");
    assert.equal(missing, "There is no runbook at nowhere.yaml.");
    assert.match(broken ?? "", /^broken\.yaml:\d+: budget\.calls: .*expected number/);
    assert.equal(odd, "odd.yaml: budget: looks may use up all calls");
    assert.equal(whole, "✓ good.yaml");
    assert.deepEqual([more, all.code], [[], 3]);
    assert.equal((await lint("odd.yaml")).code, 1);
    assert.equal((await lint("good.yaml")).code, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
