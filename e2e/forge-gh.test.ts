import assert from "node:assert/strict";
import { delimiter } from "node:path";
import { test } from "node:test";

import { host, onStage, runProgram, type Stage } from "./forge-stage.ts";

/** The gh of this machine's PATH, and those that `CLOISTER_TEST_GH` names (paths, as in PATH): old and new ask different questions. */
const candidates = ["gh", ...(process.env["CLOISTER_TEST_GH"] ?? "").split(delimiter).filter((path) => path !== "")];
const url = `https://${host}/acme/payments/pull/1`;

for (const gh of candidates) {
  test(`gh as an agent uses it (${gh})`, async (t) => {
    const version = await runProgram(gh, ["--version"], { cwd: "/", env: { PATH: process.env["PATH"] ?? "", HOME: "/nonexistent" } }).catch(
      () => undefined,
    );
    if (version === undefined) return t.skip(`${gh} is not on this machine`);
    t.diagnostic(version.stdout.split("\n")[0] ?? "");
    await onStage(async (stage) => {
      const clone = await stage.clone();
      const say = speaker(stage, gh, clone);

      await t.test("who and where it is", async () => {
        assert.match(await say("auth", "status"), /Logged in to forge\.internal (?:as|account) cloister/);
        assert.equal(await say("api", "user", "--jq", ".login"), "cloister\n");
        assert.match(await say("repo", "view"), /name:\tacme\/payments[\s\S]*Takes money\./);
        assert.equal(
          await say("repo", "view", "--json", "defaultBranchRef,nameWithOwner", "--jq", ".nameWithOwner + .defaultBranchRef.name"),
          "acme/paymentsmain\n",
        );
        assert.match(await say("repo", "list", "acme"), /^acme\/payments\t/);
        assert.equal(await say("issue", "list"), "");
        assert.equal(await say("label", "list"), "");
        assert.equal(await say("pr", "list"), "");
        assert.match(await say("pr", "status"), /There is no pull request associated with \[main\]/);
        assert.match(await say.fails("pr", "view"), /no pull requests found for branch "main"/);
        assert.match(await say.fails("api", "repos/acme/other"), /HTTP 404/);
        assert.match(await say.fails("repo", "view", "acme/other"), /Could not resolve to a Repository with the name 'acme\/other'/);
      });

      await t.test("its own credential helper is enough for a push", async () => {
        await stage.commit(clone, "fix", "README.md", "# payments\n\nTakes money, always.\n", "Take money always");
        await stage.run("git", ["config", `credential.https://${host}.helper`, `!"${gh}" auth git-credential`], { cwd: clone });
        const push = await stage.run("git", ["push", "-u", "origin", "fix"], { cwd: clone });
        assert.equal(push.code, 0, push.stderr);
      });

      await t.test("what cannot become a pull request is refused in GitHub's words", async () => {
        const create = ["pr", "create", "--title", "x", "--body", "y"];
        assert.match(
          await say.fails(...create, "--head", "nope"),
          /GraphQL: Head sha can't be blank, No commits between main and nope, Head ref must be a branch \(createPullRequest\)/,
        );
        assert.match(await say.fails(...create, "--base", "nope"), /Base ref must be a branch/);
        assert.match(await say.fails(...create, "--head", "main"), /No commits between main and main|is the same as base branch/);
        assert.match(await say.fails("pr", "create", "--title", "x", "--body", "y", "--label", "bug"), /'bug' not found/);
        assert.match(await say.fails("pr", "create", "--title", " ", "--body", "y"), /Title can't be blank/);
        assert.deepEqual(stage.forge.pullRequests("acme", "payments"), []);
        assert.equal(stage.opened.length, 0);
      });

      await t.test("a pull request is opened, once", async () => {
        assert.equal(await say("pr", "create", "--title", "Take money always", "--body", "Cause: `x`\n\n- evidence"), `${url}\n`);
        const [opened] = stage.opened;
        assert.equal(opened?.url, url);
        assert.equal(opened.title, "Take money always");
        assert.equal(opened.body, "Cause: `x`\n\n- evidence");
        assert.deepEqual([opened.head.ref, opened.base.ref, opened.draft], ["fix", "main", false]);
        assert.match(await opened.diff(), /^\+Takes money, always\.$/m);
        const again = await say.fails("pr", "create", "--title", "Take money always", "--body", "again");
        assert.match(again, new RegExp(`a pull request for branch "fix" into branch "main" already exists:\n${url}`));
        assert.equal(stage.opened.length, 1);
      });

      await t.test("and then it is there, however it is asked for", async () => {
        assert.match(await say("pr", "list"), /^1\tTake money always\tfix\tOPEN\t2025-11-23/);
        assert.match(await say("pr", "list", "--author", "@me", "--search", "money"), /^1\t/);
        assert.equal(await say("pr", "list", "--state", "closed"), "");
        for (const which of [[], ["1"], ["fix"], [url]]) {
          const view = await say("pr", "view", ...which);
          for (const part of [
            /title:\tTake money always/,
            /state:\tOPEN/,
            /author:\tcloister/,
            /number:\t1/,
            /additions:\t1/,
            /deletions:\t1/,
            /- evidence/,
          ])
            assert.match(view, part);
        }
        assert.equal(await say("pr", "view", "1", "--comments"), "");
        assert.deepEqual(
          JSON.parse(await say("pr", "view", "--json", "number,url,files,headRefName,isDraft,reviewDecision,statusCheckRollup")),
          {
            number: 1,
            url,
            files: [
              { path: "README.md", additions: 1, deletions: 1, ...(version.stdout.includes("2.23.") ? {} : { changeType: "MODIFIED" }) },
            ],
            headRefName: "fix",
            isDraft: false,
            reviewDecision: "REVIEW_REQUIRED",
            statusCheckRollup: [],
          },
        );
        assert.match(await say("pr", "status"), /Current branch\n\s+#1 {2}Take money always \[fix\]/);
        assert.equal(await say("pr", "diff"), (await stage.run("git", ["diff", "origin/main...fix"], { cwd: clone })).stdout);
        assert.match(await say("pr", "diff", "1"), /^diff --git a\/README\.md/);
        assert.match(await say.fails("pr", "checks"), /no checks reported on the 'fix' branch/);
        assert.equal(await say("api", "repos/{owner}/{repo}/pulls", "--jq", ".[].html_url"), `${url}\n`);
        assert.equal(await say("api", "repos/acme/payments/pulls/1/files", "--jq", ".[].filename"), "README.md\n");
        assert.equal(await say("api", "repos/acme/payments/pulls/1/commits", "--jq", ".[].commit.message"), "Take money always\n");
        assert.match(
          await say("api", "graphql", "-f", 'query={viewer{login} repository(owner:"acme",name:"payments"){pullRequest(number:1){title}}}'),
          /Take money always/,
        );
        assert.match(await say.fails("pr", "view", "99"), /Could not resolve to a PullRequest with the number of 99/);
        await say("pr", "checkout", "1");
      });

      await t.test("a draft, filled from its commit, from elsewhere, and over REST", async () => {
        await stage.run("git", ["checkout", "--quiet", "main"], { cwd: clone });
        await stage.commit(clone, "second", "second.txt", "2\n", "Second change");
        await stage.run("git", ["push", "-u", "origin", "second"], { cwd: clone });
        assert.equal(await say("pr", "create", "--fill", "--draft"), `https://${host}/acme/payments/pull/2\n`);
        assert.deepEqual([stage.opened[1]?.title, stage.opened[1]?.draft], ["Second change", true]);

        await stage.commit(clone, "third", "third.txt", "3\n", "Third change");
        await stage.run("git", ["push", "-u", "origin", "third"], { cwd: clone });
        const elsewhere = [
          "pr",
          "create",
          "--repo",
          `${host}/acme/payments`,
          "--head",
          "third",
          "--base",
          "fix",
          "--title",
          "Third",
          "--body-file",
          "-",
        ];
        const created = await stage.run(gh, elsewhere, { cwd: stage.folder, input: "From standard input" });
        assert.equal(created.stdout, `https://${host}/acme/payments/pull/3\n`, created.stderr);
        assert.deepEqual([stage.opened[2]?.base.ref, stage.opened[2]?.body], ["fix", "From standard input"]);

        const rest = [
          "api",
          "repos/acme/payments/pulls",
          "-f",
          "title=Over REST",
          "-f",
          "head=third",
          "-f",
          "base=main",
          "--jq",
          ".number",
        ];
        assert.equal(await say(...rest), "4\n");
        assert.match(await say.fails(...rest), /A pull request already exists for acme:third/);
      });

      await t.test("what is a person's to do is refused, and changes nothing", async () => {
        const before = JSON.stringify(stage.forge.pullRequests("acme", "payments"));
        assert.match(await say.fails("pr", "merge", "1", "--merge", "--admin"), /Merging a pull request is left to a person/);
        assert.match(await say.fails("pr", "merge", "1", "--merge"), /not mergeable/);
        assert.match(await say.fails("pr", "close", "1"), /Closing a pull request is left to a person/);
        assert.match(await say.fails("pr", "edit", "1", "--title", "z"), /Editing a pull request is left to a person/);
        assert.match(await say.fails("pr", "comment", "1", "--body", "z"), /Commenting is left to a person/);
        assert.match(await say.fails("issue", "create", "--title", "z", "--body", "z"), /Opening an issue is left to a person/);
        assert.equal(JSON.stringify(stage.forge.pullRequests("acme", "payments")), before);
      });

      await t.test("a wrong token is refused", async () => {
        const wrong = { cwd: clone, env: { GH_ENTERPRISE_TOKEN: "wrong" } };
        assert.notEqual((await stage.run(gh, ["auth", "status"], wrong)).code, 0);
        const create = await stage.run(gh, ["pr", "create", "--title", "x", "--body", "y"], wrong);
        assert.notEqual(create.code, 0);
        assert.match(create.stderr, /HTTP 401: Bad credentials|authentication/i);
      });

      assert.ok(stage.observed.every((request) => request.status < 500));
    });
  });
}

interface Speaker {
  /** What gh prints when it ends well. */
  (...args: string[]): Promise<string>;
  /** What gh complains about when it does not. */
  fails(...args: string[]): Promise<string>;
}

function speaker(stage: Stage, gh: string, cwd: string): Speaker {
  const say = async (...args: string[]) => {
    const { code, stdout, stderr } = await stage.run(gh, args, { cwd });
    assert.equal(code, 0, `gh ${args.join(" ")}: ${stdout}${stderr}`);
    // Debian's gh says some of its answers (auth status) on the error stream.
    return stdout === "" ? stderr : stdout;
  };
  const fails = async (...args: string[]) => {
    const { code, stdout, stderr } = await stage.run(gh, args, { cwd });
    assert.notEqual(code, 0, `gh ${args.join(" ")} should fail: ${stdout}`);
    return stdout + stderr;
  };
  return Object.assign(say, { fails });
}
