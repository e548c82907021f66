import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { FoundClient } from "../src/client/find-clients.ts";
import { writeLaunchFiles } from "../src/client/write-launch-files.ts";
import type { CliContext } from "../src/cli/context.ts";
import { findPrograms, type FoundPrograms } from "../src/cli/programs.ts";
import { withTempFolder } from "../src/cli/temp-folder.ts";
import { findClient } from "../src/cli/with-session.ts";
import { CloisterError } from "../src/error.ts";
import { createGateway } from "../src/gateway/gateway.ts";
import { randomIds } from "../src/gateway/random-ids.ts";
import { type Lab, openLab } from "../src/incident/lab.ts";
import { loadScenario, type Scenario } from "../src/incident/scenario.ts";
import type { JsonObject } from "../src/messages/conversation.ts";
import { isJsonObject } from "../src/messages/json.ts";
import { dietOf } from "../src/prompt/diet.ts";
import { incidentSystem } from "../src/prompt/system-text.ts";
import { parseScript } from "../src/runtime/scripted/script.ts";
import { createScriptedRuntime } from "../src/runtime/scripted/scripted.ts";
import { openSeal } from "../src/seal/open-seal.ts";
import { hiddenFolders } from "../src/seal/policy.ts";
import { createSessionCa } from "../src/seal/session-ca.ts";
import { type HostHandler, openSwitchboard } from "../src/seal/switchboard.ts";
import { gatewayHost, runSealedClient } from "../src/session/run-sealed-client.ts";
import { planRecipe } from "./recipe-launch.ts";
import type { Recording, RecordingKind } from "./recording.ts";

/** What the client is told of its model while it is recorded; the name must not be one that it knows. */
const model = { name: "local-model", window: 32_768, maxOutput: 1024 };
/** The session's clock, so that commits and ages are the same in every recording. */
const recordedAt = Date.UTC(2026, 0, 15, 9, 0, 0);

export interface RecordOptions {
  /** The version of the client, `2.1.84`. */
  readonly client: string;
  /** Of `scenarios/`; it has to have a written session. */
  readonly scenario: string;
}

/**
 * Runs the real client in the seal through a scenario's written session, with real kubectl, git and gh, and keeps what it sends. No model
 * is asked. Throws `missing` with a command where the client, a program or the sandbox is not there.
 */
export async function recordSession(context: CliContext, kind: RecordingKind, options: RecordOptions): Promise<Recording> {
  const scenario = await loadScenario(join(context.packageRoot, "scenarios", options.scenario));
  const programs = await findPrograms(["kubectl", "git", "gh"], context.env["PATH"] ?? "");
  return withTempFolder(async (folder) => {
    const client = await findClient(context, options.client, folder);
    const token = randomBytes(32).toString("hex");
    const { signal, env } = context;
    const nobody = (): void => {};
    const now = (): number => recordedAt;
    const forgeRoot = join(folder, "forge");
    const lab = await openLab({
      scenario,
      folder,
      forgeRoot,
      token,
      now,
      env,
      signal,
      onRequest: nobody,
      onPullRequest: nobody,
      // What a client sends is what is wanted here, whatever it pushes.
      gate: "open",
      onGate: nobody,
      complete: (written) => written,
    });
    try {
      const recorder = await createRecorder(scenario, lab.workDir, token);
      try {
        const complaint = await runClient(context, kind, { folder, client, token, scenario, lab, programs, gateway: recorder.handler });
        signal.throwIfAborted();
        if (recorder.requests.length < recorder.turns)
          throw new CloisterError(
            "internal",
            `Client ${client.version} sent ${recorder.requests.length} of ${recorder.turns} requests of the written session: ${complaint.trim()}`,
          );
        return { kind, client: client.version, workDir: lab.workDir, namespace: scenario.namespace, requests: recorder.requests };
      } finally {
        await recorder.close();
      }
    } finally {
      await lab.close();
    }
  });
}

interface Recorder {
  readonly handler: HostHandler;
  /** Requests of the conversation, in order. A title's or a probe's are answered and not kept. */
  readonly requests: JsonObject[];
  readonly turns: number;
  close(): Promise<void>;
}

