import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { request as httpsRequest } from "node:https";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { host, onStage, remote } from "./forge-stage.ts";
import { ask, processesIn, until } from "./forge-wire.ts";

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
      await until(async () => (await processesIn(stage.root)).length === 0);
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
    // The kernel may take a moment to bury what git had started itself.
    await until(async () => (await processesIn(stage.root)).length === 0);
    await writer.abort().catch(() => undefined);
    await answer.then((response) => response.body?.cancel()).catch(() => undefined);
    assert.equal((await stage.forge.fetch(new Request(`https://${host}/`))).status, 503);
  });
});
