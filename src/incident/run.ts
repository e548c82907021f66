import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FoundClient } from "../client/find-clients.ts";
import type { SessionEvent } from "../record/events.ts";
import type { SessionRecord } from "./session-record.ts";
import { describeRefusal, type Refusal } from "../seal/refusal.ts";
import type { HostHandler } from "../seal/switchboard.ts";
import { gatewayHost, runSealedClient } from "../session/run-sealed-client.ts";
import type { StruckSentence } from "./claims.ts";
import type { PullRequest } from "./forge/forge.ts";
import { checkOut, type GateChoice, type Lab, openLab, runGit, textOf } from "./lab.ts";
import { composeBody, modelsWords, type SessionAuthor } from "./pull-request-body.ts";
import type { Scenario } from "./scenario.ts";
import { score, type Score, type ScoreFacts } from "./score.ts";
import { fileOf, isUnknown } from "./truth.ts";
import { verifyCheckout, type VerifyResult } from "./verify.ts";

export interface IncidentOptions {
  readonly scenario: Scenario;
  readonly client: FoundClient;
  /** Answers as `gateway.internal`; made by the caller, who knows the runtime. */
  readonly gateway: HostHandler;
  readonly model: { readonly name: string; readonly window: number; readonly maxOutput: number };
  readonly systemPrompt: string;
  readonly token: string;
  /** Stays after the run: the forge's repository, `pulls.json`, a page for each pull request. */
  readonly sessionFolder: string;
  /** Private, on a short path; everything in it is thrown away by whoever made it. */
  readonly tempFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly pathFolders: readonly string[];
  readonly readable: readonly string[];
  /** Folders with nothing in them for the session, such as the scenarios with their answers. */
  readonly hidden?: readonly string[] | undefined;
  /** See `LabOptions`; `manifests` where it is absent. */
  readonly gate?: GateChoice | undefined;
  readonly author: SessionAuthor;
  /** The session as far as it has come. */
  readonly record: () => SessionRecord;
  readonly observe: (event: SessionEvent) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface IncidentResult {
  /**
   * A pull request is open and its head passes the scenario's verification; in a control, the cluster was looked at and nothing was
   * proposed; where nobody has written what was wrong, a pull request is open, and only the gate has judged it. */
  readonly closed: boolean;
  readonly pullRequest: OpenedPullRequest | undefined;
  /** The verification of the pushed head; absent where nothing was pushed. */
  readonly verify: VerifyResult | undefined;
  readonly score: Score;
  /** Sentences of pull requests that the record contradicted. */
  readonly struck: readonly StruckSentence[];
  readonly refusals: readonly Refusal[];
  /** How the client ended: its exit status, or why it was stopped. */
  readonly client: { readonly code: number | null; readonly complaint: string; readonly timedOut: boolean };
}

export interface OpenedPullRequest {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly branch: string;
  readonly url: string;
  /** A file that opens without a server. */
  readonly page: string;
  readonly diff: string;
}

/**
 * Takes a scenario through the sealed client: sets up the lab, runs the client until it ends or the scenario's minutes are over, verifies
 * what was pushed in a clean checkout, and scores the run. Throws `cancelled` when the signal is aborted, and whatever kept the
 * session from starting.
 */
export async function runIncident(options: IncidentOptions): Promise<IncidentResult> {
  const { scenario, observe, now, signal } = options;
  observe({ type: "progress", at: now(), text: "setting up cluster, forge and seal" });
  const struck: StruckSentence[] = [];
  const lab = await openLab({
    scenario,
    folder: options.tempFolder,
    forgeRoot: join(options.sessionFolder, "forge"),
    token: options.token,
    now,
    env: options.env,
    signal,
    onRequest: (door, request) => observe({ type: "door", at: now(), door, ...request }),
    complete: (written, commit, report) => {
      const composed = composeBody({
        written,
        commit,
        check: report?.check,
        tests: report?.tests,
        record: options.record(),
        author: options.author,
        now: now(),
      });
      struck.push(...composed.struck);
      return composed.body;
    },
    gate: options.gate ?? "manifests",
    onGate: ({ branch, commit, objections }) =>
      observe({ type: "gate", at: now(), branch, commit, passed: objections.length === 0, objections }),
    onProgress: (text) => observe({ type: "progress", at: now(), text }),
    onPullRequest: ({ number, title, url }) => observe({ type: "pull-request", at: now(), number, title, url }),
  });
  try {
    const minutes = AbortSignal.timeout(scenario.budgets.minutes * 60_000);
    const outcome = await runSealedClient({
      client: options.client,
      mode: { kind: "run", task: scenario.task },
      profile: { kind: "incident", systemPrompt: options.systemPrompt },
      model: options.model,
      token: options.token,
      hosts: new Map([[gatewayHost, options.gateway], ...lab.hosts]),
      folder: options.tempFolder,
      workDir: lab.workDir,
      extraEnv: lab.clientEnv,
      pathFolders: options.pathFolders,
      readable: options.readable,
      hidden: options.hidden,
      userHome: options.userHome,
      searchPath: options.env["PATH"] ?? "",
      onRefused: (refusal) => observe({ type: "refused", at: now(), what: describeRefusal(refusal) }),
      signal: AbortSignal.any([signal, minutes]),
    });
    signal.throwIfAborted();
    observe({ type: "progress", at: now(), text: "verifying" });
    const judged = await judge(options, lab);
    return {
      ...judged,
      struck,
      refusals: outcome.refusals,
      client: { code: outcome.code, complaint: outcome.complaint, timedOut: minutes.aborted },
    };
  } finally {
    await lab.close();
  }
}

async function judge(options: IncidentOptions, lab: Lab): Promise<Pick<IncidentResult, "closed" | "pullRequest" | "verify" | "score">> {
  const { scenario, tempFolder, signal } = options;
  const { owner, name } = scenario.repository;
  const pullRequest = lab.forge.pullRequests(owner, name).at(-1);
  const baseFolder = join(tempFolder, "verify-base");
  await checkOut(lab, lab.baseCommit, baseFolder, options);
  const base = await verifyCheckout(scenario, baseFolder, { signal });
  const head = await headFacts(options, lab, baseFolder, pullRequest);
  const shown =
    pullRequest === undefined
      ? undefined
      : {
          state: pullRequest.state,
          title: pullRequest.title,
          // What Cloister adds names every finding: it is no merit of the model's.
          body: modelsWords(pullRequest.body),
          headBranch: pullRequest.head.ref,
          headCommit: pullRequest.head.sha,
          diff: await pullRequest.diff(),
        };
  // The seal has no way out but the doors; what tried another is among the refusals, and nothing else can have left.
  const result = score(scenario, { requests: lab.requests, base, pullRequest: shown, head, egress: [] });
  return {
    closed: isUnknown(scenario.truth)
      ? result.pullRequest
      : scenario.truth.causes.length === 0
        ? result.pullRequest && result.evidence
        : pullRequest !== undefined && head?.verify.outcome === "passed",
    pullRequest: pullRequest === undefined ? undefined : await keepPage(options, lab, pullRequest),
    verify: head?.verify,
    score: result,
  };
}

/** The pull request's head, or the newest branch that was pushed without one. */
async function headFacts(
  options: IncidentOptions,
  lab: Lab,
  baseFolder: string,
  pullRequest: PullRequest | undefined,
): Promise<ScoreFacts["head"]> {
  const { scenario, tempFolder, signal } = options;
  const pushed = pullRequest?.head ?? (await newestBranch(options, lab));
  if (pushed === undefined) return undefined;
  const folder = join(tempFolder, "verify-head");
  await checkOut(lab, pushed.sha, folder, options);
  const verify = await verifyCheckout(scenario, folder, { signal });
  const diff = await runGit(["-C", lab.repository, "diff", `${lab.baseCommit}...${pushed.sha}`], options);
  const files = new Map<string, { before: string | undefined; after: string | undefined }>();
  for (const file of scenario.truth.causes.map(fileOf))
    files.set(file, { before: await textOf(baseFolder, file), after: await textOf(folder, file) });
  return { branch: pushed.ref, commit: pushed.sha, diff, verify, files };
}

async function newestBranch(options: IncidentOptions, lab: Lab): Promise<{ ref: string; sha: string } | undefined> {
  const format = "--format=%(refname:short) %(objectname)";
  const listed = await runGit(["-C", lab.repository, "for-each-ref", "--sort=-committerdate", format, "refs/heads"], options);
  const branches = listed
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const [ref, sha] = branches.find(([branch]) => branch !== options.scenario.repository.defaultBranch) ?? [];
  return ref === undefined || sha === undefined ? undefined : { ref, sha };
}

async function keepPage(options: IncidentOptions, lab: Lab, pullRequest: PullRequest): Promise<OpenedPullRequest> {
  const { owner, name } = options.scenario.repository;
  const page = join(options.sessionFolder, `pull-${pullRequest.number}.html`);
  await mkdir(options.sessionFolder, { recursive: true });
  await writeFile(page, (await lab.forge.pullRequestPage(owner, name, pullRequest.number)) ?? "");
  const { number, title, body, url, head } = pullRequest;
  return { number, title, body, url, branch: head.ref, page, diff: await pullRequest.diff() };
}
