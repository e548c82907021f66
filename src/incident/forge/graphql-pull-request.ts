import { connection } from "./graphql-connection.ts";
import type { GraphObject } from "./graphql-execute.ts";
import { userNode } from "./graphql-user.ts";
import { changedFiles, type Commit, commitsBetween } from "./history.ts";
import type { PullRequestRecord } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";
import { type ForgeState, pullRequestUrl } from "./state.ts";

const none = () => connection([]);

/** A pull request's node id; opaque to clients. */
export function pullRequestId(record: PullRequestRecord): string {
  return `PR_${Buffer.from(`${record.owner}/${record.repository}/${record.number}`).toString("base64url")}`;
}

/** GitHub's `PullRequest`. What this forge has no notion of (checks, reviews, labels, comments) is empty. */
export function pullRequestNode(
  state: ForgeState,
  repository: Repository,
  record: PullRequestRecord,
  repositoryNode: () => GraphObject,
): GraphObject {
  const files = () => changedFiles(state.git, repository, record.base.sha, record.head.sha);
  const commits = () => commitsBetween(state.git, repository, record.base.sha, record.head.sha);
  const ref = (tip: PullRequestRecord["head"]): GraphObject => ({
    __typename: "Ref",
    name: tip.ref,
    prefix: "refs/heads/",
    target: { __typename: "Commit", oid: tip.sha },
  });
  return {
    __typename: "PullRequest",
    id: pullRequestId(record),
    fullDatabaseId: String(record.number),
    number: record.number,
    title: record.title,
    body: record.body,
    bodyText: record.body,
    state: record.state.toUpperCase(),
    url: pullRequestUrl(state, record),
    permalink: pullRequestUrl(state, record),
    resourcePath: new URL(pullRequestUrl(state, record)).pathname,
    isDraft: record.draft,
    closed: false,
    merged: false,
    locked: false,
    createdAt: record.createdAt,
    updatedAt: record.createdAt,
    author: userNode(),
    authorAssociation: "MEMBER",
    viewerDidAuthor: true,
    viewerCanUpdate: false,
    headRefName: record.head.ref,
    headRefOid: record.head.sha,
    headRef: () => ref(record.head),
    baseRefName: record.base.ref,
    baseRefOid: record.base.sha,
    baseRef: () => ref(record.base),
    repository: repositoryNode,
    headRepository: repositoryNode,
    baseRepository: repositoryNode,
    headRepositoryOwner: userNode(repository.owner),
    isCrossRepository: false,
    maintainerCanModify: false,
    mergeable: "UNKNOWN",
    // A person decides; nothing here can merge.
    mergeStateStatus: "BLOCKED",
    reviewDecision: "REVIEW_REQUIRED",
    isInMergeQueue: false,
    isMergeQueueEnabled: false,
    additions: async () => sum((await files()).map((file) => file.additions)),
    deletions: async () => sum((await files()).map((file) => file.deletions)),
    changedFiles: async () => (await files()).length,
    files: async (args) =>
      connection(
        (await files()).map(({ path, status, additions, deletions }) => ({
          path,
          additions,
          deletions,
          changeType: status === "added" ? "ADDED" : status === "removed" ? "DELETED" : "MODIFIED",
        })),
        args,
      ),
    commits: async (args) => {
      const all = (await commits()).map((commit) => ({ __typename: "PullRequestCommit", commit: commitNode(commit) }));
      // `last: 1` is how clients ask for the newest commit's checks.
      return { ...connection(typeof args["last"] === "number" ? all.slice(-args["last"]) : all, args), totalCount: all.length };
    },
    statusCheckRollup: connection([]),
    assignees: none,
    assignedActors: none,
    closingIssuesReferences: none,
    comments: none,
    labels: none,
    latestReviews: none,
    participants: () => connection([userNode()]),
    projectCards: none,
    projectItems: none,
    reactionGroups: [],
    reviewRequests: none,
    reviewThreads: none,
    reviews: none,
  };
}

function commitNode(commit: Commit): GraphObject {
  return {
    __typename: "Commit",
    oid: commit.sha,
    abbreviatedOid: commit.sha.slice(0, 7),
    messageHeadline: commit.subject,
    messageBody: commit.body,
    message: commit.body === "" ? commit.subject : `${commit.subject}\n\n${commit.body}`,
    committedDate: commit.committedAt,
    authoredDate: commit.committedAt,
    authors: () => connection([{ __typename: "GitActor", name: commit.authorName, email: commit.authorEmail }]),
    author: { __typename: "GitActor", name: commit.authorName, email: commit.authorEmail },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
