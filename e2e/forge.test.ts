import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { CloisterError } from "../src/error.ts";
import { createForge } from "../src/incident/forge/forge.ts";
import { host, onStage, remote, type Stage, stageTime } from "./forge-stage.ts";

const mebibyte = 1024 * 1024;

test("git clones, and pushes a branch, and hears how to go on", () =>
  onStage(async (stage) => {
    const clone = await stage.clone();
    await stage.commit(clone, "agent/fix", "README.md", "# mended\n");
    const push = await stage.run("git", ["push", "-u", "origin", "agent/fix"], { cwd: clone });
    assert.equal(push.code, 0, push.stderr);
    assert.match(push.stderr, /remote: Create a pull request for 'agent\/fix' with "gh pr create"/);
    assert.match(push.stderr, /remote: {6}https:\/\/forge\.internal\/acme\/payments\/compare\/main\.\.\.agent\/fix/);

    await stage.commit(clone, "agent/fix", "README.md", "# mended twice\n");
    const again = await stage.run("git", ["push"], { cwd: clone });
    assert.equal(again.code, 0, again.stderr);
    assert.doesNotMatch(again.stderr, /Create a pull request/, "only a new branch is told");

    const other = await stage.clone("other");
    const seen = await stage.run("git", ["show", "origin/agent/fix:README.md"], { cwd: other });
    assert.equal(seen.stdout, "# mended twice\n");
  }));

test("the default branch, force, tags and deletes are refused in words, the whole push with them", () =>
  onStage(async (stage) => {
    const clone = await stage.clone();
    await stage.commit(clone, "fix", "README.md", "# one\n");
    assert.equal((await stage.run("git", ["push", "origin", "fix"], { cwd: clone })).code, 0);
    const before = (await stage.run("git", ["ls-remote", "origin"], { cwd: clone })).stdout;

    const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
      const push = await stage.run("git", ["push", "origin", ...args], { cwd: clone });
      assert.equal(push.code, 1, `${args.join(" ")}: ${push.stderr}`);
      assert.match(push.stderr, pattern);
    };
    await refused(/remote: error: GH006: Protected branch update failed for refs\/heads\/main\..*\n.*through a pull request/, "fix:main");
    await refused(/GH006/, "--force", "fix:main");
    await refused(/GH006/, "--delete", "main");
    await refused(/Cannot delete the branch fix: branches are kept here/, "--delete", "fix");
    await refused(/tags are not accepted here/, "fix:refs/tags/v1");
    await refused(/only branches \(refs\/heads\/\.\.\.\) are accepted here/, "fix:refs/notes/x");
    await refused(/GH006/, "fix:innocent", "fix:main");

    await stage.run("git", ["commit", "--quiet", "--amend", "-m", "Another history"], { cwd: clone });
    await refused(/Cannot force-push to the branch fix: pushed commits are kept/, "--force", "fix");
    await refused(/non-fast-forward/, "fix");
    assert.equal((await stage.run("git", ["ls-remote", "origin"], { cwd: clone })).stdout, before, "nothing has moved");

    assert.equal((await stage.run("git", ["push", "origin", "fix:fix-2"], { cwd: clone })).code, 0, "what the refusal advises works");
  }));

test("a push without the token, or with another one, is refused; reading needs none", () =>
  onStage(async (stage) => {
    const clone = await stage.clone();
    await stage.commit(clone, "fix", "README.md", "# one\n");
    for (const token of ["", "wrong"]) {
      const push = await stage.run("git", ["push", "origin", "fix"], { cwd: clone, env: { GH_ENTERPRISE_TOKEN: token } });
      assert.equal(push.code, 128);
      assert.match(push.stderr, /Authentication failed|could not read/);
    }
    const direct = await ask(
      stage,
      "POST",
      "/acme/payments.git/git-receive-pack",
      { "content-type": "application/x-git-receive-pack-request" },
      "0000",
    );
    assert.equal(direct.status, 401);
    assert.equal(direct.headers["www-authenticate"], `Basic realm="${host}"`);
    const read = await stage.run("git", ["ls-remote", remote], { env: { GH_ENTERPRISE_TOKEN: "" } });
    assert.doesNotMatch(read.stdout, /refs\/heads\/fix/);
    assert.match(read.stdout, /refs\/heads\/main/);
    const asUrl = await stage.run("git", ["push", `https://x-access-token:${stage.token}@${host}/acme/payments`, "fix"], { cwd: clone });
    assert.equal(asUrl.code, 0, asUrl.stderr);
    assert.ok(!JSON.stringify(stage.observed).includes(stage.token));
  }));

