/**
 * Everything that turns off what the client does besides talking to its model: telemetry, updates, feature flags, marketplaces, the web
 * (`field-notes/claude-code.md` has what each version still tries). They keep a session quiet; the seal is the boundary. Any
 * non-empty value counts as set.
 */
export const clientSwitches = {
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
  // 2.1.84 asks npm for its latest version all the same; offline npm says at once that it does not know.
  npm_config_offline: "true",
  npm_config_update_notifier: "false",
} as const satisfies Record<string, string>;

/**
 * What keeps the prompt small and the same from request to request: no block with a number that changes, no count of tokens left, no
 * thinking, no memory files, and no questions aside (what might the user type next, what happened while they were away, what is an agent at):
 * each of them would be a turn of the model. The request without streaming that the clients make when a stream breaks stays on: without it a lost engine
 * ends the session (2.1.84 always, 2.1.330 on some errors).
 */
export const promptSwitches = {
  CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
  CLAUDE_CODE_TOTAL_TOKENS_REMINDER: "off",
  CLAUDE_CODE_DISABLE_THINKING: "1",
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: "1",
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: "1",
  CLAUDE_CODE_DISABLE_TERMINAL_TITLE: "1",
  CLAUDE_CODE_ENABLE_PROMPT_SUGGESTION: "0",
  CLAUDE_CODE_ENABLE_AWAY_SUMMARY: "0",
  CLAUDE_CODE_DISABLE_AGENT_PROGRESS_SUMMARIES: "1",
} as const satisfies Record<string, string>;

/**
 * For sessions that a runbook bounds. In a window below some 30,000 tokens client 2.1.330 begins to summarise ahead after nearly
 * every turn, and the summary costs more than the session.
 */
export const incidentSwitches = {
  DISABLE_AUTO_COMPACT: "1",
} as const satisfies Record<string, string>;
