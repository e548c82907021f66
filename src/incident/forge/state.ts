import type { GitSetting } from "./git.ts";
import type { Proposal } from "./open-pull-request.ts";
import type { PullRequestRecord, PullRequestStore } from "./pull-request-store.ts";
import type { Repository } from "./repository.ts";

/** What the forge's routes share. */
export interface ForgeState {
  readonly git: GitSetting;
  /** The name it is reached by; every address it gives begins with `https://HOST/`. */
  readonly host: string;
  readonly store: PullRequestStore;
  /** By `owner/name`. Only what is in here is served. */
  readonly repositories: ReadonlyMap<string, Repository>;
  /** Check, write down and announce a pull request. @throws CloisterError `bad-request` in GitHub's words */
  propose(repository: Repository, proposal: Proposal): Promise<PullRequestRecord>;
}

/** The one account: whoever holds the session's token. */
export const account = { id: 1, login: "cloister", name: "Cloister session" } as const;

export function repositoryUrl(state: ForgeState, repository: Repository): string {
  return `https://${state.host}/${repository.owner}/${repository.name}`;
}

export function pullRequestUrl(state: ForgeState, record: PullRequestRecord): string {
  return `https://${state.host}/${record.owner}/${record.repository}/pull/${record.number}`;
}
