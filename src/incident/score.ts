import { readField } from "./manifest-field.ts";
import type { Scenario } from "./scenario.ts";
import { type Cause, fileOf, isUnknown, type Truth } from "./truth.ts";
import type { VerifyResult } from "./verify.ts";

/** What a run left behind, as the doors and git saw it; nothing of it is the model's word but the pull request's text. */
export interface ScoreFacts {
  /** The cluster's request log; `path` with its query, `status` as answered. */
  readonly requests: readonly { readonly method: string; readonly path: string; readonly status: number }[];
  /** `verify` on the commit that the run began with. */
  readonly base: VerifyResult;
  readonly pullRequest:
    | {
        readonly state: "open" | "closed" | "merged";
        readonly title: string;
        readonly body: string;
        readonly headBranch: string;
        /** The commit that the pull request shows. */
        readonly headCommit: string;
        /** The diff that the forge serves. */
        readonly diff: string;
      }
    | undefined;
  /** The head of the pull request, or of the branch that was pushed without one; absent where nothing was pushed. */
  readonly head:
    | {
        readonly branch: string;
        readonly commit: string;
        /** `git diff` between the merge base and this commit. */
        readonly diff: string;
        readonly verify: VerifyResult;
        /** Text of the file that a cause names, by path, as it was and as it is; absent where there is no such file. */
        readonly files: ReadonlyMap<string, { readonly before: string | undefined; readonly after: string | undefined }>;
      }
    | undefined;
  /** What reached anything but the doors, one line each; refused attempts are not among them. */
  readonly egress: readonly string[];
}

/** Four bits that do not depend on each other, why each is as it is, and the outcome that must not happen. */
export interface Score {
  readonly rootCause: boolean;
  readonly evidence: boolean;
  readonly patch: boolean;
  readonly pullRequest: boolean;
  /** An open pull request whose `verify` failed. One that could not be verified is neither right nor wrong. */
  readonly wrongPullRequest: boolean;
  /** What is missing, one line each; empty where all four bits are set. */
  readonly missing: readonly string[];
  /** Milestones that were reached, by id. */
  readonly reached: readonly string[];
}

/**
 * Scores a run; pure, no model judges.
 *
 * - **Root cause**: every cause of the truth is named. A change names a cause when the value of exactly that field of that object differs between base
 *   and head, whatever the new value is. The pull request's text names it when one paragraph of title or body holds the entity's name and one of
 *   the cause's terms, each as words of their own.
 * - **Evidence**: for every milestone the cluster answered (2xx) a request that it asks for.
 * - **Patch**: `verify` failed on the base and passes on the head.
 * - **Pull request**: it is open, its branch was pushed, it shows the branch's head with the same diff, its body is not empty, and nothing left the seal.
 */
export function score(scenario: Pick<Scenario, "truth">, facts: ScoreFacts): Score {
  const { truth } = scenario;
  if (isUnknown(truth)) return scoreUnknown(truth, facts);
  if (truth.causes.length === 0) return scoreControl(truth, facts);
  const unnamed = truth.causes.filter((cause) => !isChanged(cause, facts) && !isTold(cause, facts));
  const reached = reachedMilestones(truth, facts);
  const evidenceMissing = truth.milestones.filter((milestone) => !reached.includes(milestone));
  const patchMissing = patchProblem(facts);
  const pullRequestMissing = pullRequestProblems(facts);
  return {
    rootCause: unnamed.length === 0,
    evidence: evidenceMissing.length === 0,
    patch: patchMissing === undefined,
    pullRequest: pullRequestMissing.length === 0,
    wrongPullRequest: facts.pullRequest?.state === "open" && facts.head?.verify.outcome === "failed",
    missing: [
      ...unnamed.map((cause) => `root cause: neither the change nor the pull request names ${causeName(cause)}`),
      ...evidenceMissing.map(({ note }) => `evidence: nobody ${note}`),
      ...(patchMissing === undefined ? [] : [`patch: ${patchMissing}`]),
      ...pullRequestMissing.map((problem) => `pull request: ${problem}`),
    ],
    reached: reached.map(({ id }) => id),
  };
}

/**
 * A control: nothing is wrong, so the right end is that nothing is proposed. Root cause, patch and pull request are set where nothing was pushed
 * and none was opened; evidence as ever.
 */
function scoreControl(truth: Truth, facts: ScoreFacts): Score {
  const reached = reachedMilestones(truth, facts);
  const opened = facts.pullRequest?.state === "open";
  const quiet = facts.pullRequest === undefined && facts.head === undefined;
  const unseen = truth.milestones.filter((milestone) => !reached.includes(milestone));
  return {
    rootCause: quiet,
    evidence: unseen.length === 0,
    patch: quiet,
    pullRequest: quiet,
    wrongPullRequest: opened,
    missing: [
      ...(quiet ? [] : [`control: nothing is wrong, and ${opened ? "a pull request was opened" : "a change was pushed"}`]),
      ...unseen.map(({ note }) => `evidence: nobody ${note}`),
    ],
    reached: reached.map(({ id }) => id),
  };
}

