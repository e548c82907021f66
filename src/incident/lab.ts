import { spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CloisterError } from "../error.ts";
import type { HostHandler } from "../seal/switchboard.ts";
import type { Snapshot } from "../triage/snapshot.ts";
import { createClusterApi, type ObservedRequest } from "./cluster/cluster-api.ts";
import { kubeconfig } from "./cluster/kubeconfig.ts";
import { loadCluster } from "./cluster/load-cluster.ts";
import { createForge, type Forge, type PullRequest } from "./forge/forge.ts";
import type { Gate } from "./forge/gate.ts";
import { createManifestGate, type GateReport } from "./gate.ts";
import { makeRepository } from "./repository.ts";
import type { Scenario } from "./scenario.ts";
import { snapshotOf } from "./snapshot.ts";
import type { TestsOptions } from "./tests/check-tests.ts";
import { createTestGate } from "./tests/test-gate.ts";

export const clusterHost = "kube.internal";
export const forgeHost = "forge.internal";

export interface LabOptions {
  readonly scenario: Scenario;
  /** The session's private folder: the checkout and the client's home are made in it. */
  readonly folder: string;
  /** Where the forge keeps its repository and pull requests; it stays after the session. */
  readonly forgeRoot: string;
  readonly token: string;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onRequest: (door: "cluster" | "forge", request: ObservedRequest) => void;
  readonly gate: GateChoice;
  readonly onGate: (report: GateReport) => void;
  /** What the gate does, where it takes its time. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Makes a pull request's text of what was written for it; `report` is the gate's of its head, where it made one. */
  readonly complete: (written: string, commit: string, report: GateReport | undefined) => string;
  readonly onPullRequest: (pullRequest: PullRequest) => void;
  readonly signal: AbortSignal;
}

/**
 * `manifests`: a branch is pushed on only where its manifests pass the check. `tests`: only where the repository's own tests do, run by this command.
 * `open`: every branch is.
 */
export type GateChoice = "manifests" | "open" | { readonly tests: readonly string[]; readonly proof: TestsOptions["proof"] };

/** A scenario set up to be worked on: its cluster and its forge answer, its repository is checked out. */
export interface Lab {
  readonly hosts: ReadonlyMap<string, HostHandler>;
  readonly workDir: string;
  readonly baseCommit: string;
  /** For kubectl, git and gh inside the seal. */
  readonly clientEnv: Readonly<Record<string, string>>;
  readonly forge: Forge;
  /** The forge's bare repository. */
  readonly repository: string;
  /** What the cluster was asked, in order. */
  readonly requests: readonly ObservedRequest[];
  close(): Promise<void>;
}

