import { z } from "zod";

import { CloisterError } from "../../error.ts";
import { connection, text } from "./graphql-connection.ts";
import { type Arguments, FieldError, type GraphObject, type Roots } from "./graphql-execute.ts";
import { pullRequestId } from "./graphql-pull-request.ts";
import { pullRequestIn, repositoryId, repositoryNode } from "./graphql-repository.ts";
import { userNode } from "./graphql-user.ts";
import { searchPullRequests } from "./search-pull-requests.ts";
import type { PullRequestRecord } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";
import { account, type ForgeState } from "./state.ts";

/** What an interface or union of GitHub's schema stands for among the objects that the forge has. */
const abstractTypes = {
  Actor: ["User"],
  Assignee: ["User"],
  AssignedActor: ["User"],
  GitObject: ["Commit", "Blob"],
  IssueOrPullRequest: ["PullRequest"],
  Node: ["PullRequest", "Repository", "User", "Ref", "Commit"],
  ProfileOwner: ["User"],
  RepositoryOwner: ["User"],
  RequestedReviewer: ["User"],
  SearchResultItem: ["PullRequest", "Repository"],
};

/**
 * The fields that gh asks about before it asks for them (its feature detection on an Enterprise host). A type that is not here is answered with
 * null, a field that is not here is not asked for: the less is said, the plainer gh's queries are.
 */
const detectable: Readonly<Record<string, readonly string[]>> = {
  Issue: ["number", "title", "state", "stateReason"],
  PullRequest: ["number", "title", "state", "isDraft", "isInMergeQueue", "isMergeQueueEnabled"],
  Repository: ["name", "owner", "visibility", "pullRequestTemplates", "autoMergeAllowed"],
  StatusCheckRollupContextConnection: ["nodes", "totalCount"],
  WorkflowRun: ["event"],
};

const creation = z.object({
  repositoryId: z.string(),
  title: z.string().default(""),
  body: z.string().nullish(),
  headRefName: z.string(),
  baseRefName: z.string(),
  draft: z.boolean().nullish(),
});

export function roots(state: ForgeState): Roots {
  return { query: query(state), mutation: mutation(state), abstractTypes };
}

function query(state: ForgeState): GraphObject {
  return {
    __typename: "Query",
    viewer: () => ({
      ...userNode(),
      pullRequests: (args) =>
        connection(
          everyPullRequest(state).map(([repository, record]) => pullRequestIn(state, repository, record)),
          args,
        ),
      repositories: (args) =>
        connection(
          [...state.repositories.values()].map((repository) => repositoryNode(state, repository)),
          args,
        ),
      organizations: () => connection([]),
    }),
    repository: (args) => repositoryNode(state, requireRepository(state, args)),
    repositoryOwner: (args) => owner(state, text(args, "login") ?? ""),
    user: (args) => owner(state, text(args, "login") ?? ""),
    organization: (args) => {
      throw new FieldError("NOT_FOUND", `Could not resolve to an Organization with the login of '${text(args, "login") ?? ""}'.`);
    },
    node: (args) => node(state, text(args, "id") ?? ""),
    search: (args) => search(state, args),
    __type: (args) => {
      const name = text(args, "name") ?? "";
      if (!Object.hasOwn(detectable, name)) return null;
      return { __typename: "__Type", name, kind: "OBJECT", fields: (detectable[name] ?? []).map((field) => ({ name: field })) };
    },
  };
}

function mutation(state: ForgeState): GraphObject {
  const refuse = (what: string) => () => {
    throw new FieldError("FORBIDDEN", `${what} is left to a person: this forge takes pushes and new pull requests.`);
  };
  return {
    __typename: "Mutation",
    createPullRequest: async (args) => {
      const input = creation.safeParse(args["input"]);
      if (!input.success) throw new FieldError("UNPROCESSABLE", `The input of createPullRequest is wrong: ${z.prettifyError(input.error)}`);
      const repository = [...state.repositories.values()].find((candidate) => repositoryId(candidate) === input.data.repositoryId);
      if (repository === undefined)
        throw new FieldError("NOT_FOUND", `Could not resolve to a node with the global id of '${input.data.repositoryId.slice(0, 100)}'.`);
      const { title, body, headRefName, baseRefName, draft } = input.data;
      const proposal = { title, body: body ?? "", head: headRefName, base: baseRefName, draft: draft ?? false };
      const record = await state.propose(repository, proposal).catch((error: unknown) => {
        if (error instanceof CloisterError && error.code === "bad-request") throw new FieldError("UNPROCESSABLE", error.message);
        throw error;
      });
      return { __typename: "CreatePullRequestPayload", pullRequest: pullRequestIn(state, repository, record) };
    },
    addComment: refuse("Commenting"),
    addPullRequestReview: refuse("Reviewing a pull request"),
    closePullRequest: refuse("Closing a pull request"),
    createIssue: refuse("Opening an issue"),
    enablePullRequestAutoMerge: refuse("Merging a pull request"),
    markPullRequestReadyForReview: refuse("Marking a pull request as ready"),
    mergePullRequest: refuse("Merging a pull request"),
    replaceActorsForAssignable: refuse("Assigning a pull request"),
    requestReviews: refuse("Requesting reviews"),
    updatePullRequest: refuse("Editing a pull request"),
  };
}

function requireRepository(state: ForgeState, args: Arguments): Repository {
  const name = `${text(args, "owner") ?? ""}/${text(args, "name") ?? ""}`;
  const repository = state.repositories.get(name);
  if (repository === undefined)
    throw new FieldError("NOT_FOUND", `Could not resolve to a Repository with the name '${name.slice(0, 200)}'.`);
  return repository;
}

function owner(state: ForgeState, login: string): GraphObject {
  if (login !== account.login && ![...state.repositories.values()].some((repository) => repository.owner === login))
    throw new FieldError("NOT_FOUND", `Could not resolve to a User with the login of '${login.slice(0, 100)}'.`);
  const own = [...state.repositories.values()].filter((repository) => repository.owner === login);
  return {
    ...userNode(login),
    repositories: (args) =>
      connection(
        own.map((repository) => repositoryNode(state, repository)),
        args,
      ),
  };
}

function node(state: ForgeState, id: string): GraphObject {
  for (const repository of state.repositories.values()) if (repositoryId(repository) === id) return repositoryNode(state, repository);
  for (const [repository, record] of everyPullRequest(state))
    if (pullRequestId(record) === id) return pullRequestIn(state, repository, record);
  throw new FieldError("NOT_FOUND", `Could not resolve to a node with the global id of '${id.slice(0, 100)}'.`);
}

function search(state: ForgeState, args: Arguments): GraphObject {
  const all = everyPullRequest(state);
  const records =
    text(args, "type") === "REPOSITORY"
      ? []
      : searchPullRequests(
          all.map(([, record]) => record),
          text(args, "query") ?? "",
        );
  const found = all
    .filter(([, record]) => records.includes(record))
    .map(([repository, record]) => pullRequestIn(state, repository, record));
  return { ...connection(found, args), issueCount: found.length };
}

function everyPullRequest(state: ForgeState): [Repository, PullRequestRecord][] {
  return [...state.repositories.values()].flatMap((repository) =>
    state.store
      .of(repository.owner, repository.name)
      .toReversed()
      .map((record): [Repository, PullRequestRecord] => [repository, record]),
  );
}
