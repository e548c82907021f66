import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { createRelay } from "../../bench/relay.ts";
import type { FoundClient } from "../client/find-clients.ts";
import { runIncident, type IncidentResult } from "../incident/run.ts";
import { loadCluster } from "../incident/cluster/load-cluster.ts";
import { changeOf, emptyRecord, recordEvent } from "../incident/session-record.ts";
import type { SessionPart } from "../incident/session-part.ts";
import { isUnknown } from "../incident/truth.ts";
import type { Scenario } from "../incident/scenario.ts";
import { snapshotOf } from "../incident/snapshot.ts";
import { dietOf } from "../prompt/diet.ts";
import { incidentSystem } from "../prompt/system-text.ts";
import type { Observe, SessionEvent } from "../record/events.ts";
import type { SessionSummary } from "../record/summary.ts";
import { createGuide } from "../runbook/guide.ts";
import { withoutSearch } from "../runbook/without-search.ts";
import { type GuidanceLevel, type Runbook, testCommand } from "../runbook/runbook.ts";
import type { Runtime, RuntimeFacts } from "../runtime/runtime.ts";
import type { CliContext } from "./context.ts";
import { readText } from "./cluster/working-tree.ts";
import { openRuntime, openScripted, type OpenedRuntime, type RuntimeChoice } from "./open-runtime.ts";
import { findScenario } from "./find-scenario.ts";
import { findPrograms } from "./programs.ts";
import { readRunbook } from "./read-runbook.ts";
import { writeSessionPrograms } from "./session-programs.ts";
import { withTempFolder } from "./temp-folder.ts";
import { readManifestFolder, type SessionTriage, triageSession } from "./triage-facts.ts";
import { findClient, withSession } from "./with-session.ts";

export interface IncidentRequest extends Omit<RuntimeChoice, "runtime"> {
  readonly id: string;
  readonly scenarios: string;
  readonly runtime: RuntimeChoice["runtime"] | "scripted";
  readonly guidance: GuidanceLevel | undefined;
  readonly client: string | undefined;
  /** A file; the package's own for this kind of incident where it is absent. */
  readonly runbook: string | undefined;
  /** A line of thought before calls in which there is something to choose; as the runbook says where it is absent. */
  readonly thought?: boolean | undefined;
  /** Opens the engine, for whoever brings one; by `runtime` and `model` where it is absent. */
  readonly open?: ((place: { readonly workdir: string }) => Promise<OpenedRuntime>) | undefined;
  /** What the session goes without, to see what it is worth. */
  readonly without?: readonly SessionPart[] | undefined;
  /** The client is pointed straight at the Messages endpoint of `url`, without any of ours: what one would have without Cloister. */
  readonly baseline?: boolean | undefined;
}

export interface IncidentReport {
  readonly scenario: Scenario;
  readonly facts: RuntimeFacts;
  readonly guidance: GuidanceLevel;
  readonly client: FoundClient;
  readonly result: IncidentResult;
  readonly summary: SessionSummary;
  /** Who wrote the change, where there is one. */
  readonly change: "quick-fix" | "model";
  readonly folder: string;
  readonly times: { readonly loadMs: number; readonly clientStartMs: number; readonly judgeMs: number; readonly totalMs: number };
}

/** Longest answer of a turn, in tokens. An edit or a pull request's text fits several times over. */
const longestAnswer = 1024;

