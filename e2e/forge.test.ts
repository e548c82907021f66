import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { CloisterError } from "../src/error.ts";
import { createForge } from "../src/incident/forge/forge.ts";
import { host, onStage, stageTime } from "./forge-stage.ts";
import { ask } from "./forge-wire.ts";

const mebibyte = 1024 * 1024;

test("no path leads out of the forge's repositories, nor into their insides", () =>
  onStage(async (stage) => {
    const paths = [
      "/acme/payments.git/HEAD",
      "/acme/payments.git/config",
      "/acme/payments.git/info/refs",
      "/acme/payments.git/info/refs?service=git-evil",
      "/acme/payments.git/objects/info/packs",
      "/acme/payments.git/hooks/pre-receive",
      "/acme/payments.git/../../../../pulls.json",
      "/acme/payments.git/%2e%2e/%2e%2e/%2e%2e/pulls.json",
      "/acme/..%2f..%2f..%2fsource/info/refs?service=git-upload-pack",
      "/acme/%2e%2e/info/refs?service=git-upload-pack",
      "/../../../../etc/passwd",
      "/..%2f..%2f/passwd",
      "/%2fetc/passwd",
      "/acme%00/payments",
      "/acme/payments%00.git/info/refs?service=git-upload-pack",
      "/acme/payments.git.git/info/refs?service=git-upload-pack",
      "/acme/payments/pull/0",
      "/acme/payments/pull/1",
      "/acme/payments/pull/__proto__",
      "/acme/payments/compare/main...--output=x",
      "/acme/payments/compare/main...main~0",
      "/acme/payments/compare/HEAD...main",
      "/__proto__/constructor",
      "/pulls.json",
      "/%",
      "/%ff/%fe",
    ];
    for (const path of paths) {
      const answer = await ask(stage, "GET", path);
      assert.ok(answer.status === 404 || answer.status === 400, `${path}: ${answer.status}`);
      assert.ok(answer.text.length < 200, path);
    }
    for (const path of [
      "/api/v3/repos/acme/..%2f..%2fx",
      "/api/v3/repos/acme/payments/branches/main~0",
      "/api/v3/repos/acme/payments/pulls/1e0",
      "/api/v3/../../pulls.json",
    ]) {
      const answer = await ask(stage, "GET", path, { authorization: `token ${stage.token}` });
      assert.equal(answer.status, 404, path);
    }
  }));

test("the API: the token first, then JSON errors that name what is wrong", () =>
  onStage(async (stage) => {
    const authorization = `Bearer ${stage.token}`;
    const pulls = "/api/v3/repos/acme/payments/pulls";
    assert.deepEqual(JSON.parse((await ask(stage, "GET", "/api/v3/user", { authorization: "token wrong" })).text), {
      message: "Bad credentials",
      documentation_url: "https://docs.github.com/rest",
    });
    assert.equal((await ask(stage, "POST", "/api/graphql", {}, "{}")).status, 401);

    const post = async (path: string, body: unknown) => {
      const answer = await ask(
        stage,
        "POST",
        path,
        { authorization, "content-type": "application/json" },
        typeof body === "string" ? body : JSON.stringify(body),
      );
      return {
        status: answer.status,
        body: JSON.parse(answer.text) as { message?: string; errors?: { message: string }[]; html_url?: string },
      };
    };
    assert.deepEqual(await post(pulls, "{not json"), { status: 400, body: { message: "Problems parsing JSON" } });
    const lacking = await post(pulls, { title: "x", base: "main" });
    assert.equal(lacking.status, 400);
    assert.match(lacking.body.message ?? "", /head/);
    const unknown = await post(pulls, { title: "", head: "nope", base: "main" });
    assert.equal(unknown.status, 422);
    assert.equal(
      unknown.body.errors?.[0]?.message,
      "Title can't be blank, Head sha can't be blank, No commits between main and nope, Head ref must be a branch",
    );
    assert.equal((await post("/api/graphql", { query: "{ nope" })).status, 400);
    assert.equal((await post("/api/graphql", { query: 1 })).status, 400);
    assert.equal((await post("/api/graphql", { query: "x".repeat(2 * mebibyte) })).status, 413);
    assert.equal(
      (await ask(stage, "GET", "/api/v3/nothing", { authorization })).text,
      '{"message":"Not Found","documentation_url":"https://docs.github.com/rest"}',
    );

    const clone = await stage.clone();
    await stage.commit(clone, "fix", "README.md", "# one\n");
    await stage.run("git", ["push", "origin", "fix"], { cwd: clone });
    const long = await post(pulls, { title: "x".repeat(257), body: "y".repeat(65_537), head: "fix", base: "main" });
    assert.match(long.body.errors?.[0]?.message ?? "", /Title is too long.*Body is too long/);
    const made = await post(pulls, { title: "One", head: "acme:fix", base: "main" });
    assert.equal(made.status, 201);
    assert.equal(made.body.html_url, `https://${host}/acme/payments/pull/1`);
    const twice = await post(pulls, { title: "One", head: "fix", base: "main" });
    assert.equal(twice.body.errors?.[0]?.message, "A pull request already exists for acme:fix.");
    assert.equal(stage.opened.length, 1);

    const orphan = await stage.run("git", ["checkout", "--quiet", "--orphan", "orphan"], { cwd: clone });
    assert.equal(orphan.code, 0);
    await stage.run("git", ["commit", "--quiet", "-m", "Out of nothing"], { cwd: clone });
    await stage.run("git", ["push", "origin", "orphan"], { cwd: clone });
    const unrelated = await post(pulls, { title: "Orphan", head: "orphan", base: "main" });
    assert.equal(unrelated.body.errors?.[0]?.message, "The orphan branch has no history in common with main");
  }));

