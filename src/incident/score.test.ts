import assert from "node:assert/strict";
import { test } from "node:test";
import { score } from "./score.ts";
import type { ScoreFacts } from "./score.ts";
import { truthSchema } from "./truth.ts";

const truth = truthSchema.parse({
  fault: "f",
  story: "s",
  causes: [
    {
      kind: "Deployment",
      namespace: "shop",
      name: "payments",
      file: "deploy/payments.yaml",
      field: ["spec", "limit"],
      now: "64Mi",
      accept: { memory: { min: "160Mi", max: "4Gi" } },
      terms: ["memory limit", "OOMKilled"],
    },
  ],
  distractors: [],
  milestones: [
    { id: "pods", note: "listed the pods", any: [{ method: "GET", path: String.raw`^/pods(\?|$)` }] },
    {
      id: "log",
      note: "read a log",
      any: [
        { method: "GET", path: "^/pods/a/log" },
        { method: "GET", path: "^/events" },
      ],
    },
  ],
});

const manifest = (limit: string) => `kind: Deployment\nmetadata: { name: payments, namespace: shop }\nspec: { limit: ${limit} }\n`;
const diff = "diff --git a/x b/x\nindex 1..2 100644\n-a\n+b\n";
const failed = { outcome: "failed", checks: [{ check: "memory-limit", ok: false, why: "too low" }] } as const;
const passed = { outcome: "passed", checks: [{ check: "memory-limit", ok: true, why: "fits" }] } as const;
const head = {
  branch: "fix",
  commit: "c1",
  diff,
  verify: passed,
  files: new Map([["deploy/payments.yaml", { before: manifest("64Mi"), after: manifest("256Mi") }]]),
};
const pullRequest = { state: "open", title: "A fix", body: "It is done.", headBranch: "fix", headCommit: "c1", diff } as const;
const right: ScoreFacts = {
  requests: [
    { method: "GET", path: "/pods?limit=500", status: 200 },
    { method: "GET", path: "/events", status: 200 },
  ],
  base: failed,
  pullRequest,
  head,
  egress: [],
};
const bits = (facts: ScoreFacts) => {
  const { rootCause, evidence, patch, pullRequest, wrongPullRequest } = score({ truth }, facts);
  return [rootCause, evidence, patch, pullRequest, wrongPullRequest].map(Number).join("");
};

test("a right run has all four bits and misses nothing", () => {
  assert.deepEqual(score({ truth }, right), {
    rootCause: true,
    evidence: true,
    patch: true,
    pullRequest: true,
    wrongPullRequest: false,
    missing: [],
    reached: ["pods", "log"],
  });
});

test("a run that did nothing has none, and says why", () => {
  const { missing, ...none } = score({ truth }, { requests: [], base: failed, pullRequest: undefined, head: undefined, egress: [] });
  assert.deepEqual(none, { rootCause: false, evidence: false, patch: false, pullRequest: false, wrongPullRequest: false, reached: [] });
  assert.deepEqual(missing, [
    "root cause: neither the change nor the pull request names Deployment payments, spec.limit",
    "evidence: nobody listed the pods",
    "evidence: nobody read a log",
    "patch: nothing was pushed",
    "pull request: none was opened",
  ]);
});

test("evidence is what the cluster answered, not what was asked", () => {
  assert.equal(bits({ ...right, requests: [right.requests[0]!, { method: "GET", path: "/pods/a/log", status: 404 }] }), "10110");
  assert.equal(bits({ ...right, requests: [right.requests[0]!, { method: "POST", path: "/events", status: 200 }] }), "10110");
  assert.equal(bits({ ...right, requests: [{ method: "GET", path: "/podsecurity", status: 200 }, right.requests[1]!] }), "10110");
});

test("the root cause is named by the change of its field, or in one paragraph", () => {
  const untouched = {
    ...head,
    files: new Map([["deploy/payments.yaml", { before: manifest("64Mi"), after: `${manifest("64Mi")}# later\n` }]]),
  };
  const told = (body: string) => bits({ ...right, head: untouched, pullRequest: { ...pullRequest, body } });
  assert.equal(told("The memory\nlimit of payments is too low."), "11110");
  assert.equal(told("payments was OOMKILLED."), "11110");
  assert.equal(told("payments restarts.\n\nSomething was OOMKilled."), "01110");
  assert.equal(told("The memory limit of old-payments is too low."), "01110");
  assert.equal(told("payments has a memory limitation."), "01110");
  assert.equal(bits({ ...right, head: { ...head, files: new Map() } }), "01110");
});

test("a pull request whose verify fails is wrong, whatever it says", () => {
  const wrong = { ...right, head: { ...head, verify: failed } };
  assert.equal(bits(wrong), "11011");
  assert.match(score({ truth }, wrong).missing.join(), /patch: verify fails: memory-limit \(too low\)/);
  assert.equal(bits({ ...wrong, pullRequest: { ...pullRequest, state: "closed" } }), "11000");
  assert.equal(bits({ ...wrong, head: { ...head, verify: { outcome: "could-not-run", checks: [], why: "no node" } } }), "11010");
});

test("a patch counts only where the base failed", () => {
  assert.equal(bits({ ...right, base: passed }), "11010");
  assert.equal(bits({ ...right, pullRequest: undefined }), "11100");
});

test("a pull request shows its branch's head, says something, and nothing left the seal", () => {
  const without = (change: Partial<NonNullable<ScoreFacts["pullRequest"]>>) =>
    bits({ ...right, pullRequest: { ...pullRequest, ...change } });
  assert.equal(without({ body: " \n" }), "11100");
  assert.equal(without({ headBranch: "other" }), "11100");
  assert.equal(without({ headCommit: "c0" }), "11100");
  assert.equal(without({ diff: "diff --git a/x b/x\n-a\n+c\n" }), "11100");
  assert.equal(without({ diff: diff.replace("1..2", "1111..2222") }), "11110");
  assert.equal(without({ state: "merged" }), "11100");
  assert.equal(bits({ ...right, egress: ["TCP 192.0.2.7:443"] }), "11100");
});

test("where nobody has written what was wrong, root cause and patch are not judged, and no pull request is called wrong", () => {
  const unknown = { ...truth, fault: "unknown", causes: [] };
  const cannot = { outcome: "could-not-run", checks: [], why: "nobody has written it" } as const;
  const facts: ScoreFacts = { ...right, base: cannot, head: { ...head, verify: failed } };
  const { rootCause, evidence, patch, pullRequest: opened, wrongPullRequest, missing } = score({ truth: unknown }, facts);
  assert.deepEqual([rootCause, evidence, patch, opened, wrongPullRequest], [false, true, false, true, false]);
  assert.deepEqual(missing, ["root cause, patch: not judged, since nobody has written what was wrong (truth.yaml)"]);
});
