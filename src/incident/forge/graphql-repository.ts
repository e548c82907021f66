import { connection, text, texts } from "./graphql-connection.ts";
import { type Arguments, FieldError, type GraphObject } from "./graphql-execute.ts";
import { pullRequestNode } from "./graphql-pull-request.ts";
import { userNode } from "./graphql-user.ts";
import { branchTip, listBranches, readTopFile } from "./history.ts";
import type { PullRequestRecord } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";
import { type ForgeState, repositoryUrl } from "./state.ts";

const none = () => connection([]);

/** A repository's node id; opaque to clients. */
export function repositoryId(repository: Repository): string {
  return `R_${Buffer.from(`${repository.owner}/${repository.name}`).toString("base64url")}`;
}

/** A pull request as a part of the graph. */
export function pullRequestIn(state: ForgeState, repository: Repository, record: PullRequestRecord): GraphObject {
  return pullRequestNode(state, repository, record, () => repositoryNode(state, repository));
}

/** GitHub's `Repository`, for somebody who may push branches and open pull requests and administers nothing. */
export function repositoryNode(state: ForgeState, repository: Repository): GraphObject {
  const url = repositoryUrl(state, repository);
  const find = (number: unknown) => state.store.of(repository.owner, repository.name).find((record) => record.number === number);
  const pullRequest = (number: unknown, type: string): GraphObject => {
    const record = find(number);
    if (record === undefined) throw new FieldError("NOT_FOUND", `Could not resolve to ${type} with the number of ${String(number)}.`);
    return pullRequestIn(state, repository, record);
  };
  const ref = async (name: string): Promise<GraphObject | null> => {
    const sha = await branchTip(state.git, repository, name);
    return sha === undefined
      ? null
      : { __typename: "Ref", id: `REF_${name}`, name, prefix: "refs/heads/", target: { __typename: "Commit", oid: sha } };
  };
  const pushed = async () => (await listBranches(state.git, repository))[0]?.committedAt ?? null;
  return {
    __typename: "Repository",
    id: repositoryId(repository),
    name: repository.name,
    nameWithOwner: `${repository.owner}/${repository.name}`,
    owner: userNode(repository.owner),
    description: "",
    url,
    homepageUrl: "",
    sshUrl: `git@${state.host}:${repository.owner}/${repository.name}.git`,
    isPrivate: true,
    visibility: "PRIVATE",
    isArchived: false,
    isEmpty: false,
    isFork: false,
    isInOrganization: false,
    isMirror: false,
    isTemplate: false,
    hasIssuesEnabled: true,
    hasProjectsEnabled: false,
    hasWikiEnabled: false,
    hasDiscussionsEnabled: false,
    viewerPermission: "WRITE",
    viewerCanAdminister: false,
    viewerDefaultMergeMethod: "MERGE",
    mergeCommitAllowed: true,
    rebaseMergeAllowed: true,
    squashMergeAllowed: true,
    deleteBranchOnMerge: false,
    autoMergeAllowed: false,
    pushedAt: pushed,
    updatedAt: pushed,
    forkCount: 0,
    stargazerCount: 0,
    defaultBranchRef: () => ref(repository.defaultBranch),
    ref: (args) => ref((text(args, "qualifiedName") ?? "").replace(/^refs\/heads\//, "")),
    refs: async (args) =>
      connection(
        (await listBranches(state.git, repository)).map(({ name, sha }) => ({
          __typename: "Ref",
          name,
          prefix: "refs/heads/",
          target: { __typename: "Commit", oid: sha },
        })),
        args,
      ),
    object: (args) => readme(state, repository, text(args, "expression") ?? ""),
    pullRequest: (args) => pullRequest(args["number"], "a PullRequest"),
    issue: (args) => {
      throw new FieldError("NOT_FOUND", `Could not resolve to an Issue with the number of ${String(args["number"])}.`);
    },
    issueOrPullRequest: (args) => pullRequest(args["number"], "an issue or pull request"),
    pullRequests: (args) => pullRequests(state, repository, args),
    assignableUsers: () => connection([userNode()]),
    mentionableUsers: () => connection([userNode()]),
    suggestedActors: () => connection([userNode()]),
    collaborators: () => connection([userNode()]),
    issues: none,
    issueTemplates: [],
    pullRequestTemplates: [],
    labels: none,
    languages: none,
    milestones: none,
    projects: none,
    projectsV2: none,
    releases: none,
    repositoryTopics: none,
    watchers: none,
  };
}

function pullRequests(state: ForgeState, repository: Repository, args: Arguments): GraphObject {
  const states = texts(args, "states");
  const head = text(args, "headRefName");
  const base = text(args, "baseRefName");
  const labels = texts(args, "labels");
  const found = state.store
    .of(repository.owner, repository.name)
    .filter((record) => states === undefined || states.length === 0 || states.includes(record.state.toUpperCase()))
    .filter((record) => (head === undefined || record.head.ref === head) && (base === undefined || record.base.ref === base))
    .filter(() => labels === undefined || labels.length === 0)
    .toReversed();
  return connection(
    found.map((record) => pullRequestIn(state, repository, record)),
    args,
  );
}

// `HEAD:README.md` is the one expression that clients write here.
async function readme(state: ForgeState, repository: Repository, expression: string): Promise<GraphObject | null> {
  const name = /^(?:HEAD|[\w./-]+):([^/]+)$/.exec(expression)?.[1];
  const sha = await branchTip(state.git, repository, repository.defaultBranch);
  if (name === undefined || sha === undefined) return null;
  const content = await readTopFile(state.git, repository, sha, name);
  return content === undefined ? null : { __typename: "Blob", text: content, isBinary: content.includes("\0") };
}
