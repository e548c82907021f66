import { homedir } from "node:os";
import type { LaunchMode, LaunchProfile } from "../client/plan-launch.ts";
import { CloisterError } from "../error.ts";
import { type Diet, dietToolNames } from "../prompt/diet.ts";
import { codeSystem } from "../prompt/system-text.ts";
import type { Observe, SessionEvent } from "../record/events.ts";
import type { SessionSummary } from "../record/summary.ts";
import { firstLookGuide } from "../runbook/first-look.ts";
import { repositoryGuards } from "../seal/policy.ts";
import { describeRefusal } from "../seal/refusal.ts";
import { type ClientOutcome, gatewayHost, runSealedClient } from "../session/run-sealed-client.ts";
import type { CliContext } from "./context.ts";
import { loadDiet } from "./load-diet.ts";
import { openRuntime, type RuntimeChoice } from "./open-runtime.ts";
import { findPrograms } from "./programs.ts";
import { withTempFolder } from "./temp-folder.ts";
import { findClient, withSession } from "./with-session.ts";

export interface ClientRequest extends RuntimeChoice {
  readonly mode: LaunchMode;
  readonly client: string | undefined;
  /** A profile of ours or a file. */
  readonly diet: string;
}

export interface ClientReport {
  readonly outcome: ClientOutcome;
  readonly summary: SessionSummary;
  readonly model: string;
  readonly client: string;
  readonly folder: string;
  /** The model's last words. */
  readonly said: string;
}

/** Longest answer of a turn, in tokens: a person at the terminal can stop a long one, an unattended run cannot. */
const longestAnswer = { run: 1024, code: 4096 };

/** The client in the seal on the current folder, with the gateway as the only host that answers. */
export async function runClientSession(context: CliContext, request: ClientRequest, observe: Observe): Promise<ClientReport> {
  const workDir = context.cwd;
  if (workDir === "/" || workDir === homedir()) {
    throw new CloisterError("usage", `A session may write everything in its folder, and this one is ${workDir}.`, {
      hint: "Change into a project's folder first.",
    });
  }
  const programs = await findPrograms(["git"], context.env["PATH"] ?? "");
  return withTempFolder(async (tempFolder) => {
    const client = await findClient(context, request.client, tempFolder);
    const diet = await loadDiet(request.diet, context.cwd);
    const { runtime, guidance } = await openRuntime(context, request, (text) => observe({ type: "progress", at: Date.now(), text }));
    const maxTokens = longestAnswer[request.mode.kind];
    const guide = request.mode.kind === "run" && guidance !== "free" ? firstLookGuide : undefined;
    let said = "";
    const watch = (event: SessionEvent): void => {
      if (event.type === "said") said = event.text;
      observe(event);
    };
    return withSession(context, { name: request.mode.kind, runtime, diet, guide, maxTokens, observe: watch }, async (session) => {
      const { tell } = session;
      const { model, isModel, window } = runtime.facts;
      const task = request.mode.kind === "run" ? request.mode.task : "(at the terminal)";
      tell({
        type: "session",
        at: Date.now(),
        model,
        isModel,
        client: client.version,
        guidance: guide === undefined ? "free" : "first look",
        task,
      });
      const outcome = await runSealedClient({
        client,
        mode: request.mode,
        profile: profileFor(request.mode, diet),
        model: { name: model, window, maxOutput: maxTokens },
        token: session.token,
        hosts: new Map([[gatewayHost, session.gateway]]),
        folder: tempFolder,
        workDir,
        readOnly: repositoryGuards(workDir),
        ...programs,
        userHome: homedir(),
        searchPath: context.env["PATH"] ?? "",
        terminal: context.env,
        onRefused: (refusal) => tell({ type: "refused", at: Date.now(), what: describeRefusal(refusal) }),
        onResize: (resized) => {
          context.stdout.on("resize", resized);
          return () => context.stdout.off("resize", resized);
        },
        signal: context.signal,
      });
      context.signal.throwIfAborted();
      return { outcome, summary: session.summary(), model, client: client.version, folder: session.folder, said };
    });
  });
}

/** The client is started with the tools and the words that the model will read: what it shows of its context is then what there is. */
function profileFor(mode: LaunchMode, diet: Diet): LaunchProfile {
  const tools = dietToolNames(diet);
  if (mode.kind === "run") return { kind: "incident", systemPrompt: diet.system ?? codeSystem, tools };
  return { kind: "code", tools, systemPrompt: diet.system };
}
