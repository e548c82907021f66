import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { finish, onStage, start } from "./cli-stage.ts";

/** What a person meets who types something wrong, and a script that reads statuses. */

test("wrong usage of any command is told with where its help is, on standard error, with status 2", () =>
  onStage(async (stage) => {
    for (const args of [
      ["triage", "--frob"],
      ["incident", "run"],
      ["incident", "frob"],
      ["model", "pull"],
    ]) {
      const { code, out, said } = await finish(start(stage, args));
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(said, /^cloister: .*\n\(run with --help for usage\)\n$/s, args.join(" "));
    }
  }));

test("a scenario or namespace that is not there is no all-clear, and a base that looks like an option is none", () =>
  onStage(async (stage) => {
    const nowhere = await finish(start(stage, ["triage", "--scenario", "oom-kill", "-n", "shopp", "--json"]));
    assert.deepEqual([nowhere.code, nowhere.out], [3, ""]);
    assert.match(nowhere.said, /no namespace shopp in this cluster: is it shop\?/);

    const repository = join(stage.home, "repository");
    const git = (...args: string[]) =>
      promisify(execFile)("git", ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@b.c", ...args]);
    await mkdir(repository);
    await git("init", "--quiet", "--initial-branch", "main");
    await writeFile(join(repository, "a.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n");
    const check = async (...args: string[]) => {
      const { code, said } = await finish(start(stage, ["check", "--scenario", "oom-kill", ...args], {}, repository));
      return { code, said };
    };
    const empty = await check();
    assert.equal(empty.code, 3);
    assert.match(empty.said, /has no commit yet/);
    await git("add", "a.yaml");
    await git("commit", "--quiet", "--message", "Begin");
    const target = join(stage.home, "written");
    const option = await check("--base", `--output=${target}`);
    assert.equal(option.code, 2, option.said);
    assert.match(option.said, /There is no commit --output=/);
    assert.ok(!existsSync(target), "git took it for an option");
  }));
