import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { CloisterError } from "../error.ts";
import { fastImport } from "./fast-import.ts";
import { changesOf } from "./history-tree.ts";
import { makeRepository, planCommits } from "./repository.ts";
import { loadScenario } from "./scenario.ts";

const folder = resolve(import.meta.dirname, "../../../scenarios/oom-kill");
const now = Date.UTC(2026, 10, 20, 8, 30);

async function withFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "repository-"));
  try {
    await use(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const git = (cwd: string, ...args: string[]) => execFileSync("git", args, { cwd, encoding: "utf8" }).trim();

test("the stream for git is a pure function of the commits", () => {
  const file = (text: string) => ({ bytes: Buffer.from(text), executable: text.startsWith("#!") });
  const stream = fastImport("main", [
    { message: "One", author: "A <a@x>", seconds: 5, write: new Map([["ä.txt", file("é")]]), remove: [] },
    { message: "Two\n", author: "B <b@x>", seconds: 9, write: new Map([["run", file("#!x")]]), remove: ["ä.txt"] },
  ]);
  assert.equal(
    stream.toString(),
    "commit refs/heads/main\nmark :1\nauthor A <a@x> 5 +0000\ncommitter A <a@x> 5 +0000\ndata 4\nOne\n\nM 100644 inline ä.txt\ndata 2\né\n\n" +
      "commit refs/heads/main\nmark :2\nauthor B <b@x> 9 +0000\ncommitter B <b@x> 9 +0000\ndata 4\nTwo\n\nfrom :1\nD ä.txt\n" +
      "M 100755 inline run\ndata 3\n#!x\n\ndone\n",
  );
});

test("the repository is the same on every machine, and nobody's git settings are read", () =>
  withFolder(async (root) => {
    await writeFile(join(root, "gitconfig"), "[user]\n\tname = Nobody\n[init]\n\tdefaultBranch = other\n[core]\n\tautocrlf = true\n");
    const scenario = await loadScenario(folder);
    const env = {
      PATH: process.env["PATH"],
      GIT_CONFIG_GLOBAL: join(root, "gitconfig"),
      GIT_AUTHOR_NAME: "Nobody",
      GIT_DIR: join(root, "elsewhere"),
    };
    const one = await makeRepository(scenario, join(root, "one"), { env, now });
    await mkdir(join(root, "two"));
    const two = await makeRepository(scenario, join(root, "two"), { env, now: now + 400 });
    assert.equal(one.head, two.head);
    assert.match(one.head, /^[0-9a-f]{40}$/);
    const log = git(join(root, "one"), "log", "--format=%an|%cn|%ct|%s", "main").split("\n");
    assert.equal(log.length, scenario.history.commits.length);
    assert.equal(log[0], `Priya Raman|Priya Raman|${now / 1000 - 24 * 60}|Release 1.8.2`);
    assert.equal(git(join(root, "one"), "status", "--porcelain"), "");
    assert.equal(git(join(root, "one"), "rev-parse", "--abbrev-ref", "HEAD"), "main");
  }));

test("a folder with something in it is left as it is", () =>
  withFolder(async (root) => {
    await writeFile(join(root, "mine.txt"), "mine");
    const scenario = await loadScenario(folder);
    await assert.rejects(
      makeRepository(scenario, root, { env: process.env, now }),
      (error) => error instanceof CloisterError && error.code === "bad-request",
    );
    assert.deepEqual(await readdir(root), ["mine.txt"]);
  }));

test("without git, and when it is cancelled, nothing stays behind", () =>
  withFolder(async (root) => {
    const scenario = await loadScenario(folder);
    const target = join(root, "made");
    const code = async (options: { env: Record<string, string | undefined>; signal?: AbortSignal }) => {
      const thrown: unknown = await makeRepository(scenario, target, { now, ...options }).catch((error: unknown) => error);
      return thrown instanceof CloisterError ? thrown.code : thrown;
    };
    assert.equal(await code({ env: { PATH: root } }), "missing");
    assert.equal(await code({ env: process.env, signal: AbortSignal.abort() }), "cancelled");
    assert.deepEqual(await readdir(root), []);
  }));

test("a history that does not lead to repo/ is damaged, and the path is named", async () => {
  const scenario = await loadScenario(folder);
  const history = { commits: scenario.history.commits.slice(0, -1) };
  await assert.rejects(
    planCommits({ ...scenario, history }, now),
    /after the last commit (package\.json|CHANGELOG\.md|deploy\/payments\.yaml) is not as in repo/,
  );
});

test("a text to replace has to be there exactly once", () => {
  const final = new Map([["a", { bytes: Buffer.from("x y x"), executable: false }]]);
  const commit = (replace: string) => ({
    message: "M",
    author: "A <a@x>",
    ago: 0,
    take: [],
    older: [{ file: "a", replace, with: "z" }],
    remove: [],
  });
  assert.equal(changesOf(commit("y"), final, new Map()).write.get("a")?.bytes.toString(), "x z x");
  assert.throws(() => changesOf(commit("x"), final, new Map()), /occurs 2 times in a, not once/);
  assert.throws(() => changesOf(commit("q"), final, new Map()), /occurs 0 times/);
  assert.throws(() => changesOf({ ...commit("y"), take: ["b"] }, final, new Map()), /repo\/b is missing/);
});
