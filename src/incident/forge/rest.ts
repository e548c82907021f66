import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";

import { CloisterError } from "../../error.ts";
import { carriesToken } from "./authorization.ts";
import { execute } from "./graphql-execute.ts";
import { parseDocument } from "./graphql-parse.ts";
import { repositoryId } from "./graphql-repository.ts";
import { roots } from "./graphql-roots.ts";
import { pullRequestId } from "./graphql-pull-request.ts";
import { branchTip, changedFiles, type Commit, commitsBetween, diffBetween, listBranches, listTree, readTopFile } from "./history.ts";
import type { PullRequestRecord } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";
import { account, type ForgeState, pullRequestUrl, repositoryUrl } from "./state.ts";

const maxBodyBytes = 1024 * 1024;
const docs = "https://docs.github.com/rest";

const graphqlRequest = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

const newPullRequest = z.object({
  title: z.string().default(""),
  body: z.string().nullish(),
  head: z.string(),
  base: z.string(),
  draft: z.boolean().nullish(),
});

/**
 * The part of GitHub Enterprise Server's API that gh and agents use: REST below `/api/v3`, GraphQL at `/api/graphql`. Every request needs the
 * session's token; what is not here is 404, in GitHub's words.
 */
export function apiRoutes(state: ForgeState, token: string): Hono {
  const app = new Hono();
  const graph = roots(state);

  app.use("/*", async (c, next) => {
    if (!carriesToken(c.req.raw, token)) return c.json({ message: "Bad credentials", documentation_url: docs }, 401);
    await next();
    c.header("X-OAuth-Scopes", "gist, read:org, repo");
    c.header("X-GitHub-Media-Type", "github.v3; format=json");
    return undefined;
  });
  app.use("/*", bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.json({ message: "The request is larger than 1 MiB." }, 413) }));

  app.post("/graphql", async (c) => {
    const request = await readJson(c, graphqlRequest);
    const answer = await execute(parseDocument(request.query), graph, request.variables ?? {}, request.operationName ?? undefined);
    return c.json(answer);
  });

  app.get("/v3", (c) => c.json(rootView(state)));
  app.get("/v3/", (c) => c.json(rootView(state)));
  app.get("/v3/meta", (c) => c.json({ verifiable_password_authentication: false, installed_version: "3.14.0" }));
  app.get("/v3/user", (c) => c.json(userView(state)));
  app.get("/v3/users/:login", (c) => c.json(userView(state, c.req.param("login"))));
  app.get("/v3/user/repos", (c) => c.json([...state.repositories.values()].map((repository) => repositoryView(state, repository))));

  const at = "/v3/repos/:owner/:name";
  const find = (c: Context): Repository => {
    const repository = state.repositories.get(`${c.req.param("owner")}/${c.req.param("name")}`);
    if (repository === undefined) throw new CloisterError("not-found", "Not Found");
    return repository;
  };
  app.get(at, (c) => c.json(repositoryView(state, find(c))));
  app.get(`${at}/branches`, async (c) => {
    const repository = find(c);
    return c.json((await listBranches(state.git, repository)).map(({ name, sha }) => branchView(repository, name, sha)));
  });
  app.get(`${at}/branches/:branch{.+}`, async (c) => {
    const repository = find(c);
    const sha = await branchTip(state.git, repository, c.req.param("branch"));
    return sha === undefined
      ? c.json({ message: "Branch not found", documentation_url: docs }, 404)
      : c.json(branchView(repository, c.req.param("branch"), sha));
  });
  app.get(`${at}/readme`, async (c) => {
    const repository = find(c);
    const sha = await branchTip(state.git, repository, repository.defaultBranch);
    if (sha === undefined) throw new CloisterError("not-found", "Not Found");
    const name = (await listTree(state.git, repository, sha)).find(
      (entry) => entry.kind === "file" && /^readme(?:\.(?:md|txt))?$/i.test(entry.name),
    )?.name;
    const content = name === undefined ? undefined : await readTopFile(state.git, repository, sha, name);
    if (name === undefined || content === undefined) throw new CloisterError("not-found", "Not Found");
    if (c.req.header("accept")?.includes(".raw") === true) return c.text(content);
    const bytes = Buffer.from(content);
    return c.json({ type: "file", name, path: name, size: bytes.length, encoding: "base64", content: bytes.toString("base64") });
  });
  for (const empty of ["labels", "issues", "milestones", "tags", "releases"]) app.get(`${at}/${empty}`, (c) => (find(c), c.json([])));

  app.get(`${at}/pulls`, (c) => {
    const repository = find(c);
    const { state: wanted = "open", head, base } = c.req.query();
    const found = state.store
      .of(repository.owner, repository.name)
      .filter((record) => wanted === "all" || record.state === wanted)
      .filter(
        (record) =>
          (head === undefined || head === `${record.owner}:${record.head.ref}`) && (base === undefined || base === record.base.ref),
      )
      .toReversed();
    return c.json(found.map((record) => pullRequestView(state, repository, record)));
  });
  app.post(`${at}/pulls`, async (c) => {
    const repository = find(c);
    const { title, body, head, base, draft } = await readJson(c, newPullRequest);
    const record = await state.propose(repository, { title, body: body ?? "", head, base, draft: draft ?? false });
    return c.json(pullRequestView(state, repository, record), 201);
  });

  const findPullRequest = (c: Context): [Repository, PullRequestRecord] => {
    const repository = find(c);
    const record = state.store
      .of(repository.owner, repository.name)
      .find((candidate) => String(candidate.number) === c.req.param("number"));
    if (record === undefined) throw new CloisterError("not-found", "Not Found");
    return [repository, record];
  };
  app.get(`${at}/pulls/:number`, async (c) => {
    const [repository, record] = findPullRequest(c);
    const accept = c.req.header("accept") ?? "";
    if (!/\.(?:diff|patch)\b/.test(accept)) return c.json(pullRequestView(state, repository, record));
    const { text } = await diffBetween(state.git, repository, record.base.sha, record.head.sha);
    return c.text(text);
  });
  app.get(`${at}/pulls/:number/files`, async (c) => {
    const [repository, record] = findPullRequest(c);
    const files = await changedFiles(state.git, repository, record.base.sha, record.head.sha);
    return c.json(files.map(({ path, ...counts }) => ({ filename: path, ...counts, changes: counts.additions + counts.deletions })));
  });
  app.get(`${at}/pulls/:number/commits`, async (c) => {
    const [repository, record] = findPullRequest(c);
    return c.json((await commitsBetween(state.git, repository, record.base.sha, record.head.sha)).map(commitView));
  });
  for (const empty of ["pulls/:number/comments", "pulls/:number/reviews", "issues/:number/comments", "issues/:number/labels"])
    app.get(`${at}/${empty}`, (c) => (findPullRequest(c), c.json([])));

  app.all("/*", (c) => c.json({ message: "Not Found", documentation_url: docs }, 404));
  app.onError((error, c) => {
    if (!(error instanceof CloisterError)) return c.json({ message: "The forge failed to answer." }, 500);
    if (error.code === "not-found") return c.json({ message: "Not Found", documentation_url: docs }, 404);
    if (error.code !== "bad-request") return c.json({ message: error.message }, error.code === "too-large" ? 413 : 500);
    if (error.field === undefined)
      return c.json({ message: "Validation Failed", errors: [{ resource: "PullRequest", code: "custom", message: error.message }] }, 422);
    return c.json({ message: error.message }, 400);
  });
  return app;
}

