import { CloisterError } from "../../error.ts";
import { type GitSetting, runGit } from "./git.ts";
import { branchTip } from "./history.ts";
import type { PullRequestRecord, PullRequestStore } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";

export interface Proposal {
  readonly title: string;
  readonly body: string;
  /** A branch's name, or `owner:branch`. */
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
}

export interface OpeningOptions {
  readonly git: GitSetting;
  readonly store: PullRequestStore;
  readonly author: string;
  /** Makes the text that is kept of the one that came; as it came where it is absent. */
  readonly complete?: CompleteBody | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a pull request says, made of what whoever opens it wrote: `commit` is the head that it is opened with. */
export type CompleteBody = (written: string, commit: string) => Promise<string>;

// GitHub's own bounds for the two texts.
const maxTitle = 256;
const maxBody = 65_536;
const maxPullRequests = 1000;

/**
 * Open a pull request, or say in GitHub's words why not: agents and gh know them.
 * @throws CloisterError `bad-request`; its message is the whole list, joined by commas, as GitHub prints it
 */
export async function openPullRequest(options: OpeningOptions, repository: Repository, proposal: Proposal): Promise<PullRequestRecord> {
  const { owner, name } = repository;
  const head = proposal.head.startsWith(`${owner}:`) ? proposal.head.slice(owner.length + 1) : proposal.head;
  const base = proposal.base.replace(/^refs\/heads\//, "");
  return options.store.update(async (records) => {
    const headSha = await branchTip(options.git, repository, head);
    const baseSha = await branchTip(options.git, repository, base);
    const own = records.filter((record) => record.owner === owner && record.repository === name);

    const wrong: string[] = [];
    if (proposal.title.trim() === "") wrong.push("Title can't be blank");
    if (proposal.title.length > maxTitle) wrong.push(`Title is too long (maximum is ${maxTitle} characters)`);
    if (proposal.body.length > maxBody) wrong.push(`Body is too long (maximum is ${maxBody} characters)`);
    if (headSha === undefined) wrong.push("Head sha can't be blank");
    if (baseSha === undefined) wrong.push("Base sha can't be blank");
    if (headSha === undefined || baseSha === undefined) wrong.push(`No commits between ${base} and ${head}`);
    else wrong.push(...(await wrongBetween(options.git, repository, base, baseSha, head, headSha)));
    if (headSha === undefined) wrong.push("Head ref must be a branch");
    if (baseSha === undefined) wrong.push("Base ref must be a branch");
    if (own.some((record) => record.head.ref === head && record.base.ref === base && record.state === "open"))
      wrong.push(`A pull request already exists for ${owner}:${head}.`);
    if (own.length >= maxPullRequests) wrong.push(`This repository has ${maxPullRequests} pull requests, and takes no more`);
    if (wrong.length > 0 || headSha === undefined || baseSha === undefined) throw new CloisterError("bad-request", wrong.join(", "));

    const written = proposal.body.replaceAll("\r\n", "\n");
    const record: PullRequestRecord = {
      owner,
      repository: name,
      number: Math.max(0, ...own.map((record) => record.number)) + 1,
      title: proposal.title.trim(),
      body: options.complete === undefined ? written : await options.complete(written, headSha),
      head: { ref: head, sha: headSha },
      base: { ref: base, sha: baseSha },
      author: options.author,
      createdAt: new Date(options.now()).toISOString().replace(/\.\d+Z$/, "Z"),
      draft: proposal.draft,
      state: "open",
    };
    return { records: [...records, record], result: record };
  });
}

/** Let the pull requests of a repository follow their branches, after a push. */
export async function followBranches(git: GitSetting, store: PullRequestStore, repository: Repository): Promise<void> {
  await store.update(async (records) => {
    let changed = false;
    const followed: PullRequestRecord[] = [];
    for (const record of records) {
      if (record.owner !== repository.owner || record.repository !== repository.name) {
        followed.push(record);
        continue;
      }
      const head = (await branchTip(git, repository, record.head.ref)) ?? record.head.sha;
      const base = (await branchTip(git, repository, record.base.ref)) ?? record.base.sha;
      if (head !== record.head.sha || base !== record.base.sha) changed = true;
      followed.push({ ...record, head: { ...record.head, sha: head }, base: { ...record.base, sha: base } });
    }
    return { records: changed ? followed : records, result: undefined };
  });
}

async function wrongBetween(
  git: GitSetting,
  repository: Repository,
  base: string,
  baseSha: string,
  head: string,
  headSha: string,
): Promise<string[]> {
  const related = await runGit(git, ["-C", repository.path, "merge-base", baseSha, headSha]);
  if (related.exit !== 0) return [`The ${head} branch has no history in common with ${base}`];
  const ahead = await runGit(git, ["-C", repository.path, "rev-list", "--max-count=1", `${baseSha}..${headSha}`]);
  return ahead.stdout.trim() === "" ? [`No commits between ${base} and ${head}`] : [];
}