test("a large push comes in pieces; one over the bound is refused and the forge goes on", () =>
  onStage(
    async (stage) => {
      const clone = await stage.clone();
      // git sends in pieces what is over this.
      await stage.run("git", ["config", "http.postBuffer", "65536"], { cwd: clone });
      await stage.commit(clone, "large", "large.bin", randomBytes(mebibyte / 2));
      const fits = await stage.run("git", ["push", "origin", "large"], { cwd: clone });
      assert.equal(fits.code, 0, fits.stderr);

      await stage.commit(clone, "larger", "larger.bin", randomBytes(2.5 * mebibyte));
      const over = await stage.run("git", ["push", "origin", "larger"], { cwd: clone });
      assert.equal(over.code, 1, over.stderr);
      assert.match(over.stderr, /pack exceeds maximum allowed size/);

      await stage.commit(clone, "largest", "largest.bin", randomBytes(6 * mebibyte));
      const chunked = await stage.run("git", ["push", "origin", "largest"], { cwd: clone });
      assert.equal(chunked.code, 1, chunked.stderr);
      const declared = await stage.run("git", ["-c", `http.postBuffer=${64 * mebibyte}`, "push", "origin", "largest"], { cwd: clone });
      assert.equal(declared.code, 1);
      assert.match(declared.stderr, /413/);

      const branches = await stage.run("git", ["ls-remote", "--heads", "origin"], { cwd: clone });
      assert.deepEqual(branches.stdout.match(/refs\/heads\/\S+/g), ["refs/heads/large", "refs/heads/main"]);
      const other = await stage.run("git", ["clone", "--quiet", "--branch", "large", remote, "other"]);
      assert.equal(other.code, 0, other.stderr);
      assert.deepEqual(await processesIn(stage.root), []);
    },
    { maxPushBytes: mebibyte },
  ));

test("a gzipped request is understood", () =>
  onStage(async (stage) => {
    const body = gzipSync("0014command=ls-refs\n0001000bsymrefs0000".replace("000bsymrefs", "000csymrefs\n"));
    const headers = { "content-type": "application/x-git-upload-pack-request", "content-encoding": "gzip", "git-protocol": "version=2" };
    const answer = await ask(stage, "POST", "/acme/payments.git/git-upload-pack", headers, body);
    assert.equal(answer.status, 200);
    assert.match(answer.text, /HEAD symref-target:refs\/heads\/main/);
  }));

test("a client that goes away in the middle of a push leaves no process", async (t) => {
  if (process.platform !== "linux") return t.skip("reads /proc");
  await onStage(async (stage) => {
    const request = httpsRequest({
      host: "127.0.0.1",
      port: stage.port,
      servername: host,
      rejectUnauthorized: false,
      method: "POST",
      path: "/acme/payments.git/git-receive-pack",
      headers: {
        "content-type": "application/x-git-receive-pack-request",
        authorization: `token ${stage.token}`,
        "transfer-encoding": "chunked",
      },
    });
    request.on("error", () => undefined);
    request.write("00");
    await until(async () => (await processesIn(stage.root)).length > 0);
    request.destroy();
    await until(async () => (await processesIn(stage.root)).length === 0);
  });
});

test("closing the forge ends a push that is under way", async (t) => {
  if (process.platform !== "linux") return t.skip("reads /proc");
  await onStage(async (stage) => {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const headers = { "content-type": "application/x-git-receive-pack-request", authorization: `token ${stage.token}` };
    const answer = stage.forge.fetch(
      new Request(`https://${host}/acme/payments.git/git-receive-pack`, {
        method: "POST",
        headers,
        body: readable,
        duplex: "half",
      } as RequestInit),
    );
    const writer = writable.getWriter();
    await writer.write(new TextEncoder().encode("00"));
    await until(async () => (await processesIn(stage.root)).length > 0);
    await stage.forge.close();
    assert.deepEqual(await processesIn(stage.root), []);
    await writer.abort().catch(() => undefined);
    await answer.then((response) => response.body?.cancel()).catch(() => undefined);
    assert.equal((await stage.forge.fetch(new Request(`https://${host}/`))).status, 503);
  });
});

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

/** One request to the forge as it stands on the wire: no client mends the path. */
function ask(
  stage: Stage,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Uint8Array,
): Promise<{ status: number; headers: Record<string, string | undefined>; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: "127.0.0.1",
        port: stage.port,
        servername: host,
        rejectUnauthorized: false,
        agent: false,
        method,
        path,
        headers: { host, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string | undefined>, text }),
        );
        response.once("error", reject);
      },
    );
    request.once("error", reject);
    request.end(body);
  });
}

/** The processes that work in the forge's folder, as the kernel lists them. */
async function processesIn(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const id of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(id)) continue;
    const folder = await readlink(`/proc/${id}/cwd`).catch(() => "");
    if (folder === root || folder.startsWith(`${root}/`)) found.push(id);
  }
  return found;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail("what was waited for did not come about");
}