/** Sets a scenario up below `folder`. The caller removes the folder. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { scenario, folder, token } = options;
  const { owner, name, defaultBranch } = scenario.repository;
  const requests: ObservedRequest[] = [];
  const recorded = await loadCluster(scenario.paths.cluster);
  const cluster = createClusterApi(recorded, {
    now: options.now,
    observe: (request) => {
      requests.push(request);
      options.onRequest("cluster", request);
    },
  });
  const snapshot = snapshotOf(recorded);
  const reports = new Map<string, GateReport>();
  const onVerdict = (report: GateReport): void => {
    reports.set(report.commit, report);
    options.onGate(report);
  };
  const gate = chooseGate(options, snapshot, onVerdict);
  const forge = await createForge({
    root: options.forgeRoot,
    host: forgeHost,
    token,
    now: options.now,
    observe: (request) => options.onRequest("forge", request),
    onPullRequest: options.onPullRequest,
    complete: async (written, commit) => Promise.resolve(options.complete(written, commit, reports.get(commit))),
    ...(gate === undefined ? {} : { gate }),
    env: options.env,
  });
  try {
    const workDir = join(folder, name);
    const { head } = await makeRepository(scenario, workDir, { env: options.env, now: options.now(), signal: options.signal });
    await forge.createRepository({ owner, name, defaultBranch, from: workDir });
    const git = (...args: string[]) => runGit(["-C", workDir, ...args], options);
    await git("remote", "add", "origin", `https://${forgeHost}/${owner}/${name}.git`);
    await git("update-ref", `refs/remotes/origin/${defaultBranch}`, head);
    await git("symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${defaultBranch}`);
    await git("branch", "--quiet", `--set-upstream-to=origin/${defaultBranch}`, defaultBranch);
    const home = join(folder, "home");
    await mkdir(home, { recursive: true, mode: 0o700 });
    await writeFile(join(home, "kubeconfig"), kubeconfig({ server: `http://${clusterHost}`, namespace: scenario.namespace }), {
      mode: 0o600,
    });
    await writeFile(join(home, ".gitconfig"), gitConfig(token), { mode: 0o600 });
    return {
      hosts: new Map<string, HostHandler>([
        [clusterHost, (request) => cluster.fetch(request)],
        [forgeHost, (request) => forge.fetch(request)],
      ]),
      workDir,
      baseCommit: head,
      clientEnv: clientEnv(home, token),
      forge,
      repository: join(options.forgeRoot, "repositories", owner, `${name}.git`),
      requests,
      close: () => forge.close(),
    };
  } catch (thrown) {
    await forge.close();
    throw thrown;
  }
}

function chooseGate(options: LabOptions, snapshot: Snapshot, onVerdict: (report: GateReport) => void): Gate | undefined {
  const { gate, scenario, folder, env, onProgress, signal } = options;
  if (gate === "open") return undefined;
  if (gate === "manifests") return createManifestGate({ snapshot, namespace: scenario.namespace, onVerdict });
  const searchPath = env["PATH"] ?? "";
  return createTestGate({
    command: gate.tests,
    proof: gate.proof,
    tempRoot: folder,
    searchPath,
    node: process.execPath,
    onProgress,
    onVerdict,
    signal,
  });
}

/** Who commits in the session, and the session's token for the one forge that there is. */
function gitConfig(token: string): string {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return `[user]
	name = Cloister
	email = cloister@${forgeHost}
[http "https://${forgeHost}/"]
	extraHeader = Authorization: Basic ${basic}
[init]
	defaultBranch = main
[advice]
	detachedHead = false
[core]
	pager = cat
`;
}

function clientEnv(home: string, token: string): Record<string, string> {
  return {
    KUBECONFIG: join(home, "kubeconfig"),
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GH_HOST: forgeHost,
    GH_ENTERPRISE_TOKEN: token,
    GH_CONFIG_DIR: join(home, ".config", "gh"),
    GH_PROMPT_DISABLED: "1",
    GH_NO_UPDATE_NOTIFIER: "1",
    GH_TELEMETRY: "false",
    DO_NOT_TRACK: "1",
    GH_PAGER: "cat",
    PAGER: "cat",
  };
}

/** Runs git outside the seal, with nobody's settings; throws `internal` with what git said. Resolves with its output. */
export function runGit(args: readonly string[], options: Pick<LabOptions, "env" | "signal">): Promise<string> {
  return new Promise((done, fail) => {
    const env = {
      PATH: options.env["PATH"] ?? "",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
    };
    const child = spawn("git", [...args], { env, stdio: ["ignore", "pipe", "pipe"], signal: options.signal });
    let out = "";
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-2000)));
    child.once("error", (cause) => fail(new CloisterError("internal", `git could not be run: ${cause.message}`, { cause })));
    child.once("close", (code) => {
      if (code === 0) done(out);
      else fail(new CloisterError("internal", `git ${args.slice(0, 4).join(" ")} failed: ${said.trim()}`));
    });
  });
}

/** A commit's tree in a new folder of its own, without a `.git`'s remotes or hooks from outside. */
export async function checkOut(lab: Lab, commit: string, folder: string, options: Pick<LabOptions, "env" | "signal">): Promise<void> {
  await runGit(["clone", "--quiet", "--no-checkout", "--template=", lab.repository, folder], options);
  await runGit(["-C", folder, "checkout", "--quiet", "--detach", commit], options);
}

/** A file of a checkout as text; nothing where it is not there. */
export async function textOf(folder: string, file: string): Promise<string | undefined> {
  return readFile(join(folder, file), "utf8").catch(() => undefined);
}
