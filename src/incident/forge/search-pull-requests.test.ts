import assert from "node:assert/strict";
import { test } from "node:test";

import type { PullRequestRecord } from "./pull-request-store.ts";
import { searchPullRequests } from "./search-pull-requests.ts";

const record: PullRequestRecord = {
  owner: "acme",
  repository: "payments",
  number: 1,
  title: "Raise the memory limit",
  body: "It was killed.",
  head: { ref: "fix", sha: "a" },
  base: { ref: "main", sha: "b" },
  author: "cloister",
  createdAt: "2025-11-23T15:36:10Z",
  draft: false,
  state: "open",
};

test("the words that gh writes find the pull request", () => {
  for (const query of [
    "",
    "repo:acme/payments is:pr state:open author:cloister",
    'MEMORY "was killed"',
    "head:fix base:main draft:false type:pr",
    "author:@me is:open",
  ])
    assert.deepEqual(searchPullRequests([record], query), [record], query);
});

test("what it does not have, it is not found by", () => {
  for (const query of [
    "repo:acme/other",
    "state:closed",
    "is:merged",
    "author:ada",
    "label:bug",
    "review-requested:cloister",
    "cpu",
    "is:issue",
    "draft:true",
  ])
    assert.deepEqual(searchPullRequests([record], query), [], query);
});
