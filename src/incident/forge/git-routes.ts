import type { ChildProcess } from "node:child_process";

import { Hono } from "hono";

import { carriesToken } from "./authorization.ts";
import { answerHook, type Gate } from "./gate.ts";
import { exchangeWithGit, type GitService } from "./http-backend.ts";
import { followBranches } from "./open-pull-request.ts";
import type { Repository } from "./repository.ts";
import { account, type ForgeState } from "./state.ts";

export interface GitRouteOptions {
  readonly token: string;
  /** Bytes of a request's body: a push that is larger is refused. */
  readonly maxBodyBytes: number;
  readonly living: Set<ChildProcess>;
  /** Asked about every branch before it is pushed. */
  readonly gate?: Gate | undefined;
}

const maxChildren = 8;

/**
 * Git's smart HTTP protocol below `/OWNER/NAME(.git)`. Reading is open to whoever reaches the forge (its socket is the session's own), so that a
 * clone needs no credential; a push needs the session's token.
 */
export function gitRoutes(state: ForgeState, options: GitRouteOptions): Hono {
  const app = new Hono();

  const exchange = async (request: Request, repository: Repository, service: GitService): Promise<Response> => {
    const writes = service.kind === "receive-pack" || (service.kind === "advertise" && service.service === "git-receive-pack");
    if (writes && !carriesToken(request, options.token))
      return new Response("A push to this forge needs the session's token.\n", {
        status: 401,
        headers: { "WWW-Authenticate": `Basic realm="${state.host}"`, "Content-Type": "text/plain; charset=utf-8" },
      });
    if (options.living.size >= maxChildren)
      return new Response("The forge serves as many git requests as it can. Try again in a moment.\n", {
        status: 503,
        headers: { "Retry-After": "1" },
      });
    const { gate } = options;
    return exchangeWithGit(
      state.git,
      request,
      {
        repository,
        service,
        maxBodyBytes: options.maxBodyBytes,
        user: writes ? account.login : undefined,
        onHooks:
          gate === undefined || service.kind !== "receive-pack" ? undefined : (child) => answerHook(child, state.git, repository, gate),
        ...(service.kind === "receive-pack" ? { afterwards: () => followBranches(state.git, state.store, repository) } : {}),
      },
      options.living,
    );
  };
  const find = (owner: string, name: string) => state.repositories.get(`${owner}/${name.replace(/\.git$/, "")}`);

  app.get("/:owner/:name/info/refs", async (c) => {
    const repository = find(c.req.param("owner"), c.req.param("name"));
    const service = c.req.query("service");
    if (repository === undefined || (service !== "git-upload-pack" && service !== "git-receive-pack")) return c.notFound();
    return exchange(c.req.raw, repository, { kind: "advertise", service });
  });
  for (const kind of ["upload-pack", "receive-pack"] as const)
    app.post(`/:owner/:name/git-${kind}`, async (c) => {
      const repository = find(c.req.param("owner"), c.req.param("name"));
      if (repository === undefined) return c.notFound();
      if (c.req.header("content-type") !== `application/x-git-${kind}-request`) return c.text("Unsupported media type\n", 415);
      return exchange(c.req.raw, repository, { kind });
    });
  return app;
}