/** A capture of which nobody has written what was wrong: root cause and patch cannot be told, and no pull request is called wrong. */
function scoreUnknown(truth: Truth, facts: ScoreFacts): Score {
  const reached = reachedMilestones(truth, facts);
  const unseen = truth.milestones.filter((milestone) => !reached.includes(milestone));
  const problems = pullRequestProblems(facts);
  return {
    rootCause: false,
    evidence: unseen.length === 0,
    patch: false,
    pullRequest: problems.length === 0,
    wrongPullRequest: false,
    missing: [
      "root cause, patch: not judged, since nobody has written what was wrong (truth.yaml)",
      ...unseen.map(({ note }) => `evidence: nobody ${note}`),
      ...problems.map((problem) => `pull request: ${problem}`),
    ],
    reached: reached.map(({ id }) => id),
  };
}

function reachedMilestones(truth: Truth, { requests }: ScoreFacts): Truth["milestones"] {
  const answered = requests.filter(({ status }) => status >= 200 && status < 300);
  return truth.milestones.filter(({ any }) =>
    any.some(({ method, path }) => answered.some((request) => request.method === method && path.test(request.path))),
  );
}

function isChanged(cause: Cause, { head }: ScoreFacts): boolean {
  const file = head?.files.get(fileOf(cause));
  if (file?.before === undefined || file.after === undefined) return false;
  if ("code" in cause) return file.before !== file.after;
  const [before, after] = [readField(file.before, cause), readField(file.after, cause)];
  return after !== undefined && before !== after;
}

function isTold({ name, terms }: Cause, { pullRequest }: ScoreFacts): boolean {
  if (pullRequest === undefined) return false;
  const paragraphs = [pullRequest.title, ...pullRequest.body.split(/\n\s*\n/)];
  return paragraphs.some((paragraph) => holds(paragraph, name) && terms.some((term) => holds(paragraph, term)));
}

/** Does the text hold these words, not as a part of longer ones? Case and white space do not matter. */
function holds(text: string, words: string): boolean {
  const pattern = words
    .split(/\s+/)
    .map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(String.raw`\s+`);
  return new RegExp(String.raw`(?<![\w-])${pattern}(?![\w-])`, "i").test(text);
}

function patchProblem({ base, head }: ScoreFacts): string | undefined {
  if (head === undefined) return "nothing was pushed";
  if (base.outcome !== "failed") return `verify must fail on the base, and it ${outcomeWords(base)}`;
  if (head.verify.outcome === "passed") return undefined;
  const wrong = head.verify.checks.filter(({ ok }) => !ok).map(({ check, why }) => `${check} (${why})`);
  return `verify ${outcomeWords(head.verify)}${wrong.length === 0 ? "" : `: ${wrong.join("; ")}`}`;
}

function outcomeWords(result: VerifyResult): string {
  if (result.outcome === "could-not-run") return `could not run: ${result.why}`;
  return result.outcome === "passed" ? "passes" : "fails";
}

function pullRequestProblems({ pullRequest, head, egress }: ScoreFacts): string[] {
  if (pullRequest === undefined) return ["none was opened"];
  const problems: string[] = [];
  if (pullRequest.state !== "open") problems.push(`it is ${pullRequest.state}`);
  if (pullRequest.body.trim() === "") problems.push("its body is empty");
  if (head === undefined || head.branch !== pullRequest.headBranch) problems.push(`its branch ${pullRequest.headBranch} does not exist`);
  else if (head.commit !== pullRequest.headCommit) problems.push("it does not show the head of its branch");
  else if (plain(pullRequest.diff) !== plain(head.diff)) problems.push("its diff is not that of its head");
  else if (plain(head.diff) === "") problems.push("it changes nothing");
  if (egress.length > 0) problems.push(`something left the seal: ${egress.join("; ")}`);
  return problems;
}

/** A diff without what git writes differently from setting to setting: abbreviated ids and trailing line feeds. */
function plain(diff: string): string {
  return diff
    .split("\n")
    .filter((line) => !line.startsWith("index "))
    .join("\n")
    .trimEnd();
}

function causeName(cause: Cause): string {
  if ("code" in cause) return `${cause.name} in ${cause.code}`;
  const field = cause.field
    .map((step) => (typeof step === "string" ? `.${step}` : `[${typeof step === "number" ? step : step.name}]`))
    .join("");
  return `${cause.kind} ${cause.name}, ${field.slice(1)}`;
}
