import { join } from "node:path";
import type { FoundClient } from "../src/client/find-clients.ts";
import type { Launch } from "../src/client/plan-launch.ts";

export interface RecipeOptions {
  readonly client: FoundClient;
  readonly task: string;
  readonly model: string;
  readonly gatewayUrl: string;
  readonly token: string;
  readonly configFolder: string;
  readonly workDir: string;
  readonly pathFolders: readonly string[];
  readonly extraEnv: Readonly<Record<string, string>>;
}

/**
 * The usual recipe for a local model: the client with its default settings, told by two variables where its model is. Nothing is
 * switched off and nothing is made smaller: what it sends is what a local server gets.
 */
export function planRecipe(options: RecipeOptions): Launch {
  const { client, task, model, gatewayUrl, token, configFolder, workDir, pathFolders, extraEnv } = options;
  return {
    argv: [
      ...client.argv,
      "-p",
      "--output-format",
      "stream-json",
      "--verbose",
      "--model",
      model,
      "--dangerously-skip-permissions",
      "--",
      task,
    ],
    env: {
      TERM: "dumb",
      LANG: "C.UTF-8",
      ...extraEnv,
      HOME: configFolder,
      PATH: [...new Set(pathFolders)].join(":"),
      SHELL: "/bin/bash",
      // Without it the client refuses to skip permissions for root.
      IS_SANDBOX: "1",
      ANTHROPIC_BASE_URL: gatewayUrl,
      ANTHROPIC_AUTH_TOKEN: token,
    },
    cwd: workDir,
    files: [{ path: join(configFolder, ".claude.json"), content: `${JSON.stringify({ hasCompletedOnboarding: true })}\n`, mode: 0o600 }],
  };
}