async function createRecorder(scenario: Scenario, workdir: string, token: string): Promise<Recorder> {
  const script = parseScript(await readFile(scenario.paths.script, "utf8"), scenario.paths.script);
  const scripted = createScriptedRuntime(script, { workdir });
  // What a client sends is recorded as it is: no window of ours may make room in it.
  const runtime = { ...scripted, facts: { ...scripted.facts, window: 1_000_000 } };
  const newId = randomIds();
  const gateway = createGateway({ runtime, token, diet: dietOf("full"), observe: () => {}, now: Date.now, newId });
  const requests: JsonObject[] = [];
  return {
    requests,
    turns: script.turns.length,
    async handler(request) {
      if (request.method !== "POST" || new URL(request.url).pathname !== "/v1/messages") return gateway.fetch(request);
      const text = await request.text();
      const body: unknown = JSON.parse(text);
      if (isJsonObject(body) && Array.isArray(body["tools"]) && body["tools"].length > 0 && body["max_tokens"] !== 1) requests.push(body);
      return gateway.fetch(new Request(request.url, { method: "POST", headers: request.headers, body: text, signal: request.signal }));
    },
    close: () => gateway.close(),
  };
}

interface ClientRun {
  readonly folder: string;
  readonly client: FoundClient;
  readonly token: string;
  readonly scenario: Scenario;
  readonly lab: Lab;
  readonly programs: FoundPrograms;
  readonly gateway: HostHandler;
}

/** The client in the seal until it ends; what it complained of. */
async function runClient(context: CliContext, kind: RecordingKind, run: ClientRun): Promise<string> {
  const { lab, scenario, gateway } = run;
  const hosts = new Map([[gatewayHost, gateway], ...lab.hosts]);
  const date = new Date(recordedAt).toISOString();
  const extraEnv = { ...lab.clientEnv, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  if (kind === "recipe") return runRecipe(context, run, hosts, extraEnv);
  const { complaint } = await runSealedClient({
    client: run.client,
    mode: { kind: "run", task: scenario.task },
    profile: kind === "incident" ? { kind: "incident", systemPrompt: incidentSystem } : { kind: "code" },
    model,
    token: run.token,
    hosts,
    folder: run.folder,
    workDir: lab.workDir,
    extraEnv,
    ...run.programs,
    userHome: homedir(),
    searchPath: context.env["PATH"] ?? "",
    onRefused: () => {},
    signal: context.signal,
  });
  return complaint;
}

/** The same walls as for a session of ours around a launch that is not ours: with its default settings the client tries several ways out. */
async function runRecipe(
  context: CliContext,
  run: ClientRun,
  hosts: ReadonlyMap<string, HostHandler>,
  extraEnv: Readonly<Record<string, string>>,
): Promise<string> {
  const { folder, client, lab, programs } = run;
  const names = [...hosts.keys()];
  const ca = await createSessionCa(names);
  const socketPath = join(folder, "door.sock");
  const configFolder = join(folder, "home");
  const switchboard = await openSwitchboard({ socketPath, hosts, ca });
  try {
    const seal = await openSeal({
      hosts: names,
      socketPath,
      caPem: ca.caPem,
      writable: [lab.workDir, configFolder],
      hidden: hiddenFolders(homedir()),
      readable: [client.folder, ...programs.pathFolders, ...programs.readable],
      tempRoot: folder,
      searchPath: context.env["PATH"] ?? "",
    });
    try {
      const launch = planRecipe({
        client,
        task: run.scenario.task,
        model: model.name,
        gatewayUrl: `http://${gatewayHost}`,
        token: run.token,
        configFolder,
        workDir: lab.workDir,
        pathFolders: programs.pathFolders,
        extraEnv,
      });
      await writeLaunchFiles(launch);
      const child = await seal.run(launch, { stdio: "pipe", signal: context.signal });
      let words = "";
      child.stdout?.resume();
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-4000)));
      await child.exited;
      return words;
    } finally {
      await seal.close();
    }
  } finally {
    await switchboard.close();
  }
}