/** Puts a session together and takes the scenario through it. What `observe` is told also goes to the session's log. */
export async function runIncidentSession(context: CliContext, request: IncidentRequest, observe: Observe): Promise<IncidentReport> {
  const started = performance.now();
  const scenario = await findScenario(join(request.scenarios, request.id));
  const has = (part: SessionPart): boolean => request.baseline !== true && request.without?.includes(part) !== true;
  const read = withBudgets(await readRunbook(request.runbook ?? usualRunbook(context, scenario)), scenario);
  const runbook = has("check") ? read : withoutSearch(read);
  const tests = has("check") ? testCommand(runbook) : undefined;
  const programs = await findPrograms(["kubectl", "git", "gh"], context.env["PATH"] ?? "");
  return withTempFolder(async (tempFolder) => {
    const client = await findClient(context, request.client, tempFolder);
    const manifests = await readManifestFolder(scenario.paths.repo);
    const found = has("triage") ? await triageOf(scenario, manifests, has("quick-fix")) : undefined;
    const own = await writeSessionPrograms(
      context.packageRoot,
      tempFolder,
      [
        ...(has("triage") ? (["triage"] as const) : []),
        ...(has("check") ? (["check"] as const) : []),
        ...(has("quick-fix") ? (["fix"] as const) : []),
      ],
      { fixes: found === undefined ? undefined : { namespace: scenario.namespace, found: found.fixes }, tests },
    );
    const workdir = join(tempFolder, scenario.repository.name);
    const { runtime: kind } = request;
    const opened = await (request.open?.({ workdir }) ??
      (kind === "scripted"
        ? openScripted(scenario.paths.script, { workdir })
        : openRuntime(context, { ...request, runtime: kind }, (text) => observe({ type: "progress", at: Date.now(), text }))));
    const runtime = has("grammar") ? opened.runtime : withoutGrammar(opened.runtime);
    const guidance = guidanceOf(request.guidance ?? opened.guidance, runtime.facts, has);
    const facts = { namespace: scenario.namespace, workdir, manifests: [...manifests.keys()], triage: found?.facts };
    const guide = has("guide") ? createGuide({ runbook, level: guidance, facts, thought: request.thought }) : undefined;
    let record = emptyRecord;
    let firstRequestAt: number | undefined;
    let judgeFrom: number | undefined;
    const watch = (event: SessionEvent): void => {
      if (event.type === "request") firstRequestAt ??= event.at;
      if (event.type === "progress") judgeFrom = event.at;
      record = recordEvent(record, event);
      observe(event);
    };
    const diet = has("diet") ? dietOf("incident", incidentSystem) : dietOf("full");
    const { url } = request;
    const instead =
      request.baseline === true && url !== undefined
        ? (tell: Observe) => createRelay(url.replace(/\/+$/, ""), tell, Date.now, context.signal)
        : undefined;
    const options = { name: scenario.id, runtime, diet, guide, maxTokens: longestAnswer, observe: watch, instead };
    return withSession(context, options, async (session) => {
      const startedAt = Date.now();
      const { model, isModel, window } = runtime.facts;
      const { task } = scenario;
      session.tell({ type: "session", at: startedAt, model, isModel, client: client.version, guidance, task, scenario: scenario.id });
      const result = await runIncident({
        scenario,
        client,
        gateway: session.gateway,
        model: { name: model, window, maxOutput: longestAnswer },
        systemPrompt: incidentSystem,
        token: session.token,
        sessionFolder: session.folder,
        tempFolder,
        env: context.env,
        userHome: homedir(),
        pathFolders: [own.pathFolder, ...programs.pathFolders],
        readable: [...own.readable, ...programs.readable],
        // The answers are in there.
        hidden: [...new Set([resolve(request.scenarios), join(context.packageRoot, "scenarios")])],
        gate: tests !== undefined ? { tests, proof: "required" } : has("check") ? "manifests" : "open",
        author: { model, isModel, guidance, client: client.version },
        record: () => record,
        observe: session.tell,
        now: Date.now,
        signal: context.signal,
      });
      const times = {
        loadMs: opened.loadMs,
        clientStartMs: firstRequestAt === undefined ? 0 : firstRequestAt - startedAt,
        judgeMs: judgeFrom === undefined ? 0 : Date.now() - judgeFrom,
        totalMs: performance.now() - started,
      };
      const report = {
        scenario,
        facts: runtime.facts,
        guidance,
        client,
        result,
        summary: session.summary(),
        change: changeOf(record).quickFix === undefined ? ("model" as const) : ("quick-fix" as const),
        folder: session.folder,
        times,
      };
      await writeFile(join(session.folder, "report.json"), `${JSON.stringify(reportJson(report), undefined, 2)}\n`, { mode: 0o600 });
      return report;
    });
  });
}

/** Without a guide there is no guidance, whatever was asked for; forms need a grammar. */
function guidanceOf(wanted: GuidanceLevel, facts: RuntimeFacts, has: (part: SessionPart) => boolean): GuidanceLevel {
  if (!has("guide")) return "free";
  return wanted === "forms" && !(has("forms") && facts.can.grammar) ? "steps" : wanted;
}

/** The same engine, whose answers are parsed and never held to a grammar. */
function withoutGrammar(runtime: Runtime): Runtime {
  const { facts } = runtime;
  return { ...runtime, facts: { ...facts, can: { ...facts.can, grammar: false } } };
}

/** What is wrong in the recorded cluster, before the model is asked. */
/** What triage finds in a scenario before its session begins. */
export async function triageOf(scenario: Scenario, files: ReadonlyMap<string, string>, quickFixes: boolean): Promise<SessionTriage> {
  const snapshot = snapshotOf(await loadCluster(scenario.paths.cluster));
  const repositoryText = await readText(scenario.paths.repo, new Set(files.keys()));
  return triageSession({ snapshot, namespace: scenario.namespace, files, repositoryText, quickFixes });
}

/** A report as scripts read it; the same object is kept as `report.json`. */
export function reportJson(report: IncidentReport): unknown {
  const { scenario, facts, guidance, client, result, summary, times } = report;
  return {
    scenario: scenario.id,
    control: scenario.truth.causes.length === 0 && !isUnknown(scenario.truth),
    closed: result.closed,
    model: facts.isModel ? facts.model : null,
    modelUsed: facts.isModel,
    runtime: facts.runtime,
    engine: facts.engine,
    template: facts.template,
    guidance,
    client: client.version,
    pullRequest: result.pullRequest ?? null,
    change: result.verify === undefined ? null : report.change,
    verify: result.verify ?? null,
    score: result.score,
    struck: result.struck,
    refusedPushes: summary.refusedPushes,
    turns: summary.turns,
    turnsWithoutModel: summary.turnsWithoutModel,
    calls: summary.calls,
    failedCalls: summary.failedCalls,
    tokens: { read: summary.promptTokens - summary.cachedTokens, kept: summary.cachedTokens, written: summary.outputTokens },
    seconds: {
      total: round(times.totalMs),
      load: round(times.loadMs),
      clientStart: round(times.clientStartMs),
      prefill: round(summary.prefillMs),
      generation: round(summary.decodeMs),
      toolsAndClient: round(summary.toolsMs),
      verify: round(times.judgeMs),
    },
    refused: result.refusals,
    exit: { code: result.client.code, timedOut: result.client.timedOut },
    session: report.folder,
  };
}

function round(ms: number): number {
  return Math.round(ms / 10) / 100;
}

/** By what a scenario's author says of it in its tags, which the person at the terminal sees too. */
function usualRunbook(context: CliContext, scenario: Scenario): string {
  return join(context.packageRoot, "runbooks", scenario.tags.includes("code") ? "code-incident.yaml" : "kubernetes-incident.yaml");
}

/** A scenario's budgets are its own: it says how much its incident may cost. */
function withBudgets(runbook: Runbook, scenario: Scenario): Runbook {
  return { ...runbook, budget: { ...runbook.budget, calls: scenario.budgets.calls, looks: scenario.budgets.looks } };
}
