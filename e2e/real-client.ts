import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export interface RealClient {
  readonly version: string;
  readonly command: readonly [string, ...string[]];
}

const modules = resolve(import.meta.dirname, "../../node_modules");

/** The two clients of the development dependencies. */
export const realClients: readonly RealClient[] = [
  { version: "2.1.84", command: [process.execPath, join(modules, "claude-code-2.1.84/cli.js")] },
  { version: "2.1.330", command: [join(modules, "@anthropic-ai/claude-code/bin/claude.exe")] },
];

export function isInstalled({ command }: RealClient): boolean {
  return existsSync(command.at(-1) ?? "");
}

/** Keeps the client from everything but its base URL. None of it changes the prompt: the requests are as the client makes them for anybody. */
export const quiet = {
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
  DISABLE_TELEMETRY: "1",
  DISABLE_ERROR_REPORTING: "1",
  DISABLE_AUTOUPDATER: "1",
  DISABLE_UPDATES: "1",
  DISABLE_GROWTHBOOK: "1",
  CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
  CLAUDE_CODE_SKIP_FAST_MODE_ORG_CHECK: "1",
  ENABLE_CLAUDEAI_MCP_SERVERS: "false",
  CLAUDE_CODE_DISABLE_ARTIFACT: "1",
} as const;

export interface ClientStart {
  readonly folder: string;
  /** HOME; the client's configuration is in it. */
  readonly home: string;
  readonly url: string;
  readonly token: string;
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Starts a client with a HOME and a configuration of its own, and nothing of this process's environment but PATH. It ends after two minutes at the latest. */
export function startClient({ command }: RealClient, start: ClientStart): ChildProcessWithoutNullStreams {
  const [file, ...first] = command;
  const env = {
    PATH: process.env["PATH"],
    HOME: start.home,
    CLAUDE_CONFIG_DIR: join(start.home, "config"),
    IS_SANDBOX: "1",
    ANTHROPIC_BASE_URL: start.url,
    ANTHROPIC_AUTH_TOKEN: start.token,
    ...quiet,
    ...start.env,
  };
  return spawn(file, [...first, ...start.flags], { cwd: start.folder, env, timeout: 120_000, killSignal: "SIGKILL" });
}

/** What the user does next: says something, or stops the answer as soon as `when` holds. */
export type Deed = { readonly say: string } | { readonly say: string; readonly stopWhen: () => boolean };

export interface Finished {
  readonly status: number | null;
  /** The lines of type `result`: how each deed ended. */
  readonly results: readonly { readonly is_error: boolean; readonly result?: string }[];
  readonly output: string;
}

/** Takes one process of the client through a list of deeds, each after the one before has its result. */
export async function driveClient(
  client: RealClient,
  start: Omit<ClientStart, "flags">,
  flags: readonly string[],
  deeds: readonly Deed[],
): Promise<Finished> {
  const fixed = ["-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
  const more = ["--model", "test-model", "--dangerously-skip-permissions"];
  const child = startClient(client, { ...start, flags: [...fixed, ...more, ...flags] });
  const results: { is_error: boolean; result?: string }[] = [];
  let output = "";
  let timer: NodeJS.Timeout | undefined;
  const send = (line: object): void => void child.stdin.write(`${JSON.stringify(line)}\n`);
  const next = (): void => {
    clearInterval(timer);
    const deed = deeds[results.length];
    if (deed === undefined) return void child.stdin.end();
    send({ type: "user", message: { role: "user", content: [{ type: "text", text: deed.say }] } });
    if (!("stopWhen" in deed)) return;
    timer = setInterval(() => {
      if (!deed.stopWhen()) return;
      clearInterval(timer);
      send({ type: "control_request", request_id: `stop-${results.length}`, request: { subtype: "interrupt" } });
    }, 20);
  };
  try {
    child.stdin.on("error", () => undefined);
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      if (!line.startsWith('{"type":"result"') && !line.includes('"type":"result"')) return;
      const event = JSON.parse(line) as { type: string; is_error: boolean; result?: string };
      if (event.type !== "result") return;
      results.push(event);
      next();
    });
    next();
    const status = await new Promise<number | null>((done, fail) => {
      child.once("error", fail);
      child.once("close", done);
    });
    return { status, results, output };
  } finally {
    clearInterval(timer);
    child.kill("SIGKILL");
  }
}
