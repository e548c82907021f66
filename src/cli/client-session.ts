import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { chooseClient, findClients } from "../client/find-clients.ts";
import type { LaunchMode, LaunchProfile } from "../client/plan-launch.ts";
import { CloisterError } from "../error.ts";
import { createGateway } from "../gateway/gateway.ts";
import { dietOf } from "../prompt/diet.ts";
import { codeSystem } from "../prompt/system-text.ts";
import type { Observe, SessionEvent } from "../record/events.ts";
import { openLog } from "../record/log.ts";
import { addEvent, emptySummary, type SessionSummary } from "../record/summary.ts";
import { repositoryGuards } from "../seal/policy.ts";
import { describeRefusal } from "../seal/refusal.ts";
import { type ClientOutcome, gatewayHost, runSealedClient } from "../session/run-sealed-client.ts";
import type { CliContext } from "./context.ts";
import { openEmbedded } from "./open-runtime.ts";
import { findPrograms } from "./programs.ts";
import { makeSessionFolder } from "./session-folder.ts";
import { withTempFolder } from "./temp-folder.ts";

export interface ClientRequest {
  readonly mode: LaunchMode;
  readonly model: string;
  readonly client: string | undefined;
  readonly window: number;
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

const longestAnswer = 4096;

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
    const searchPath = context.env["PATH"] ?? "";
    const given = request.client?.includes("/") === true ? request.client : undefined;
    const { packageRoot, signal } = context;
    const clients = await findClients({ given, searchPath, packageRoot, node: process.execPath, tempRoot: tempFolder, signal });
    const client = chooseClient(clients, request.client ?? "latest");
    observe({ type: "progress", at: Date.now(), text: `loading ${request.model}` });
    const { runtime } = await openEmbedded(context, request.model, request.window);
    const folder = await makeSessionFolder(context.home, request.mode.kind);
    const log = openLog(join(folder, "events.ndjson"));
    let summary = emptySummary;
    let said = "";
    const tell = (event: SessionEvent): void => {
      summary = addEvent(summary, event);
      if (event.type === "said") said = event.text;
      log.write(event);
      observe(event);
    };
    const token = randomBytes(32).toString("hex");
    const newId = () => randomBytes(12).toString("hex");
    const diet = dietOf("code", codeSystem);
    const gateway = createGateway({ runtime, token, diet, observe: tell, now: Date.now, newId, limits: { maxTokens: longestAnswer } });
    try {
      const { model, isModel, window } = runtime.facts;
      const task = request.mode.kind === "run" ? request.mode.task : "(at the terminal)";
      tell({ type: "session", at: Date.now(), model, isModel, client: client.version, guidance: "free", task });
      const profile: LaunchProfile = request.mode.kind === "run" ? { kind: "incident", systemPrompt: codeSystem } : { kind: "code" };
      const outcome = await runSealedClient({
        client,
        mode: request.mode,
        profile,
        model: { name: model, window, maxOutput: longestAnswer },
        token,
        hosts: new Map([[gatewayHost, (incoming: Request) => gateway.fetch(incoming)]]),
        folder: tempFolder,
        workDir,
        readOnly: repositoryGuards(workDir),
        ...programs,
        userHome: homedir(),
        searchPath,
        terminal: context.env,
        onRefused: (refusal) => tell({ type: "refused", at: Date.now(), what: describeRefusal(refusal) }),
        onResize: (resized) => {
          context.stdout.on("resize", resized);
          return () => context.stdout.off("resize", resized);
        },
        signal,
      });
      signal.throwIfAborted();
      return { outcome, summary, model, client: client.version, folder, said };
    } finally {
      await gateway.close();
      log.close();
      await runtime.close();
    }
  });
}