async function readJson<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const value: unknown = await c.req.json().catch(() => {
    throw new CloisterError("bad-request", "Problems parsing JSON", { field: "body" });
  });
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new CloisterError("bad-request", `Invalid request: ${field === "" ? "body" : field}: ${issue?.message ?? "is wrong"}`, {
    field: field || "body",
  });
}

function rootView(state: ForgeState) {
  const api = `https://${state.host}/api/v3`;
  return {
    current_user_url: `${api}/user`,
    repository_url: `${api}/repos/{owner}/{repo}`,
    user_url: `${api}/users/{user}`,
  };
}

function userView(state: ForgeState, login: string = account.login) {
  if (login !== account.login && ![...state.repositories.values()].some((repository) => repository.owner === login))
    throw new CloisterError("not-found", "Not Found");
  return { login, id: account.id, type: "User", site_admin: false, name: login === account.login ? account.name : login };
}

function repositoryView(state: ForgeState, repository: Repository) {
  const url = repositoryUrl(state, repository);
  return {
    id: 1,
    node_id: repositoryId(repository),
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    owner: { login: repository.owner, type: "User" },
    private: true,
    visibility: "private",
    html_url: url,
    clone_url: `${url}.git`,
    default_branch: repository.defaultBranch,
    description: null,
    fork: false,
    archived: false,
    has_issues: true,
    open_issues_count: state.store.of(repository.owner, repository.name).length,
    permissions: { admin: false, maintain: false, push: true, triage: false, pull: true },
  };
}

function branchView(repository: Repository, name: string, sha: string) {
  return { name, commit: { sha }, protected: name === repository.defaultBranch };
}

function commitView(commit: Commit) {
  const { sha, subject, body, authorName, authorEmail, committedAt } = commit;
  return {
    sha,
    commit: {
      message: body === "" ? subject : `${subject}\n\n${body}`,
      author: { name: authorName, email: authorEmail, date: committedAt },
    },
  };
}

function pullRequestView(state: ForgeState, repository: Repository, record: PullRequestRecord) {
  const url = pullRequestUrl(state, record);
  const repo = repositoryView(state, repository);
  const side = (tip: PullRequestRecord["head"]) => ({ label: `${repository.owner}:${tip.ref}`, ref: tip.ref, sha: tip.sha, repo });
  return {
    id: record.number,
    node_id: pullRequestId(record),
    number: record.number,
    state: record.state,
    locked: false,
    draft: record.draft,
    title: record.title,
    body: record.body,
    user: { login: record.author, type: "User" },
    created_at: record.createdAt,
    updated_at: record.createdAt,
    closed_at: null,
    merged_at: null,
    merged: false,
    mergeable: null,
    html_url: url,
    url: `https://${state.host}/api/v3/repos/${record.owner}/${record.repository}/pulls/${record.number}`,
    diff_url: `${url}.diff`,
    head: side(record.head),
    base: side(record.base),
    labels: [],
    assignees: [],
    requested_reviewers: [],
  };
}
