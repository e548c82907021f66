import type { ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";

import { Hono } from "hono";

import { CloisterError, httpStatus } from "../../error.ts";
import type { Gate } from "./gate.ts";
import { gitRoutes } from "./git-routes.ts";
import { diffBetween } from "./history.ts";
import { killGroup } from "./http-backend.ts";
import { type CompleteBody, openPullRequest } from "./open-pull-request.ts";
import { pageRoutes, readPullRequestPage } from "./page-routes.ts";
import { type PullRequestRecord, PullRequestStore } from "./pull-request-store.ts";
import { findRepositories, importRepository, type NewRepository, type Repository } from "./repository.ts";
import { apiRoutes } from "./rest.ts";
import { account, type ForgeState, pullRequestUrl } from "./state.ts";

export interface ForgeOptions {
  /** A folder that the forge owns: bare repositories and `pulls.json`. It is made where it is missing, and read where it is there. */
  readonly root: string;
  /** The name that the forge is reached by (`forge.internal`); part of every address it gives. */
  readonly host: string;
  /** The session's token: the API and every push need it. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called once for each request, when its answer begins. */
  readonly observe?: (request: ObservedRequest) => void;
  /** Called when a pull request is open and written down. */
  readonly onPullRequest?: (pullRequest: PullRequest) => void;
  /** Asked about every branch before it is pushed; without one every branch but the default one may be. */
  readonly gate?: Gate;
  /** Makes the text of a pull request of what was written for it, however it was opened. */
  readonly complete?: CompleteBody;
  /** `PATH` is read from it, for git and sh; nothing else. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes of one push; 32 MiB unless told. */
  readonly maxPushBytes?: number;
}

export interface ObservedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly head: { readonly ref: string; readonly sha: string };
  readonly base: { readonly ref: string; readonly sha: string };
  readonly author: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly url: string;
  readonly state: "open";
  readonly draft: boolean;
  /** What the head changes since it left the base, as git prints it; at most 4 MiB. */
  diff(): Promise<string>;
}

export interface Forge {
  /** Answer a request; made to be served under the forge's name over any transport. */
  fetch(request: Request): Promise<Response>;
  /** Import a git repository of this machine. @throws CloisterError `bad-request` with the field that is wrong */
  createRepository(repository: NewRepository): Promise<void>;
  /** In the order they were opened; empty for a repository that is not here. */
  pullRequests(owner: string, name: string): PullRequest[];
  /** The page of a pull request, to be kept as a file: it needs no server and no network. */
  pullRequestPage(owner: string, name: string, number: number): Promise<string | undefined>;
  /** End what still runs. The folder stays. */
  close(): Promise<void>;
}

const defaultMaxPushBytes = 32 * 1024 * 1024;
// git refuses a pack over its bound in words, and the client hears them once all that it sends is read: so more is read (and dropped) than taken.
// Beyond this the connection is cut.
const readBeyond = 4;
const requestOverheadBytes = 1024 * 1024;

/**
 * A forge on this machine that git pushes to and `gh` opens pull requests on, as on GitHub Enterprise Server: one default branch that changes
 * through pull requests only, branches that are never rewritten, and a page for each pull request.
 * @throws CloisterError `damaged` when `pulls.json` cannot be read
 */
export async function createForge(options: ForgeOptions): Promise<Forge> {
  const git = { root: resolve(options.root), path: options.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin" };
  const maxPushBytes = options.maxPushBytes ?? defaultMaxPushBytes;
  await mkdir(git.root, { recursive: true, mode: 0o700 });
  const store = await PullRequestStore.open(git.root);
  const repositories = new Map<string, Repository>();
  for (const repository of await findRepositories(git)) repositories.set(`${repository.owner}/${repository.name}`, repository);
  const living = new Set<ChildProcess>();
  let closed = false;

  const state: ForgeState = {
    git,
    host: options.host,
    store,
    repositories,
    propose: async (repository, proposal) => {
      const record = await openPullRequest(
        { git, store, author: account.login, complete: options.complete, now: options.now },
        repository,
        proposal,
      );
      options.onPullRequest?.(view(repository, record));
      return record;
    },
  };

  const view = (repository: Repository, record: PullRequestRecord): PullRequest => {
    const { number, title, body, head, base, author, createdAt, draft } = record;
    const diff = async () => (await diffBetween(git, repository, base.sha, head.sha)).text;
    return { number, title, body, head, base, author, createdAt, draft, state: record.state, url: pullRequestUrl(state, record), diff };
  };

  const app = new Hono();
  app.use("/*", async (c, next) => {
    await next();
    options.observe?.({ method: c.req.method, path: c.req.path, status: c.res.status });
  });
  app.route("/api", apiRoutes(state, options.token));
  app.route(
    "/",
    gitRoutes(state, { token: options.token, maxBodyBytes: readBeyond * maxPushBytes + requestOverheadBytes, living, gate: options.gate }),
  );
  app.route("/", pageRoutes(state));
  app.onError((error) => {
    const known = error instanceof CloisterError;
    return new Response(`${known ? error.message : "The forge failed to answer."}\n`, { status: known ? httpStatus(error.code) : 500 });
  });

  return {
    fetch: async (request) => (closed ? new Response("The forge is closed.\n", { status: 503 }) : app.fetch(request)),
    createRepository: async (input) => {
      const repository = await importRepository(git, { host: options.host, maxPushBytes }, input);
      repositories.set(`${repository.owner}/${repository.name}`, repository);
    },
    pullRequests: (owner, name) => {
      const repository = repositories.get(`${owner}/${name}`);
      return repository === undefined ? [] : store.of(owner, name).map((record) => view(repository, record));
    },
    pullRequestPage: async (owner, name, number) => {
      const repository = repositories.get(`${owner}/${name}`);
      return repository === undefined ? undefined : readPullRequestPage(state, repository, number);
    },
    close: async () => {
      closed = true;
      const ends = [...living].map((child) => new Promise<void>((done) => child.once("close", () => done())));
      for (const child of living) killGroup(child);
      await Promise.all(ends);
    },
  };
}
