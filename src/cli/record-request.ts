import { spawn } from "node:child_process";
import { join } from "node:path";
import type { FoundClient } from "../client/find-clients.ts";
import { type LaunchProfile, planLaunch } from "../client/plan-launch.ts";
import { writeLaunchFiles } from "../client/write-launch-files.ts";
import { CloisterError } from "../error.ts";
import { createGateway } from "../gateway/gateway.ts";
import { listen } from "../gateway/listen.ts";
import { dietOf } from "../prompt/diet.ts";
import { parseScript } from "../runtime/scripted/script.ts";
import { createScriptedRuntime } from "../runtime/scripted/scripted.ts";

/** Milliseconds that a client may take for one answer that needs no model. */
const patience = 60_000;
const hello = "{ name: recorder, window: 1000000, turns: [{ says: Hello. }] }";

export interface RecordOptions {
  readonly client: FoundClient;
  readonly profile: LaunchProfile | "as-it-comes";
  readonly task: string;
  /** Private, and removed by whoever made it. */
  readonly folder: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
}

/**
 * The first request that the client makes of a task, as it comes over the wire: the client is started once against a gateway on loopback that
 * says hello and ends. Throws `internal` with the client's last words where none comes.
 */
export async function recordFirstRequest(options: RecordOptions): Promise<string> {
  const runtime = createScriptedRuntime(parseScript(hello));
  const token = "recorder";
  let ids = 0;
  const gateway = createGateway({ runtime, token, diet: dietOf("full"), observe: () => {}, now: Date.now, newId: () => String(++ids) });
  let body: string | undefined;
  const listening = await listen(
    async (request) => {
      if (new URL(request.url).pathname === "/v1/messages") {
        const text = await request.clone().text();
        // Without tools it is a question aside: a title, a probe.
        if (/"tools":\[\{/.test(text)) body ??= text;
      }
      return gateway.fetch(request);
    },
    { host: "127.0.0.1", port: 0 },
  );
  try {
    const said = await runClient(options, listening.url, token);
    if (body === undefined)
      throw new CloisterError("internal", `The client ended without asking anything: ${said.trim().slice(-500)}`, {
        hint: "cloister prompt show --request FILE takes a request from a file.",
      });
    return body;
  } finally {
    await listening.close();
    await gateway.close();
    await runtime.close();
  }
}

async function runClient(options: RecordOptions, gatewayUrl: string, token: string): Promise<string> {
  const { client, task, workDir, profile } = options;
  const plan = planLaunch({
    client,
    mode: { kind: "run", task },
    profile: profile === "as-it-comes" ? { kind: "code" } : profile,
    model: "recorder",
    gatewayUrl,
    token,
    configFolder: join(options.folder, "home"),
    workDir,
    window: 200_000,
    maxOutput: 1024,
    pathFolders: ["/usr/local/bin", "/usr/bin", "/bin"],
  });
  const tools = plan.argv.indexOf("--tools");
  const argv = profile === "as-it-comes" ? plan.argv.toSpliced(tools, 2) : plan.argv;
  await writeLaunchFiles(plan);
  const [program = "", ...flags] = argv;
  const child = spawn(program, flags, {
    cwd: workDir,
    env: plan.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: patience,
    killSignal: "SIGKILL",
    signal: options.signal,
  });
  let said = "";
  const listenTo = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
  child.stdout.on("data", listenTo);
  child.stderr.on("data", listenTo);
  try {
    await new Promise<void>((done, fail) => {
      child.once("error", fail);
      child.once("close", () => done());
    });
    return said;
  } finally {
    child.kill("SIGKILL");
  }
}
