import { type Context, Hono } from "hono";

import { branchTip, commitsBetween, diffBetween, listBranches, listTree } from "./history.ts";
import { contentSecurityPolicy } from "./page-layout.ts";
import { renderComparisonPage, renderPullRequestPage } from "./pull-request-page.ts";
import { renderForgePage, renderRepositoryPage } from "./repository-page.ts";
import type { Repository } from "./repository.ts";
import type { ForgeState } from "./state.ts";

/** The pages that a person opens: the forge, a repository, a pull request, a comparison. They only show. */
export function pageRoutes(state: ForgeState): Hono {
  const app = new Hono();
  const find = (c: Context) => state.repositories.get(`${c.req.param("owner")}/${c.req.param("name")}`);

  app.get("/", (c) => {
    const repositories = [...state.repositories.values()].map(({ owner, name }) => ({
      owner,
      name,
      pullRequests: state.store.of(owner, name).length,
    }));
    return page(c, renderForgePage(state.host, repositories));
  });
  app.get("/:owner/:name", async (c) => {
    const repository = find(c);
    if (repository === undefined) return c.notFound();
    const sha = await branchTip(state.git, repository, repository.defaultBranch);
    const tree = sha === undefined ? [] : await listTree(state.git, repository, sha);
    const branches = await listBranches(state.git, repository);
    const { owner, name, defaultBranch } = repository;
    const pullRequests = state.store.of(owner, name).toReversed();
    return page(c, renderRepositoryPage({ owner, name, defaultBranch, host: state.host, branches, tree, pullRequests }));
  });
  app.get("/:owner/:name/pulls", (c) =>
    find(c) === undefined ? c.notFound() : c.redirect(`/${c.req.param("owner")}/${c.req.param("name")}`),
  );
  app.get("/:owner/:name/pull/:number{[1-9][0-9]{0,8}}", async (c) => {
    const repository = find(c);
    const text = repository === undefined ? undefined : await readPullRequestPage(state, repository, Number(c.req.param("number")), true);
    return text === undefined ? c.notFound() : page(c, text);
  });
  app.get("/:owner/:name/compare/:range{.+}", async (c) => {
    const repository = find(c);
    const [base, head, ...more] = c.req.param("range").split("...");
    if (repository === undefined || base === undefined || head === undefined || more.length > 0) return c.notFound();
    const [baseSha, headSha] = [await branchTip(state.git, repository, base), await branchTip(state.git, repository, head)];
    if (baseSha === undefined || headSha === undefined) return c.notFound();
    return page(c, renderComparisonPage({ base, head }, await readDetails(state, repository, baseSha, headSha, true)));
  });
  app.notFound((c) => c.text("Not Found\n", 404));
  return app;
}

/** The page of a pull request, if there is one; `served` when its links are to lead to the forge's other pages. */
export async function readPullRequestPage(
  state: ForgeState,
  repository: Repository,
  number: number,
  served = false,
): Promise<string | undefined> {
  const record = state.store.of(repository.owner, repository.name).find((candidate) => candidate.number === number);
  if (record === undefined) return undefined;
  return renderPullRequestPage(record, await readDetails(state, repository, record.base.sha, record.head.sha, served));
}

async function readDetails(state: ForgeState, repository: Repository, base: string, head: string, served: boolean) {
  const commits = await commitsBetween(state.git, repository, base, head);
  const diff = await diffBetween(state.git, repository, base, head);
  return { owner: repository.owner, name: repository.name, commits, diff, served };
}

function page(c: Context, text: string): Response {
  c.header("Content-Security-Policy", `${contentSecurityPolicy}; frame-ancestors 'none'`);
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Referrer-Policy", "no-referrer");
  c.header("Cache-Control", "no-store");
  return c.html(text);
}