test("a pull request follows its branch, has a page, and is there again tomorrow", () =>
  onStage(async (stage) => {
    const clone = await stage.clone();
    await stage.commit(clone, "fix", "README.md", "# <b>one</b>\n", "One <i>step</i>");
    await stage.run("git", ["push", "-u", "origin", "fix"], { cwd: clone });
    const body = JSON.stringify({ title: "Mend <it>", body: "## Why\n<script>x</script>", head: "fix", base: "main" });
    const headers = { authorization: `token ${stage.token}`, "content-type": "application/json" };
    assert.equal((await ask(stage, "POST", "/api/v3/repos/acme/payments/pulls", headers, body)).status, 201);
    const first = stage.forge.pullRequests("acme", "payments")[0];
    assert.ok(first);
    const { diff, ...rest } = first;
    const tip = async () => (await stage.run("git", ["rev-parse", "HEAD"], { cwd: clone })).stdout.trim();
    const main = (await stage.run("git", ["rev-parse", "origin/main"], { cwd: clone })).stdout.trim();
    assert.deepEqual(rest, {
      number: 1,
      title: "Mend <it>",
      body: "## Why\n<script>x</script>",
      head: { ref: "fix", sha: await tip() },
      base: { ref: "main", sha: main },
      author: "cloister",
      createdAt: new Date(stageTime).toISOString().replace(".000", ""),
      draft: false,
      state: "open",
      url: `https://${host}/acme/payments/pull/1`,
    });
    assert.equal(await diff(), (await stage.run("git", ["diff", "origin/main...fix"], { cwd: clone })).stdout);

    await stage.commit(clone, "fix", "README.md", "# two\n");
    await stage.run("git", ["push"], { cwd: clone });
    assert.equal(stage.forge.pullRequests("acme", "payments")[0]?.head.sha, await tip());
    assert.match((await stage.forge.pullRequests("acme", "payments")[0]?.diff()) ?? "", /^\+# two$/m);

    const page = await ask(stage, "GET", "/acme/payments/pull/1");
    assert.equal(page.status, 200);
    assert.match(page.headers["content-security-policy"] ?? "", /^default-src 'none'; .*frame-ancestors 'none'$/);
    for (const part of [
      "Mend &lt;it&gt;",
      "&lt;script&gt;x&lt;/script&gt;",
      "One &lt;i&gt;step&lt;/i&gt;",
      "README.md",
      "# two",
      "23 November 2025, 15:36 UTC",
      'href="/acme/payments"',
    ])
      assert.ok(page.text.includes(part), part);
    for (const [path, part] of [
      ["/", "acme/payments"],
      ["/acme/payments", "Mend &lt;it&gt;"],
      ["/acme/payments/compare/main...fix", "# two"],
    ] as const) {
      const answer = await ask(stage, "GET", path);
      assert.equal(answer.status, 200);
      assert.ok(answer.text.includes(part), path);
    }
    assert.ok(!(await stage.forge.pullRequestPage("acme", "payments", 1))?.includes("<a "));
    assert.equal(await stage.forge.pullRequestPage("acme", "payments", 2), undefined);
    assert.deepEqual(stage.forge.pullRequests("acme", "other"), []);

    await stage.forge.close();
    const options = { root: stage.root, host, token: "another", now: () => stageTime, env: process.env };
    const tomorrow = await createForge(options);
    const kept = tomorrow.pullRequests("acme", "payments")[0];
    assert.equal(kept?.title, "Mend <it>");
    assert.match(await kept.diff(), /^\+# two$/m);
    await tomorrow.close();

    await writeFile(join(stage.root, "pulls.json"), '{"version":1,"pullRequests":[{}]}');
    await assert.rejects(
      createForge(options),
      (error) => error instanceof CloisterError && error.code === "damaged" && error.message.includes("pulls.json"),
    );
    assert.match(await readFile(join(stage.root, "pulls.json"), "utf8"), /\[\{\}\]/, "a damaged file is left as it is");
  }));

test("a repository that cannot be imported is named, and leaves nothing behind", () =>
  onStage(async (stage) => {
    const from = join(stage.folder, "source");
    const wrong = (input: Partial<{ owner: string; name: string; defaultBranch: string; from: string }>, field: string) =>
      assert.rejects(
        stage.forge.createRepository({ owner: "acme", name: "other", defaultBranch: "main", from, ...input }),
        (error) => error instanceof CloisterError && error.code === "bad-request" && error.field === field,
      );
    await wrong({ owner: "../x" }, "owner");
    await wrong({ name: "a/b" }, "repository name");
    await wrong({ name: "payments" }, "name");
    await wrong({ defaultBranch: "trunk" }, "defaultBranch");
    await wrong({ defaultBranch: "--bare" }, "defaultBranch");
    await wrong({ from: join(stage.folder, "nowhere") }, "from");
    await wrong({ from: "--upload-pack=touch x" }, "from");
    assert.deepEqual(await readdir(join(stage.root, "repositories", "acme")), ["payments.git"]);
    await stage.forge.createRepository({
      owner: "acme",
      name: "other",
      defaultBranch: "main",
      from: join(stage.root, "repositories", "acme", "payments.git"),
    });
    const heads = await stage.run("git", ["ls-remote", "--heads", `https://${host}/acme/other.git`]);
    assert.match(heads.stdout, /refs\/heads\/main/);
    await rm(from, { recursive: true });
    assert.equal(
      (await stage.run("git", ["clone", "--quiet", `https://${host}/acme/other.git`, "copied"])).code,
      0,
      "a copy, not a reference",
    );
  }));
