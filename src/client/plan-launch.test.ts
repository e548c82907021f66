import assert from "node:assert/strict";
import { test } from "node:test";
import { planLaunch, type LaunchOptions } from "./plan-launch.ts";

const options: LaunchOptions = {
  client: {
    argv: ["/usr/bin/node", "/opt/claude/cli.js"],
    version: "2.1.84",
    source: "package",
    path: "/opt/claude/cli.js",
    folder: "/opt/claude",
  },
  mode: { kind: "run", task: "Find out why 'web' restarts; $HOME\nand mend it." },
  profile: { kind: "incident", systemPrompt: "You mend clusters." },
  model: "qwen2.5-coder-1.5b",
  gatewayUrl: "http://gateway.internal",
  token: "session-token",
  configFolder: "/s/client",
  workDir: "/s/work",
  window: 32_768,
  maxOutput: 2_048,
  pathFolders: ["/opt/kubectl", "/usr/bin", "/usr/bin"],
};

test("an incident's run: the whole plan", () => {
  assert.deepEqual(
    planLaunch({
      ...options,
      terminal: { TERM: "xterm", SSH_AUTH_SOCK: "/run/agent" },
      extraEnv: { KUBECONFIG: "/s/kube", PATH: "/evil" },
    }),
    {
      argv: [
        "/usr/bin/node",
        "/opt/claude/cli.js",
        "-p",
        "--output-format",
        "stream-json",
        "--verbose",
        "--model",
        "qwen2.5-coder-1.5b",
        "--strict-mcp-config",
        "--dangerously-skip-permissions",
        "--no-session-persistence",
        "--bare",
        "--tools",
        "Bash,Read,Edit",
        "--system-prompt",
        "You mend clusters.",
        "--disable-slash-commands",
        "--setting-sources",
        "user",
        "--",
        "Find out why 'web' restarts; $HOME\nand mend it.",
      ],
      cwd: "/s/work",
      env: {
        TERM: "xterm",
        LANG: "C.UTF-8",
        KUBECONFIG: "/s/kube",
        HOME: "/s/client",
        PATH: "/opt/kubectl:/usr/bin",
        SHELL: "/bin/bash",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_TELEMETRY: "1",
        DISABLE_ERROR_REPORTING: "1",
        DISABLE_AUTOUPDATER: "1",
        DISABLE_UPDATES: "1",
        DISABLE_GROWTHBOOK: "1",
        DISABLE_INSTALLATION_CHECKS: "1",
        DISABLE_FEEDBACK_COMMAND: "1",
        DISABLE_BUG_COMMAND: "1",
        DISABLE_COST_WARNINGS: "1",
        CLAUDE_CODE_DISABLE_FEEDBACK_SURVEY: "1",
        CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL: "1",
        CLAUDE_CODE_SKIP_FAST_MODE_ORG_CHECK: "1",
        CLAUDE_CODE_DISABLE_FAST_MODE: "1",
        CLAUDE_CODE_DISABLE_ARTIFACT: "1",
        CLAUDE_CODE_IDE_SKIP_AUTO_INSTALL: "1",
        ENABLE_CLAUDEAI_MCP_SERVERS: "false",
        npm_config_offline: "true",
        npm_config_update_notifier: "false",
        CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
        CLAUDE_CODE_TOTAL_TOKENS_REMINDER: "off",
        CLAUDE_CODE_DISABLE_THINKING: "1",
        CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
        CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
        CLAUDE_CODE_DISABLE_TERMINAL_TITLE: "1",
        CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "0",
        CLAUDE_CODE_ENABLE_AWAY_SUMMARY: "0",
        CLAUDE_CODE_DISABLE_AGENT_PROGRESS_SUMMARIES: "1",
        CLAUDE_CONFIG_DIR: "/s/client/.claude",
        IS_SANDBOX: "1",
        ANTHROPIC_BASE_URL: "http://gateway.internal",
        ANTHROPIC_AUTH_TOKEN: "session-token",
        ANTHROPIC_MODEL: "qwen2.5-coder-1.5b",
        ANTHROPIC_SMALL_FAST_MODEL: "qwen2.5-coder-1.5b",
        ANTHROPIC_DEFAULT_HAIKU_MODEL: "qwen2.5-coder-1.5b",
        ANTHROPIC_DEFAULT_SONNET_MODEL: "qwen2.5-coder-1.5b",
        ANTHROPIC_DEFAULT_OPUS_MODEL: "qwen2.5-coder-1.5b",
        CLAUDE_CODE_SUBAGENT_MODEL: "qwen2.5-coder-1.5b",
        CLAUDE_CODE_MAX_CONTEXT_TOKENS: "47816",
        CLAUDE_CODE_MAX_OUTPUT_TOKENS: "2048",
        API_TIMEOUT_MS: "3600000",
        CLAUDE_STREAM_IDLE_TIMEOUT_MS: "1800000",
        DISABLE_AUTO_COMPACT: "1",
        CLAUDE_CODE_MAX_RETRIES: "10",
        BASH_DEFAULT_TIMEOUT_MS: "120000",
        BASH_MAX_TIMEOUT_MS: "600000",
        BASH_MAX_OUTPUT_LENGTH: "16384",
      },
      files: [
        {
          path: "/s/client/.claude/.claude.json",
          content: `{
  "hasCompletedOnboarding": true,
  "bypassPermissionsModeAccepted": true,
  "projects": {
    "/s/work": {
      "hasTrustDialogAccepted": true,
      "hasCompletedProjectOnboarding": true,
      "allowedTools": []
    }
  }
}
`,
          mode: 0o600,
        },
        {
          path: "/s/client/.claude/settings.json",
          content: `{
  "permissions": {
    "deny": [
      "WebFetch",
      "WebSearch"
    ],
    "defaultMode": "default",
    "disableAutoMode": "disable"
  },
  "skipWebFetchPreflight": true,
  "skipDangerousModePermissionPrompt": true
}
`,
          mode: 0o600,
        },
      ],
    },
  );
});

test("a session at the terminal has the user's flags, the client's own prompt and no skipped permissions", () => {
  const { argv, env } = planLaunch({ ...options, mode: { kind: "code", flags: ["--continue"] }, profile: { kind: "code" } });
  assert.equal(argv.slice(2).join(" "), "--model qwen2.5-coder-1.5b --strict-mcp-config --tools Bash,Read,Edit,Write,Grep --continue");
  assert.equal(env["TERM"], "dumb", "nothing is taken from the caller's environment unasked");
});

test("a diet's tools and system text become flags, with the folder that an own prompt has to name", () => {
  const profile = { kind: "code", systemPrompt: "You write code.", tools: ["Bash", "Agent"] } as const;
  const { argv } = planLaunch({ ...options, profile });
  const at = argv.indexOf("--tools");
  assert.deepEqual(argv.slice(at, at + 4), ["--tools", "Bash,Agent", "--system-prompt", "You write code.\n\nWorking folder: /s/work"]);
  const incident = planLaunch({ ...options, profile: { kind: "incident", systemPrompt: "x", tools: ["Bash"] } }).argv;
  assert.equal(incident[incident.indexOf("--tools") + 1], "Bash");
});

test("a command's output is bounded by the window", () => {
  const limit = (window: number): string | undefined => planLaunch({ ...options, window }).env["BASH_MAX_OUTPUT_LENGTH"];
  assert.deepEqual([2_048, 8_192, 200_000].map(limit), ["2000", "4096", "30000"]);
});
