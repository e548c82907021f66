import { join } from "node:path";
import type { FoundClient } from "./find-clients.ts";
import { type GatewayAddress, gatewayEnvironment } from "./gateway-environment.ts";
import { incidentSwitches } from "./switches.ts";

/** Everything a start of the client consists of; `writeLaunchFiles` and the seal carry it out. */
export interface Launch {
  readonly argv: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly files: readonly LaunchFile[];
}

export interface LaunchFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export interface LaunchOptions extends GatewayAddress {
  readonly client: FoundClient;
  readonly mode: LaunchMode;
  readonly profile: LaunchProfile;
  /** A private folder for this session alone; HOME and the client's configuration are in it. */
  readonly configFolder: string;
  readonly workDir: string;
  /** Folders of PATH inside, most wanted first: where kubectl, git, gh and Node are. */
  readonly pathFolders: readonly string[];
  /** The caller's TERM, COLORTERM and time zone, by name; of everything else of its environment nothing is taken. */
  readonly terminal?: Readonly<Record<string, string | undefined>> | undefined;
  /** For the programs that the session uses: KUBECONFIG, GH_HOST, GIT_AUTHOR_NAME … Cannot override what the client needs. */
  readonly extraEnv?: Readonly<Record<string, string>> | undefined;
}

export type LaunchMode =
  /** Unattended: the task, then events as lines of JSON on standard output, see `readClientStream`. */
  | { readonly kind: "run"; readonly task: string }
  /** At the terminal; the flags are the user's own. */
  | { readonly kind: "code"; readonly flags: readonly string[] };

export type LaunchProfile =
  /** The smallest prompt: `--bare`, a short system prompt of ours, three tools where none are named. */
  | { readonly kind: "incident"; readonly systemPrompt: string; readonly tools?: readonly string[] | undefined }
  /**
   * The client with all that it has: skills, hooks, project instructions. Without `systemPrompt` its own prompt is sent, without `tools` those of
   * everyday work are. With both, what `/context` shows is what the model reads.
   */
  | { readonly kind: "code"; readonly systemPrompt?: string | undefined; readonly tools?: readonly string[] | undefined };

/** What may come from the caller's environment, by name. */
const inherited = ["TERM", "COLORTERM", "TZ"] as const;

/** How a client is started so that it sends little, goes nowhere and runs on our model. Pure; both versions take the same. */
export function planLaunch(options: LaunchOptions): Launch {
  const configDir = join(options.configFolder, ".claude");
  return {
    argv: [...options.client.argv, ...modeFlags(options), ...profileFlags(options.profile, options.workDir), ...words(options.mode)],
    env: environment(options, configDir),
    cwd: options.workDir,
    files: [
      { path: join(configDir, ".claude.json"), content: json(clientState(options)), mode: 0o600 },
      { path: join(configDir, "settings.json"), content: json(settings), mode: 0o600 },
    ],
  };
}

function modeFlags({ mode, model }: LaunchOptions): string[] {
  const common = ["--model", model, "--strict-mcp-config"];
  if (mode.kind === "code") return common;
  // The seal is the boundary; a question nobody answers would only end the run.
  const unattended = ["--dangerously-skip-permissions", "--no-session-persistence"];
  return ["-p", "--output-format", "stream-json", "--verbose", ...common, ...unattended];
}

/** What comes last: the task, kept from being read as a flag, or what the user adds. */
function words(mode: LaunchMode): readonly string[] {
  return mode.kind === "run" ? ["--", mode.task] : mode.flags;
}

function profileFlags(profile: LaunchProfile, workDir: string): string[] {
  if (profile.kind === "code") {
    const tools = ["--tools", (profile.tools ?? ["Bash", "Read", "Edit", "Write", "Grep"]).join(",")];
    if (profile.systemPrompt === undefined) return tools;
    // The client's own prompt names the folder; one of ours has to, since paths are absolute.
    return [...tools, "--system-prompt", `${profile.systemPrompt}\n\nWorking folder: ${workDir}`];
  }
  return [
    "--bare",
    "--tools",
    (profile.tools ?? ["Bash", "Read", "Edit"]).join(","),
    "--system-prompt",
    profile.systemPrompt,
    "--disable-slash-commands",
    "--setting-sources",
    "user",
  ];
}

function environment(options: LaunchOptions, configDir: string): Record<string, string> {
  const { terminal = {} } = options;
  const fromCaller = Object.fromEntries(inherited.flatMap((name) => (terminal[name] === undefined ? [] : [[name, terminal[name]]])));
  return {
    TERM: "dumb",
    LANG: "C.UTF-8",
    ...fromCaller,
    ...options.extraEnv,
    HOME: options.configFolder,
    PATH: [...new Set(options.pathFolders)].join(":"),
    SHELL: "/bin/bash",
    ...gatewayEnvironment(options),
    CLAUDE_CONFIG_DIR: configDir,
    IS_SANDBOX: "1",
    ...(options.profile.kind === "incident" ? incidentSwitches : {}),
    BASH_DEFAULT_TIMEOUT_MS: "120000",
    BASH_MAX_TIMEOUT_MS: "600000",
  };
}

/** `.claude.json`: the first-run questions are answered, the work folder is trusted. */
function clientState({ workDir }: LaunchOptions): object {
  return {
    hasCompletedOnboarding: true,
    bypassPermissionsModeAccepted: true,
    projects: { [workDir]: { hasTrustDialogAccepted: true, hasCompletedProjectOnboarding: true, allowedTools: [] } },
  };
}

/**
 * `settings.json`: tools that need a network are denied, and the check that asks a server about an address is skipped. Auto mode, which
 * 2.1.330 starts in, asks a classifier on a server before each call; there is none, so a person is asked instead.
 */
const settings = {
  permissions: { deny: ["WebFetch", "WebSearch"], defaultMode: "default", disableAutoMode: "disable" },
  skipWebFetchPreflight: true,
  skipDangerousModePermissionPrompt: true,
};

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
